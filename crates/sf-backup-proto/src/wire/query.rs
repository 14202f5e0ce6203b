//! Encoding and decoding of query parameters.

use std::fmt::{self, Write as _};

use crate::wire::ReadError;
use crate::wire::path;

/// Appends the separator (`?` or `&`) and `name=value` to a request line.
pub(crate) fn push(line: &mut String, separator: char, name: &str, value: impl fmt::Display) {
    line.push(separator);
    line.push_str(name);
    line.push('=');
    // Writing to a string is infallible.
    let _ = write!(Encoding(line), "{value}");
}

/// Percent-encodes everything written to it, without an intermediate copy.
struct Encoding<'a>(&'a mut String);

impl fmt::Write for Encoding<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        path::encode(text, self.0);
        Ok(())
    }
}

/// Splits a raw query into decoded pairs. A raw `+` is a space, as for the server.
pub(crate) fn pairs(raw: &str) -> Result<Vec<(String, String)>, ReadError> {
    raw.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

fn decode(raw: &str) -> Result<String, ReadError> {
    path::decode(&raw.replace('+', " ")).map_err(|error| ReadError { place: "query".to_owned(), ..error })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Vec<(String, String)> {
        pairs(raw).unwrap()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_raw_plus_is_a_space_and_an_escaped_plus_is_a_plus() {
        assert_eq!(read("a+b=c+d%2Be%20f"), [pair("a b", "c d+e f")]);
    }

    #[test]
    fn pairs_without_a_value_are_kept_and_empty_pairs_skipped() {
        assert_eq!(read("&x&y=&z=1=2&&"), [pair("x", ""), pair("y", ""), pair("z", "1=2")]);
        assert_eq!(read(""), []);
    }

    #[test]
    fn invalid_utf8_is_rejected_with_the_place_query() {
        let error = pairs("MaxResults=1&ContinuationToken=%ff").unwrap_err();
        assert_eq!(error.to_string(), "query: is not UTF-8 after percent-decoding");
    }
}
