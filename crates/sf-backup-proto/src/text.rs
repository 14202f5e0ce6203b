//! Text of files, and sanitizing of untrusted text for messages.

pub(crate) mod markup;

use std::fmt;

/// The text of a file: UTF-8, or UTF-16 of either byte order behind a byte order mark, as Windows PowerShell 5.1 writes it.
/// The mark is left out. `None` if the bytes are neither.
///
/// ```
/// use sf_backup_proto::text::decode;
///
/// assert_eq!(decode(b"\xff\xfeo\0k\0").as_deref(), Some("ok"));
/// assert_eq!(decode(b"\xef\xbb\xbfok").as_deref(), Some("ok"));
/// assert_eq!(decode(b"\xff\xfe\x00"), None);
/// ```
pub fn decode(bytes: &[u8]) -> Option<String> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => std::str::from_utf8(rest).ok().map(str::to_owned),
        bytes => std::str::from_utf8(bytes).ok().map(str::to_owned),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let units = bytes.as_chunks::<2>();
    if !units.1.is_empty() {
        return None;
    }
    // Room for all of it at once: growing would leave copies behind, and the text may be a secret.
    let mut text = String::with_capacity(bytes.len().saturating_mul(3) / 2);
    for character in char::decode_utf16(units.0.iter().copied().map(unit)) {
        text.push(character.ok()?);
    }
    Some(text)
}

/// Replaces runs of control characters and spaces with one space, and truncates to `limit` characters.
pub(crate) fn one_line(text: &str, limit: usize) -> String {
    let mut line = String::new();
    let mut blank = true;
    for character in text.chars().take(limit) {
        let character = if character.is_control() { ' ' } else { character };
        if !(blank && character == ' ') {
            line.push(character);
        }
        blank = character == ' ';
    }
    line.truncate(line.trim_end().len());
    line
}

/// Whether a character is invisible or changes how its neighbours are displayed: control characters, line and paragraph
/// separators, interlinear annotations and `Default_Ignorable_Code_Point`, which includes all text direction marks.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Displays text in double quotes, with every invisible character as its code point.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for character in self.0.chars() {
            write_character(character, '"', f)?;
        }
        f.write_str("\"")
    }
}

/// Displays one character in single quotes, in the same way as [`Quoted`].
pub(crate) struct QuotedCharacter(pub(crate) char);

impl fmt::Display for QuotedCharacter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("'")?;
        write_character(self.0, '\'', f)?;
        f.write_str("'")
    }
}

fn write_character(character: char, quote: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match character {
        '\'' | '"' if character != quote => write!(f, "{character}"),
        // `escape_debug` does not escape all invisible characters.
        _ if is_invisible(character) && !character.is_control() => write!(f, "{}", character.escape_unicode()),
        _ => write!(f, "{}", character.escape_debug()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::decode;

    fn utf16(text: &str, mark: [u8; 2], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
    }

    #[test]
    fn what_is_neither_utf_8_nor_marked_utf_16_is_no_text() {
        for bytes in
            [&b"\xff"[..], b"\xff\xfe\x00", b"\xff\xfe\x00\xd8", b"\xfe\xff\xdc\x00", b"a\xffb", b"\xef\xbb\xbf\xff"]
        {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
        assert_eq!(decode(b"").as_deref(), Some(""));
    }

    proptest! {
        #[test]
        fn every_text_reads_the_same_in_every_encoding(text: String) {
            prop_assume!(!text.starts_with('\u{feff}'));
            let marked = ["\u{feff}", &text].concat();
            for bytes in [
                text.clone().into_bytes(),
                marked.into_bytes(),
                utf16(&text, [0xff, 0xfe], u16::to_le_bytes),
                utf16(&text, [0xfe, 0xff], u16::to_be_bytes),
            ] {
                prop_assert_eq!(decode(&bytes), Some(text.clone()));
            }
        }
    }
}
