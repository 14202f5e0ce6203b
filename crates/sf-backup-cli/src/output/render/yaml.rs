//! YAML, plain enough for readers of version 1.1 and 1.2. Unprintable characters are escaped.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_saphyr::DoubleQuoted;

use crate::output::escape;
use crate::output::failure::Failure;
use crate::output::ordered_json::OrderedJson;

pub(crate) fn text(value: &impl Serialize) -> Result<String, Failure> {
    match OrderedJson::of(value) {
        Ok(value) => of_json(&value),
        Err(error) => Err(Failure::Other(format!("the result cannot be written as YAML: {error}"))),
    }
}

/// Not generic, so that it is compiled once.
fn of_json(value: &OrderedJson) -> Result<String, Failure> {
    let text = written(value)?;
    if text.split('\n').all(escape::is_plain) {
        return Ok(text);
    }
    // Names of members cannot request quotes: a control character causes them, and is removed again.
    let mut mark = "K".to_owned();
    while text.contains(&format!("\\0{mark}")) {
        mark.push('K');
    }
    let quoted = written(&Quoted { value, mark: &format!("\0{mark}") })?;
    Ok(escape::yaml(&quoted.replace(&format!("\"\\0{mark}"), "\"")).into_owned())
}

fn written(value: &impl Serialize) -> Result<String, Failure> {
    // Folded text would break locations of backups over lines.
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    match serde_saphyr::to_string_with_options(value, options) {
        Ok(text) => Ok(text.trim_end_matches('\n').to_owned() + "\n"),
        Err(error) => Err(Failure::Other(format!("the result cannot be written as YAML: {error}"))),
    }
}

/// A value with double quotes around every text that needs escapes: other styles do not support them.
struct Quoted<'v> {
    value: &'v OrderedJson,
    /// Marks names of members that need quotes.
    mark: &'v str,
}

impl Serialize for Quoted<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self { value, mark } = *self;
        match value {
            OrderedJson::Object(members) => {
                let mut map = to.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    let mark_of_it = if escape::is_plain(name) { "" } else { mark };
                    map.serialize_entry(&format!("{mark_of_it}{name}"), &Quoted { value, mark })?;
                }
                map.end()
            }
            OrderedJson::Array(items) => {
                let mut list = to.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|value| list.serialize_element(&Quoted { value, mark }))?;
                list.end()
            }
            OrderedJson::Scalar(Value::String(text)) if !escape::is_plain(text) => DoubleQuoted(text).serialize(to),
            OrderedJson::Scalar(value) => value.serialize(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::output::escape::tests::hostile;

    #[test]
    fn yaml_survives_a_round_trip() {
        let words = [
            "no",
            "****",
            "true",
            "3334",
            "0x1f",
            "~",
            "",
            " lead",
            "a: b",
            "a #b",
            "\\\\share\\a b",
            "0001-01-01T09:00:00Z",
            "18:30:00",
            "a\nb\n\n",
            "x\ty",
            "\u{1b}[31m",
            "\u{85}\u{2028}\u{7f}",
            "a\u{202e}b: c",
            "\u{200f}\u{e0041}\u{feff}",
            "'",
            "\"",
            "-",
            "Zürich – ü",
        ];
        let long = "word ".repeat(100);
        let value = json!([{ "words": words, "long": long, "n": null, "b": false, "i": -5, "e": [], "o": {},
            "nested": [{ "a": [{ "b": [[1], [2, 3]] }] }] }]);
        let text = text(&value).unwrap();
        assert_eq!(serde_saphyr::from_str::<Value>(&text).unwrap(), value);
        assert!(text.split('\n').all(escape::is_plain), "{text:?}");
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
    }

    #[test]
    fn empty_results_are_one_line() {
        assert_eq!(text(&json!([])).unwrap(), "[]\n");
        assert_eq!(text(&json!({})).unwrap(), "{}\n");
        assert_eq!(text(&Value::Null).unwrap(), "null\n");
    }

    proptest::proptest! {
        #[test]
        fn yaml_reads_back_and_hides_nothing(texts in proptest::collection::vec(hostile(), 1..4), key in hostile()) {
            let value = json!([{ key: texts }]);
            let text = text(&value).unwrap();
            proptest::prop_assert!(text.split('\n').all(escape::is_plain), "{text:?}");
            proptest::prop_assert_eq!(serde_saphyr::from_str::<Value>(&text).unwrap(), value, "{}", text);
        }
    }
}
