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
            Ok((path::decode(&name.replace('+', " "))?, path::decode(&value.replace('+', " "))?))
        })
        .collect()
}
