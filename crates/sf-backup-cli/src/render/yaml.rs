//! YAML, plain enough for readers of version 1.1 and 1.2.

use serde::Serialize;

use crate::failure::Failure;

pub(crate) fn text(value: &impl Serialize) -> Result<String, Failure> {
    // Folded text would break locations of backups over lines.
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    match serde_saphyr::to_string_with_options(value, options) {
        Ok(text) => Ok(text.trim_end_matches('\n').to_owned() + "\n"),
        Err(error) => Err(Failure::Other(format!("the result cannot be written as YAML: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_written_reads_back_the_same() {
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
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
    }

    #[test]
    fn empty_results_are_one_line() {
        assert_eq!(text(&json!([])).unwrap(), "[]\n");
        assert_eq!(text(&json!({})).unwrap(), "{}\n");
        assert_eq!(text(&Value::Null).unwrap(), "null\n");
    }
}
