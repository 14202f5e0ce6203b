//! Escaping for terminals: the only place that decides how untrusted text is printed.
//!
//! A character that could control a terminal, reorder a line or hide in it is written as `\u{202e}` in text, and as the
//! escape of its language in JSON and YAML. This is reversible with [`unescaped`], because a backslash before `u{` in
//! the text itself is written as `\u{5c}`.
//!
//! Letters of every script are not escaped. The joiner and the variation selectors are kept in emoji, where they change
//! a visible picture, and escaped anywhere else, because they are invisible.

// With its path, because the fuzz targets include this file.
#[path = "escape/classes.rs"]
mod classes;

use std::borrow::Cow;
use std::fmt::Write;

use classes::{is_hidden, is_picture};

const JOINER: char = '\u{200d}';
const SELECTORS: [char; 2] = ['\u{fe0e}', '\u{fe0f}'];
const KEYCAP: char = '\u{20e3}';

/// Escapes untrusted text as part of a line, including line breaks.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u{") && hidden(text).next().is_none() {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut rest = text;
    for (at, character) in hidden(text) {
        let before = rest.get(..at - (text.len() - rest.len())).unwrap_or_default();
        escaped.push_str(&before.replace("\\u{", "\\u{5c}u{"));
        push(&mut escaped, character);
        rest = text.get(at + character.len_utf8()..).unwrap_or_default();
    }
    escaped.push_str(&rest.replace("\\u{", "\\u{5c}u{"));
    Cow::Owned(escaped)
}

/// Escapes a whole output, except its line breaks. Does not change the result of [`line`].
pub(crate) fn lines(text: &str) -> Cow<'_, str> {
    replaced(text, |escaped, character| match character {
        '\n' => escaped.push('\n'),
        character => push(escaped, character),
    })
}

/// Whether text needs no escapes, on one line.
pub(crate) fn is_plain(text: &str) -> bool {
    hidden(text).next().is_none()
}

/// Escapes JSON: what [`line`] would escape is written as `\u202e`. Parses to the same values.
pub(crate) fn json(text: String) -> String {
    // Line breaks between members are part of JSON; those in texts are already escaped.
    let escaped = replaced(&text, |escaped, character| match character {
        '\n' => escaped.push('\n'),
        character => character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
            // Writing to a string is infallible.
            let _ = write!(escaped, "\\u{unit:04x}");
        }),
    });
    match escaped {
        Cow::Borrowed(_) => text,
        Cow::Owned(escaped) => escaped,
    }
}

/// Escapes YAML, in which every text that is not [plain](is_plain) must be in double quotes.
pub(crate) fn yaml(text: &str) -> Cow<'_, str> {
    replaced(text, |escaped, character| {
        // Writing to a string is infallible.
        let _ = match character {
            '\n' => writeln!(escaped),
            character if u32::from(character) > 0xffff => write!(escaped, "\\U{:08x}", u32::from(character)),
            character => write!(escaped, "\\u{:04x}", u32::from(character)),
        };
    })
}

/// Escapes the Prometheus text format, in whose labels a backslash is doubled.
pub(crate) fn labels(text: &str) -> Cow<'_, str> {
    replaced(text, |escaped, character| match character {
        '\n' => escaped.push('\n'),
        character => {
            escaped.push('\\');
            push(escaped, character);
        }
    })
}

fn push(escaped: &mut String, character: char) {
    // Writing to a string is infallible.
    let _ = write!(escaped, "\\u{{{:x}}}", u32::from(character));
}

fn replaced(text: &str, with: impl Fn(&mut String, char)) -> Cow<'_, str> {
    let mut places = hidden(text).peekable();
    if places.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut from = 0;
    for (at, character) in places {
        escaped.push_str(text.get(from..at).unwrap_or_default());
        with(&mut escaped, character);
        from = at + character.len_utf8();
    }
    escaped.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(escaped)
}

/// The characters of a text that must be escaped, and their positions.
pub(crate) fn hidden(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut characters = text.char_indices().peekable();
    let mut before = None;
    std::iter::from_fn(move || {
        loop {
            let (at, character) = characters.next()?;
            let after = characters.peek().map(|(_, after)| *after);
            let visible = !is_hidden(character) || is_part_of_picture(before, character, after);
            // An escaped selector does not make a picture of the character before it.
            before = match (visible, SELECTORS.contains(&character)) {
                (true, true) => before,
                (true, false) => Some(character),
                (false, _) => None,
            };
            if !visible {
                return Some((at, character));
            }
        }
    })
}

/// Whether an invisible character changes a visible picture.
fn is_part_of_picture(before: Option<char>, character: char, after: Option<char>) -> bool {
    let picture_before = before.is_some_and(is_picture);
    match character {
        JOINER => picture_before && after.is_some_and(is_picture),
        selector if SELECTORS.contains(&selector) => {
            let keycap = before.is_some_and(|key| key.is_ascii_digit() || key == '#' || key == '*');
            picture_before || (keycap && after == Some(KEYCAP))
        }
        _ => false,
    }
}

/// Reverses [`line`].
#[cfg(test)]
pub(crate) fn unescaped(escaped: &str) -> Option<String> {
    let mut parts = escaped.split("\\u{");
    let mut text = parts.next()?.to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}')?;
        text.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
        text.push_str(rest);
    }
    Some(text)
}

#[cfg(test)]
#[path = "escape/tests.rs"]
pub(crate) mod tests;
