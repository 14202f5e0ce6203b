//! Parses a partly typed line, in the quotes of POSIX shells. Nothing in it is expanded.

/// The quotes around a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quotes {
    None,
    Single,
    Double,
    /// `$'…'`
    Ansi,
}

/// A word as it was typed, and as the program will receive it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its start, in bytes.
    pub(crate) start: usize,
    pub(crate) meant: String,
    /// The quotes that are open at its end, and the start of their content.
    pub(crate) open: Quotes,
    pub(crate) inside: usize,
}

impl Word {
    fn new(start: usize) -> Self {
        Self { start, meant: String::new(), open: Quotes::None, inside: start }
    }
}

/// The words of a command line. The last one is being typed; it is empty after a space.
pub(crate) fn words(line: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut characters = line.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let quotes = word.as_ref().map_or(Quotes::None, |word| word.open);
        if quotes == Quotes::None && matches!(character, ' ' | '\t' | '\n') {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert_with(|| Word::new(at));
        let next = characters.peek().map(|(_, next)| *next);
        match (quotes, character) {
            (Quotes::None, '\'') => (word.open, word.inside) = (Quotes::Single, at + 1),
            (Quotes::None, '"') => (word.open, word.inside) = (Quotes::Double, at + 1),
            (Quotes::None, '$') if next == Some('\'') => {
                characters.next();
                (word.open, word.inside) = (Quotes::Ansi, at + 2);
            }
            (Quotes::Single | Quotes::Ansi, '\'') | (Quotes::Double, '"') => word.open = Quotes::None,
            (Quotes::Double, '\\') if !next.is_some_and(|next| "$`\"\\\n".contains(next)) => word.meant.push('\\'),
            // Escapes by number and by name are not parsed, so nothing is offered for them.
            (Quotes::Ansi, '\\') => word.meant.push('\0'),
            (Quotes::None | Quotes::Double, '\\') => {
                let escaped = characters.next().map(|(_, escaped)| escaped);
                // The line continues below.
                word.meant.extend(escaped.filter(|escaped| *escaped != '\n'));
            }
            (_, character) => word.meant.push(character),
        }
    }
    words.push(word.unwrap_or_else(|| Word::new(line.len())));
    words
}

/// The meaning of one word that its shell has separated.
pub(crate) fn meant(word: &str) -> String {
    words(word).into_iter().map(|word| word.meant).collect::<Vec<_>>().join(" ")
}

/// The meaning of a word in fish, whose quotes have other escapes.
pub(crate) fn meant_by_fish(word: &str) -> String {
    let mut meant = String::new();
    let mut quotes = None;
    let mut characters = word.chars().peekable();
    while let Some(character) = characters.next() {
        match (quotes, character) {
            (None, '\'' | '"') => quotes = Some(character),
            (Some(open), closing) if open == closing => quotes = None,
            (quotes, '\\') => {
                let escapes = match quotes {
                    None => None,
                    Some('\'') => Some("'\\"),
                    Some(_) => Some("\"$\\"),
                };
                let escaped = |next: &char| escapes.is_none_or(|escapes| escapes.contains(*next));
                match characters.next_if(escaped) {
                    Some(next) => meant.push(next),
                    None if quotes.is_some() => meant.push('\\'),
                    None => {}
                }
            }
            (_, character) => meant.push(character),
        }
    }
    meant
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meanings(line: &str) -> Vec<String> {
        words(line).into_iter().map(|word| word.meant).collect()
    }

    #[test]
    fn quotes_are_read_as_shells_do() {
        for (line, meant) in [
            ("", &[""][..]),
            ("a b", &["a", "b"]),
            ("a ", &["a", ""]),
            (r#"a\ b 'c d' "e f" $'g h'"#, &["a b", "c d", "e f", "g h"]),
            (r#"'it'\''s' "a\"b\$c\d" \$x"#, &["it's", r#"a"b$c\d"#, "$x"]),
            ("'half typed", &["half typed"]),
            ("x \"half typed", &["x", "half typed"]),
            ("a\\\nb", &["ab"]),
            ("dangling\\", &["dangling"]),
            ("$(id) `id` $HOME", &["$(id)", "`id`", "$HOME"]),
        ] {
            assert_eq!(meanings(line), meant, "{line}");
        }
    }

    #[test]
    fn open_quotes_are_found_with_their_start() {
        let last = |line: &str| words(line).pop().map(|word| (word.start, word.open, word.inside));
        assert_eq!(last("a 'b c"), Some((2, Quotes::Single, 3)));
        assert_eq!(last("a b=\"c"), Some((2, Quotes::Double, 5)));
        assert_eq!(last("a $'b"), Some((2, Quotes::Ansi, 4)));
        assert_eq!(last("a 'b'c"), Some((2, Quotes::None, 3)));
    }

    #[test]
    fn fish_has_its_own_escapes() {
        for (word, meant) in [
            (r"a\ b\$c", "a b$c"),
            (r"'it\'s \$'", r"it's \$"),
            (r#""a\"b\$c\d"#, r#"a"b$c\d"#),
            ("'half typed", "half typed"),
        ] {
            assert_eq!(meant_by_fish(word), meant);
        }
    }
}
