//! Query values.

#[cfg(feature = "server")]
use crate::error::ReadError;
use crate::wire::path;

/// A value of a query parameter. Its text is percent-encoded by the writer and arrives decoded at the reader.
pub(crate) trait QueryValue: Sized {
    fn write(&self) -> String;
    fn read(text: &str) -> Option<Self>;
}

impl QueryValue for bool {
    fn write(&self) -> String {
        self.to_string()
    }
    fn read(text: &str) -> Option<Self> {
        [true, false].into_iter().find(|value| text.eq_ignore_ascii_case(if *value { "true" } else { "false" }))
    }
}

impl QueryValue for u32 {
    fn write(&self) -> String {
        self.to_string()
    }
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// Adds `name=value` to a query that may already hold others.
pub(crate) fn push(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(name);
    query.push('=');
    path::encode(value, query);
}

#[cfg(feature = "server")]
/// Splits a raw query into decoded pairs. A raw `+` is a space, as the server reads it.
pub(crate) fn pairs(raw: &str) -> Result<Vec<(String, String)>, ReadError> {
    raw.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

#[cfg(feature = "server")]
fn decode(raw: &str) -> Result<String, ReadError> {
    path::decode(&raw.replace('+', " ")).map_err(|error| ReadError { place: "query".to_owned(), ..error })
}

#[cfg(test)]
#[cfg(feature = "server")]
mod tests {
    use super::*;

    fn read(raw: &str) -> Vec<(String, String)> {
        pairs(raw).unwrap()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_raw_plus_is_a_space_and_an_escaped_one_a_plus() {
        assert_eq!(read("a+b=c+d%2Be%20f"), [pair("a b", "c d+e f")]);
    }

    #[test]
    fn pairs_without_a_value_and_without_anything_are_taken_as_they_are() {
        assert_eq!(read("&x&y=&z=1=2&&"), [pair("x", ""), pair("y", ""), pair("z", "1=2")]);
        assert_eq!(read(""), []);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_as_the_querys() {
        let error = pairs("MaxResults=1&ContinuationToken=%ff").unwrap_err();
        assert_eq!(error.to_string(), "query: is not UTF-8 after percent-decoding");
    }
}
