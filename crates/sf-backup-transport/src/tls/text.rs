//! Text encodings of files.

/// Decodes the text of a file: UTF-8, or UTF-16 in either byte order with a byte order mark, as Windows PowerShell 5.1
/// writes it. Removes the mark. `None` if the bytes are neither.
///
/// ```
/// use sf_backup_transport::tls::decode;
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
    // Allocates everything at once: growing would leave copies behind, and the text may be a secret.
    let mut text = String::with_capacity(bytes.len().saturating_mul(3) / 2);
    for character in char::decode_utf16(units.0.iter().copied().map(unit)) {
        text.push(character.ok()?);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::decode;

    fn utf16(text: &str, mark: [u8; 2], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
    }

    #[test]
    fn only_utf_8_and_marked_utf_16_are_text() {
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
