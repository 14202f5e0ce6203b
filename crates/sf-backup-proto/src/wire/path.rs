//! Encoding and decoding of path segments.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::wire::IdDelimiter;
use crate::wire::ReadError;

/// All characters except the unreserved characters of RFC 3986.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value for the placeholder of a path template.
pub(crate) trait PathValue {
    fn write(&self, to: &mut String, delimiter: IdDelimiter);

    /// Parses the value of the placeholder, still percent-encoded.
    fn read(raw: &str) -> Result<Self, ReadError>
    where
        Self: Sized;
}

pub(crate) fn encode(text: &str, to: &mut String) {
    // Nearly all names are copied as they are.
    if text.bytes().all(is_unreserved) {
        to.push_str(text);
    } else {
        to.extend(utf8_percent_encode(text, RESERVED));
    }
}

/// Whether a byte is not escaped in a URL. Uses a table, because every byte of every request line is checked.
pub(crate) fn is_unreserved(byte: u8) -> bool {
    #[allow(clippy::indexing_slicing)] // evaluated by the compiler
    const TABLE: [bool; 256] = {
        let (mut table, mut byte) = ([false; 256], 0);
        while byte < 256 {
            let is_mark = matches!(byte as u8, b'-' | b'.' | b'_' | b'~');
            table[byte] = (byte as u8).is_ascii_alphanumeric() || is_mark;
            byte += 1;
        }
        table
    };
    TABLE.get(usize::from(byte)).copied().unwrap_or_default()
}

pub(crate) fn decode(raw: &str) -> Result<String, ReadError> {
    // Nearly all names and parameters are copied as they are.
    if !raw.contains('%') {
        return Ok(raw.to_owned());
    }
    match percent_decode_str(raw).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(ReadError::new("path", "is not UTF-8 after percent-decoding")),
    }
}
