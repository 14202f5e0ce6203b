//! Completions for bash, which replaces a part of a word: what follows a colon, an equal sign, or an open quote.

use std::ffi::OsString;

use super::offer::{Offer, goes_on};
use super::typed::{self, Quotes, Word};

/// Passes the line up to the cursor, and the part that bash will replace; reads a quoted candidate per line. The
/// candidates are never split or expanded again. If the function is called without a line, it is built from the words.
pub(super) const SCRIPT: &str = r#"_sf_backup() {
    local line=${COMP_LINE:0:COMP_POINT} part=$2 candidate index
    if [[ -z $line ]]; then
        for ((index = 0; index <= COMP_CWORD; index++)); do
            part=${COMP_WORDS[index]}
            if [[ $index -gt 1 && ( $part == [:=]* || $line == *[:=] ) || $index -eq 0 ]]; then
                line+=$part
            else
                line+=" $part"
            fi
        done
        part=${line##*[[:space:]:=]}
    fi
    COMPREPLY=()
    while IFS= read -r candidate || [[ -n $candidate ]]; do
        COMPREPLY+=("$candidate")
    done < <(VARIABLE=bash PROGRAM -- "$line" "$part" 2> /dev/null)
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]]; then
        compopt -o nospace 2> /dev/null
    fi
}
complete -o bashdefault -F _sf_backup PROGRAM
"#;

/// What was typed, and where bash starts to replace.
#[derive(Debug)]
pub(crate) struct Typed {
    pub(crate) words: Vec<OsString>,
    /// The meaning of the part before the replaced one.
    kept: String,
    quotes: Quotes,
}

impl Typed {
    /// `None` if it is unknown what bash would replace.
    pub(crate) fn new(line: &str, part: &str) -> Option<Self> {
        let words = typed::words(line);
        let last = words.last()?.clone();
        let kept = line.get(last.start..replaced_from(line, part, &last)?)?;
        let kept = typed::meant(kept);
        // Variables that are set only for the command.
        let is_assignment = |word: &&Word| word.meant.split_once('=').is_some_and(|(name, _)| is_name(name));
        let assignments = words.iter().take_while(is_assignment).count().min(words.len() - 1);
        let words = words.into_iter().skip(assignments).map(|word| word.meant.into()).collect();
        Some(Self { words, kept, quotes: last.open })
    }

    /// The text for a candidate in place of the replaced part.
    pub(crate) fn replacement(&self, offer: &Offer) -> Option<String> {
        let rest = offer.word.strip_prefix(&self.kept)?;
        let closed = !goes_on(&offer.word);
        // If the replaced part starts with the open quote, the candidate replaces that as well.
        Some(match self.quotes {
            Quotes::None => bare(rest),
            Quotes::Single => quoted('\'', &rest.replace('\'', r"'\''"), closed),
            Quotes::Ansi => quoted('\'', &rest.replace('\\', r"\\").replace('\'', r"\'"), closed),
            Quotes::Double => quoted('"', &double(rest), closed),
        })
    }
}

fn replaced_from(line: &str, part: &str, last: &Word) -> Option<usize> {
    if last.open != Quotes::None {
        return Some(last.inside);
    }
    let from = line.strip_suffix(part).map_or(last.start, str::len).max(last.start);
    // Bash would also add that quote after the candidate.
    let behind_quote = from > last.start && line.get(..from)?.ends_with(['\'', '"']);
    (!behind_quote).then_some(from)
}

fn is_name(text: &str) -> bool {
    let starts = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    starts && text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

fn bare(text: &str) -> String {
    let mut word = String::new();
    for character in text.chars() {
        if character.is_ascii() && !character.is_ascii_alphanumeric() && !"_-./:,=@%+".contains(character) {
            word.push('\\');
        }
        word.push(character);
    }
    word
}

fn quoted(quote: char, text: &str, closed: bool) -> String {
    let mut word = format!("{quote}{text}");
    if closed {
        word.push(quote);
    }
    word
}

fn double(text: &str) -> String {
    let mut word = String::new();
    for character in text.chars() {
        match character {
            // A backslash does not prevent history expansion.
            '!' => word.push_str("\"'!'\""),
            '$' | '`' | '"' | '\\' => word.extend(['\\', character]),
            other => word.push(other),
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replacement(line: &str, part: &str, word: &str) -> Option<String> {
        Typed::new(line, part)?.replacement(&Offer { word: word.to_owned(), help: None })
    }

    #[test]
    fn only_the_part_that_bash_replaces_is_returned() {
        for (line, part, word, given) in [
            ("sf-backup policy show D", "D", "Daily", "Daily"),
            ("sf-backup policy show Ni", "Ni", "Nightly Daily", r"Nightly\ Daily"),
            (r"sf-backup policy show Nightly\ D", r"Nightly\ D", "Nightly Daily", r"Nightly\ Daily"),
            ("sf-backup policy show ", "", "$(id)", r"\$\(id\)"),
            ("sf-backup service enable fabric:/Ca", "/Ca", "fabric:/CalcApp", "/CalcApp"),
            ("sf-backup service enable A --policy=N", "N", "--policy=Night ly", r"Night\ ly"),
            ("sf-backup policy show \"Ni", "Ni", "Nightly D", "\"Nightly D\""),
            ("sf-backup policy show \"Ni", "\"Ni", "Nightly D", "\"Nightly D\""),
            ("sf-backup policy show \"", "", "a$(x)`\"!", "\"a\\$(x)\\`\\\"\"'!'\"\""),
            ("sf-backup policy show '", "", "it's", r"'it'\''s'"),
            ("sf-backup policy show $'", "", r"it's \", r"'it\'s \\'"),
            ("sf-backup policy show --policy='N", "N", "--policy=N x", "'N x'"),
            ("sf-backup service enable 'Calc", "Calc", "CalcApp/", "'CalcApp/"),
        ] {
            assert_eq!(replacement(line, part, word).as_deref(), Some(given), "{line}");
        }
    }

    #[test]
    fn nothing_is_offered_if_bash_would_misplace_it() {
        assert_eq!(replacement("sf-backup policy show \"Nightly \"Da", "Da", "Nightly Daily"), None);
        assert_eq!(replacement("sf-backup policy show fabric:/x", "/x", "other:/x"), None);
    }

    #[test]
    fn variables_before_the_command_are_not_arguments() {
        let typed = Typed::new("A=1 B_2='x y' sf-backup policy D", "D").unwrap();
        assert_eq!(typed.words, ["sf-backup", "policy", "D"]);
        assert_eq!(Typed::new("A=1", "1").unwrap().words, ["A=1"]);
    }
}
