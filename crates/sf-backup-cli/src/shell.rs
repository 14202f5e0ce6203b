//! Words as POSIX shells take them: for commands that are printed to be copied.

/// Text as one word: as it is where that will do, else in single quotes.
pub(crate) fn word(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./:,=@%+".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_quotes_has_them() {
        for (text, word_of_it) in
            [("a-b/c:d", "a-b/c:d"), ("", "''"), ("a b", "'a b'"), ("it's", r"'it'\''s'"), ("$", "'$'")]
        {
            assert_eq!(word(text), word_of_it);
        }
    }

    #[cfg(unix)]
    mod with_a_shell {
        use proptest::prelude::*;

        use crate::shell::word;

        proptest! {
            #![proptest_config(ProptestConfig::with_cases(16))]
            #[test]
            fn it_reads_back_what_was_written(text in "[^\0]{0,40}") {
                let script = format!("printf %s {}", word(&text));
                let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
                prop_assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
            }
        }
    }
}
