//! Encoding and decoding of path segments.

use std::fmt::Display;
use std::str::FromStr;

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
        Self: FromStr<Err: Display>,
    {
        decode(raw)?.parse().map_err(|error: Self::Err| ReadError::new("path", &error.to_string()))
    }
}

pub(crate) fn encode(text: &str, to: &mut String) {
    // Nearly all names are copied as they are.
    if text.bytes().all(is_unreserved) {
        to.push_str(text);
    } else {
        to.extend(utf8_percent_encode(text, RESERVED));
    }
}

/// Whether a byte is not escaped in a URL.
pub(crate) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

pub(crate) fn decode(raw: &str) -> Result<String, ReadError> {
    match percent_decode_str(raw).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(ReadError::new("path", "is not UTF-8 after percent-decoding")),
    }
}
