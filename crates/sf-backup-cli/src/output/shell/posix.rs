//! Quotes words for POSIX shells.

use std::fmt::Write;

use crate::output::escape;

/// Quotes text as one word: unchanged if possible, otherwise in single quotes. `printf` creates what a screen must not
/// show, byte by byte.
pub(crate) fn word(text: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./:,=@%+".contains(byte);
    if !text.is_empty() && text.iter().all(plain) {
        return String::from_utf8_lossy(text).into_owned();
    }
    let mut quoted = String::new();
    for part in parts(text) {
        match part {
            Part::Shown(text) => {
                // When printed, this would look like the start of an escape, and be escaped.
                let text = text.replace('\'', r"'\''").replace(r"\u{", r"\''u{");
                quoted.push_str(&format!("'{text}'"));
            }
            Part::Bytes(bytes) => {
                quoted.push_str("\"$(printf '");
                for byte in bytes {
                    // Writing to a string is infallible.
                    let _ = write!(quoted, "\\{byte:03o}");
                }
                quoted.push_str("')\"");
            }
        }
    }
    if quoted.is_empty() { "''".to_owned() } else { quoted }
}

enum Part {
    Shown(String),
    Bytes(Vec<u8>),
}

/// Splits a text into parts that can be shown and parts that cannot.
fn parts(text: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    for chunk in text.utf8_chunks() {
        let mut left = chunk.valid();
        for (at, hidden) in escape::hidden(chunk.valid()) {
            let from = chunk.valid().len() - left.len();
            push(&mut parts, left.get(..at - from).unwrap_or_default());
            bytes(&mut parts, hidden.encode_utf8(&mut [0; 4]).as_bytes());
            left = chunk.valid().get(at + hidden.len_utf8()..).unwrap_or_default();
        }
        push(&mut parts, left);
        bytes(&mut parts, chunk.invalid());
    }
    keep_last_line_breaks(&mut parts);
    parts
}

fn push(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Shown(text.to_owned()));
    }
}

fn bytes(parts: &mut Vec<Part>, more: &[u8]) {
    match parts.last_mut() {
        _ if more.is_empty() => {}
        Some(Part::Bytes(bytes)) => bytes.extend_from_slice(more),
        _ => parts.push(Part::Bytes(more.to_vec())),
    }
}

/// A command substitution loses line breaks at its end: includes the following character in it, or quotes the line
/// break itself if there is none.
fn keep_last_line_breaks(parts: &mut Vec<Part>) {
    let mut kept: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts.drain(..) {
        match (kept.last_mut(), part) {
            (Some(Part::Bytes(bytes)), Part::Shown(text)) if bytes.ends_with(b"\n") => {
                // A joiner is only shown within an emoji: the rest must be plain by itself.
                let ends = text.char_indices().map(|(at, character)| at + character.len_utf8());
                let mut ends = ends.filter(|end| text.get(*end..).is_some_and(escape::is_plain));
                let first = ends.next().unwrap_or(text.len());
                bytes.extend_from_slice(text.get(..first).unwrap_or_default().as_bytes());
                push(&mut kept, text.get(first..).unwrap_or_default());
            }
            (_, part) => kept.push(part),
        }
    }
    if let Some(Part::Bytes(bytes)) = kept.last_mut() {
        let breaks = bytes.iter().rev().take_while(|byte| **byte == b'\n').count();
        bytes.truncate(bytes.len() - breaks);
        let emptied = bytes.is_empty();
        if emptied {
            kept.pop();
        }
        push(&mut kept, &"\n".repeat(breaks));
    }
    *parts = kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_quotes_has_them() {
        for (text, word_of_it) in [
            ("a-b/c:d", "a-b/c:d"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$", "'$'"),
            ("a\u{202e}b", r#"'a'"$(printf '\342\200\256')"'b'"#),
            (r"\u{5c}", r"'\''u{5c}'"),
            ("a\nb", r#"'a'"$(printf '\012\142')""#),
        ] {
            assert_eq!(word(text.as_bytes()), word_of_it);
        }
    }

    #[cfg(unix)]
    mod with_a_shell {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        use proptest::prelude::*;

        use super::super::word;
        use crate::output::escape;
        use crate::output::escape::tests::hostile;

        fn read_back(text: &[u8]) -> Vec<u8> {
            let script = format!("printf %s {}", word(text));
            let output = std::process::Command::new("sh").arg("-c").arg(OsStr::from_bytes(script.as_bytes())).output();
            output.unwrap().stdout
        }

        #[test]
        fn line_breaks_and_bytes_that_are_no_text_are_kept() {
            for text in
                [&b"\n"[..], b"a\n\n", b"\n\na", b"a\nb\n", b"\xff\n\xfe", "\n\u{202e}\n".as_bytes(), b"\x7f\n'"]
            {
                assert_eq!(read_back(text), text);
            }
        }

        #[test]
        fn an_emoji_behind_a_line_break_leaves_no_joiner_alone() {
            let text = "\n\u{1f469}\u{200d}\u{1f680}";
            assert_eq!(read_back(text.as_bytes()), text.as_bytes());
            assert!(escape::is_plain(&word(text.as_bytes())), "{}", word(text.as_bytes()));
        }

        proptest! {
            #![proptest_config(ProptestConfig::with_cases(64))]
            #[test]
            fn it_reads_back_what_was_written(text in prop_oneof!["[^\0]{0,40}", hostile()]) {
                let text = text.replace('\0', "");
                prop_assert_eq!(String::from_utf8(read_back(text.as_bytes())).unwrap(), text.clone());
                let broken = text.trim_end_matches('\n');
                prop_assert!(escape::is_plain(&word(broken.as_bytes())), "{broken:?}");
            }
        }
    }
}
