//! Sanitizing of untrusted text for messages.

pub(crate) mod markup;

use std::fmt;

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

/// Displays text in quotes, with every invisible character as its code point.
pub(crate) struct Quoted<'a> {
    pub(crate) text: &'a str,
    pub(crate) quote: char,
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.quote)?;
        for character in self.text.chars() {
            match character {
                '\'' | '"' if character != self.quote => write!(f, "{character}")?,
                // `escape_debug` does not escape all invisible characters.
                _ if is_invisible(character) && !character.is_control() => write!(f, "{}", character.escape_unicode())?,
                _ => write!(f, "{}", character.escape_debug())?,
            }
        }
        write!(f, "{}", self.quote)
    }
}
