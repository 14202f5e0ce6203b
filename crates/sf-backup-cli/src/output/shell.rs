//! Words as shells take them: for commands that are printed to be copied, and for completions.

// By their paths, for the fuzz targets take this file as one of theirs.
#[path = "shell/posix.rs"]
mod posix;
#[path = "shell/powershell.rs"]
mod powershell;

pub(crate) use posix::word as posix_word;
pub(crate) use powershell::word as powershell_word;

/// Text as one word of the shell that people have on this platform, on one line that any screen may show.
pub(crate) fn word(text: &str) -> String {
    if cfg!(windows) { powershell_word(text) } else { posix_word(text.as_bytes()) }
}
