//! Quotes words for PowerShell.

use std::fmt::Write;

use crate::output::escape;

/// PowerShell treats all of these as apostrophes.
const APOSTROPHES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];

/// Quotes text as one word: unchanged if possible, otherwise in single quotes with doubled apostrophes. What a screen
/// must not show is created from its number.
pub(crate) fn word(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./:=\\".contains(character);
    if text.chars().all(plain) && text.starts_with(|first: char| first.is_ascii_alphanumeric() || "/-".contains(first))
    {
        return text.to_owned();
    }
    if escape::is_plain(text) {
        return single(text);
    }
    // Not in double quotes, which expand `$`.
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, hidden) in escape::hidden(text) {
        parts.extend(text.get(from..at).filter(|part| !part.is_empty()).map(single));
        let mut number = String::new();
        for unit in hidden.encode_utf16(&mut [0; 2]) {
            // Writing to a string is infallible.
            let _ = write!(number, "{}[char]0x{unit:x}", if number.is_empty() { "" } else { "+" });
        }
        parts.push(number);
        from = at + hidden.len_utf8();
    }
    parts.extend(text.get(from..).filter(|part| !part.is_empty()).map(single));
    format!("(''+{})", parts.join("+"))
}

fn single(text: &str) -> String {
    let mut quoted = String::from("'");
    for character in text.chars() {
        quoted.push(character);
        if APOSTROPHES.contains(&character) {
            quoted.push(character);
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_quotes_has_them() {
        for (text, word_of_it) in [
            ("CalcApp/CalcService", "CalcApp/CalcService"),
            (r"C:\keys\me.pem", r"C:\keys\me.pem"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", "'it''s'"),
            ("\u{2019};calc", "'\u{2019}\u{2019};calc'"),
            ("$(calc)", "'$(calc)'"),
            ("`calc", "'`calc'"),
            ("@x", "'@x'"),
            ("a,b", "'a,b'"),
            ("--%", "'--%'"),
            ("a\u{202e}b", "(''+'a'+[char]0x202e+'b')"),
            ("\u{e0041}", "(''+[char]0xdb40+[char]0xdc41)"),
        ] {
            assert_eq!(word(text), word_of_it);
        }
    }
}
