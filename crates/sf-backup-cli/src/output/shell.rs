//! Quotes words for shells: for printed commands that users copy, and for completions.

// With their paths, because the fuzz targets include this file.
#[path = "shell/posix.rs"]
mod posix;
#[path = "shell/powershell.rs"]
mod powershell;

pub(crate) use posix::word as posix_word;
pub(crate) use powershell::word as powershell_word;

/// Quotes text as one word for the platform's shell, on one line that any screen can show.
pub(crate) fn word(text: &str) -> String {
    if cfg!(windows) { without_escapes(powershell_word(text)) } else { on_one_line(posix_word(text.as_bytes())) }
}

/// Rewrites a word of PowerShell so that it contains nothing that looks like the start of an escape, which would be
/// escaped when printed.
fn without_escapes(word: String) -> String {
    if !word.contains(r"\u{") {
        return word;
    }
    let whole = if word.starts_with("(''+") { word } else { format!("(''+{word})") };
    whole.replace(r"\u{", r"\'+'u{")
}

/// Writes the last line breaks of a POSIX word, which have their own quotes, as `$'\012'`. Bash and zsh support that
/// form; scripts must not rely on it, but people who copy a line rarely use other shells.
fn on_one_line(word: String) -> String {
    let breaks = word.matches('\n').count();
    match word.strip_suffix(&format!("'{}'", "\n".repeat(breaks))) {
        Some(before) if breaks > 0 => format!("{before}$'{}'", "\\012".repeat(breaks)),
        _ => word,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::output::escape;
    use crate::output::escape::tests::hostile;

    #[test]
    fn a_word_of_powershell_is_not_taken_for_an_escape() {
        for (text, quoted) in
            [(r"\u{5c}", r"(''+'\'+'u{5c}')"), ("\u{202e}\\u{", r"(''+[char]0x202e+'\'+'u{')"), ("a b", "'a b'")]
        {
            assert_eq!(without_escapes(powershell_word(text)), quoted);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn quoted_words_read_back(text in hostile(), breaks in 0_usize..3) {
            let text = text.replace('\0', "") + &"\n".repeat(breaks);
            let quoted = word(&text);
            prop_assert_eq!(escape::line(&quoted), quoted.as_str());
            let script = format!("printf %s {quoted}");
            let output = std::process::Command::new("bash").args(["--norc", "-c", &script]).output().unwrap();
            prop_assert_eq!(String::from_utf8(output.stdout).unwrap(), text, "{}", quoted);
        }
    }
}
