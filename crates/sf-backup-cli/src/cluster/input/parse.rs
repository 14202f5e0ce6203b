//! Parses the text of a file, and rejects duplicate members.

use serde_saphyr::options::DuplicateKeyPolicy;

use super::Source;
use crate::output::failure::Failure;
use crate::output::ordered_json::OrderedJson;

/// Parses JSON or YAML of at most `limit` bytes.
pub(crate) fn parse(source: &Source, text: &str, limit: u64) -> Result<OrderedJson, Failure> {
    let fail = |problem: String| Failure::Usage(format!("{source}: {problem}"));
    let start = text.trim_start();
    if start.is_empty() {
        return Err(fail("is empty; expected JSON or YAML".to_owned()));
    }
    // JSON is also YAML, but the JSON parser has better error messages.
    let commented = start.starts_with("//") || start.starts_with("/*");
    let value = if start.starts_with(['{', '[']) || commented {
        match serde_json::from_str(text) {
            Ok(value) => value,
            Err(error) => match comment(text).filter(|_| error.classify() != serde_json::error::Category::Eof) {
                Some((line, column)) if (line, column) <= (error.line(), error.column()) => {
                    return Err(fail(format!(
                        "line {line} has a comment, which JSON does not allow: remove it, or write the file as YAML, where \
                         comments begin with #"
                    )));
                }
                _ if is_yaml(source) => yaml(text, limit).map_err(fail)?,
                _ => return Err(fail(format!("is not JSON: {error}"))),
            },
        }
    } else {
        yaml(text, limit).map_err(fail)?
    };
    match twice(&value, "") {
        Some(path) => Err(fail(duplicate(&path))),
        None => Ok(value),
    }
}

/// Parses YAML. Leaves duplicate members to [`twice`], which has a better message.
pub(crate) fn yaml(text: &str, limit: u64) -> Result<OrderedJson, String> {
    // The parser's own limits, or what a large file of ours needs: a node of a plan takes at least 16 bytes, and is at
    // most two events.
    let nodes = usize::try_from(limit / 16).unwrap_or(usize::MAX).max(250_000);
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        budget: serde_saphyr::budget! { max_nodes: nodes, max_events: nodes.saturating_mul(4).max(1_000_000) }
    };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| format!("is not YAML: {}", error.without_snippet()))
}

/// The error for a duplicate member.
pub(crate) fn duplicate(path: &str) -> String {
    format!("{path}: is given twice; keep one of them")
}

/// The path of the first duplicate member of an object, ignoring case: it is undefined which one counts.
pub(crate) fn twice(value: &OrderedJson, path: &str) -> Option<String> {
    match value {
        OrderedJson::Object(members) => {
            let mut names: Vec<(String, &str)> =
                members.iter().map(|(name, _)| (name.to_ascii_lowercase(), name.as_str())).collect();
            names.sort();
            let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let mut pairs = names.iter().zip(names.iter().skip(1));
            let own = pairs.find(|((a, _), (b, _))| a == b).map(|((_, name), _)| below(name));
            own.or_else(|| members.iter().find_map(|(name, value)| twice(value, &below(name))))
        }
        OrderedJson::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| twice(item, &format!("{path}[{index}]")))
        }
        OrderedJson::Scalar(_) => None,
    }
}

fn is_yaml(source: &Source) -> bool {
    let Source::File(path) = source else { return false };
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("yaml") || end.eq_ignore_ascii_case("yml"))
}

/// Line and column of the first comment in a text that is meant to be JSON: `//` or `/*` outside of strings.
fn comment(text: &str) -> Option<(usize, usize)> {
    let (mut quoted, mut escaped) = (false, false);
    for (number, line) in text.lines().enumerate() {
        let mut last = 0;
        for (at, byte) in line.bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'/' | b'*' if !quoted && last == b'/' => return Some((number + 1, at)),
                _ => {}
            }
            last = if quoted { 0 } else { byte };
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(source: &Source, text: &str) -> String {
        match parse(source, text, 1024) {
            Err(Failure::Usage(problem)) => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_member_that_is_given_twice_is_refused_in_every_form() {
        for text in [r#"{"A":{"B":1,"B":2}}"#, r#"{"A":{"B":1,"b":2}}"#, "A:\n  B: 1\n  B: 2\n", "A: {B: 1, b: 2}\n"] {
            let rejection = problem(&Source::Standard, text);
            assert!(
                rejection.eq_ignore_ascii_case("standard input: A.B: is given twice; keep one of them"),
                "{rejection}"
            );
        }
        assert!(problem(&Source::Standard, r#"[{"A":1,"A":1}]"#).contains("[0].A: is given twice"));
    }

    #[test]
    fn comments_in_json_have_their_own_message() {
        for (text, line) in [
            ("{\n  // the nightly one\n  \"A\": 1\n}", 2),
            ("// a policy\n{\"A\": 1}", 1),
            ("/* a policy */ {\"A\": 1}", 1),
            ("{\"A\": \"x // y\", \"B\": \"\\\"//\",\n\"C\": 1 /* z */}", 2),
        ] {
            let rejection = problem(&Source::Standard, text);
            assert!(rejection.contains(&format!("line {line} has a comment")), "{text}: {rejection}");
        }
        assert!(problem(&Source::Standard, "{\"A\": \"http://x\",}").contains("is not JSON"));
        assert!(problem(&Source::Standard, "{\"A\": oops} // x").contains("is not JSON"));
        assert!(parse(&Source::Standard, "{\"A\": \"http://x\"}", 1024).is_ok());
    }

    #[test]
    fn a_yaml_file_may_begin_with_a_brace() {
        let yaml = Source::File("p.yaml".into());
        assert!(parse(&yaml, "{A: 1} # one", 1024).is_ok());
        assert!(problem(&Source::File("p.json".into()), "{A: 1}").contains("is not JSON"));
    }
}
