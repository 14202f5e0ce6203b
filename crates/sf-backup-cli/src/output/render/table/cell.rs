//! One cell of a list: its text, and its sort key.

use std::cmp::Ordering;

use std::time::Duration;

use sf_backup_ops::duration;
use sf_backup_proto::Timestamp;

use super::plain;

/// A text, with its value if it is not sorted as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(super) text: String,
    /// A time or a duration in seconds.
    value: Option<i64>,
}

impl Cell {
    /// A time or a duration, which is sorted by its value.
    pub(crate) fn valued(text: String, value: i64) -> Self {
        Self { text, value: Some(value) }
    }

    /// A duration.
    pub(crate) fn duration(length: Duration) -> Self {
        Self::valued(duration::measured(length), i64::try_from(length.as_secs()).unwrap_or(i64::MAX))
    }

    /// A time in UTC.
    pub(crate) fn time(at: Option<Timestamp>) -> Self {
        at.map_or_else(Self::default, |at| Self::valued(at.to_string(), at.unix()))
    }

    /// Escapes the text for a line of a terminal.
    pub(super) fn escaped(self) -> Self {
        Self { text: plain(&self.text), ..self }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, value: None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

/// How the cells of a column are compared: by value if all have one, by number if all start with one, otherwise as
/// texts.
pub(super) fn order<'c>(column: impl Iterator<Item = &'c Cell> + Clone) -> fn(&Cell, &Cell) -> Ordering {
    let mut filled = column.filter(|cell| !cell.text.is_empty());
    if filled.clone().all(|cell| cell.value.is_some()) {
        |one, other| one.value.cmp(&other.value)
    } else if filled.all(|cell| number(&cell.text).is_some()) {
        |one, other| number(&one.text).cmp(&number(&other.text))
    } else {
        |one, other| one.text.cmp(&other.text)
    }
}

/// The number that a text is or starts with: `12`, `12 of 14`, `-5..7`.
fn number(text: &str) -> Option<i128> {
    let end =
        text.char_indices().find(|(at, character)| !(character.is_ascii_digit() || *at == 0 && *character == '-'));
    let (number, rest) = text.split_at(end.map_or(text.len(), |(at, _)| at));
    let is_whole = rest.is_empty() || rest.starts_with(' ') || rest.starts_with("..");
    number.parse().ok().filter(|_| is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_distinguished_from_ids_and_times() {
        assert_eq!(number("12"), Some(12));
        assert_eq!(number("12 of 14"), Some(12));
        assert_eq!(number("-9223372036854775808..-1"), Some(-9_223_372_036_854_775_808));
        for none in ["", "-", "6b1c2f7e", "2024-03-09T12:00:00Z", "3h", "x1"] {
            assert_eq!(number(none), None, "{none}");
        }
    }
}
