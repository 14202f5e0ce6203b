//! String literals of a Rust source, without those in comments and in test modules.

use std::iter::Peekable;
use std::str::CharIndices;

/// A literal and the line on which it begins, counted from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) line: usize,
    /// Escapes of quotes, newlines and line ends are resolved; others stay as written.
    pub(super) text: String,
}

/// The literals before the file's test module, in order. Documentation comments count as comments.
pub(super) fn of(source: &str) -> impl Iterator<Item = Literal> {
    let code = source.split("\n#[cfg(test)]\nmod ").next().unwrap_or(source);
    let mut found = Vec::new();
    let mut chars = code.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, c)) = chars.next() {
        match c {
            '/' if code[at..].starts_with("//") => skip_to_line_end(&mut chars),
            'r' if !is_word(before) && raw(&code[at..]).is_some() => {
                let (hashes, body) = raw(&code[at..]).unwrap_or_default();
                found.push(Literal { line: line(code, at), text: body.to_owned() });
                let end = at + 1 + 2 * (hashes + 1) + body.len();
                while chars.next_if(|(next, _)| *next < end).is_some() {}
            }
            '"' => found.push(Literal { line: line(code, at), text: quoted(&mut chars) }),
            // `'"'` and `'\''` are characters; anything else after a tick is a lifetime.
            '\'' => skip_character(&code[at..], &mut chars),
            _ => {}
        }
        before = c;
    }
    found.into_iter()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn line(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

fn skip_to_line_end(chars: &mut Peekable<CharIndices<'_>>) {
    while chars.next_if(|(_, c)| *c != '\n').is_some() {}
}

fn skip_character(rest: &str, chars: &mut Peekable<CharIndices<'_>>) {
    let mut ahead = rest.chars().skip(1);
    match (ahead.next(), ahead.next()) {
        (Some('\\'), Some(_)) => {
            chars.next();
            chars.next();
            while chars.next().is_some_and(|(_, c)| c != '\'') {}
        }
        (Some(_), Some('\'')) => {
            chars.next();
            chars.next();
        }
        _ => {}
    }
}

/// The number of hashes and the body of a raw literal at the beginning of `rest`.
fn raw(rest: &str) -> Option<(usize, &str)> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.chars().take_while(|c| *c == '#').count();
    let body = after[hashes..].strip_prefix('"')?;
    let end = body.find(&format!("\"{}", "#".repeat(hashes)))?;
    Some((hashes, &body[..end]))
}

/// A literal after its opening quote.
fn quoted(chars: &mut Peekable<CharIndices<'_>>) -> String {
    let mut text = String::new();
    while let Some((_, c)) = chars.next() {
        match c {
            '"' => break,
            '\\' => match chars.next().map(|(_, escaped)| escaped) {
                Some('\n') => while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                Some('n') => text.push(' '),
                Some(quote @ ('"' | '\\' | '\'')) => text.push(quote),
                Some(other) => text.extend(['\\', other]),
                None => break,
            },
            '\n' => text.push(' '),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<(usize, String)> {
        of(source).map(|literal| (literal.line, literal.text)).collect()
    }

    #[test]
    fn literals_are_found_with_their_lines() {
        let source = "let a = \"one \\\"two\\\"\";\n// \"not this\"\nlet b = r#\"raw \"text\" here\"#;\nlet c = \"wrapped \\\n    line\";\n";
        let found = [(1, "one \"two\""), (3, "raw \"text\" here"), (4, "wrapped line")];
        assert_eq!(texts(source), found.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn characters_lifetimes_and_test_modules_hold_no_literals() {
        let source =
            "fn f<'a>(c: char) { c == '\"' || c == '\\'' || for_\"x\" }\n\n#[cfg(test)]\nmod tests { \"no\" }\n";
        assert_eq!(texts(source), [(1, "x".to_owned())]);
    }
}
