//! JSON, indented, with a line break at the end. Unprintable characters are escaped.

use serde::Serialize;

use crate::output::escape;
use crate::output::failure::Failure;
use crate::output::ordered_json::OrderedJson;

pub(crate) fn text(value: &impl Serialize) -> Result<String, Failure> {
    finish(serde_json::to_string_pretty(value))
}

/// The next items of a list that is printed in parts: all parts and `"\n]\n"` equal the [`text`] of the whole list.
pub(crate) fn part(items: &[impl Serialize], is_continued: bool) -> Result<String, Failure> {
    let text = text(&items)?;
    let inner = text.strip_suffix("\n]\n").and_then(|text| text.strip_prefix("[\n")).unwrap_or_default();
    Ok(format!("{}{inner}", if is_continued { ",\n" } else { "[\n" }))
}

/// A value as JSON on one line.
pub(crate) fn line(value: &impl Serialize) -> Result<String, Failure> {
    finish(OrderedJson::of(value).and_then(|value| serde_json::to_string(&value)))
}

fn finish(text: serde_json::Result<String>) -> Result<String, Failure> {
    match text {
        Ok(text) => Ok(escape::json(text) + "\n"),
        Err(error) => Err(Failure::Other(format!("the result cannot be written as JSON: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_of_a_list_are_the_whole_list() {
        let items =
            [json!({ "Name": "a\u{202e}", "List": [1, { "b": [] }] }), json!("two"), json!([]), json!({}), json!(5)];
        for size in 1..=items.len() {
            let parts = items.chunks(size).enumerate().map(|(number, part)| super::part(part, number > 0).unwrap());
            assert_eq!(parts.collect::<String>() + "\n]\n", text(&items).unwrap());
        }
    }
}
