//! What the streams of a process cannot show.

use std::io::{self, IsTerminal};

/// The limits of a screen, or of what reads a pipe. Without any, everything is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bars are drawn in ASCII.
    pub(crate) ascii: bool,
    /// No escape sequences: no colours, and no lines that move.
    pub(crate) no_escapes: bool,
}

impl Limits {
    /// Those of this process's streams. Has the console of Windows follow escape sequences, if it can.
    pub(crate) fn of_process() -> Self {
        let are_screens = io::stdout().is_terminal() && io::stderr().is_terminal();
        Self::of(cfg!(windows), are_screens, anstyle_query::windows::enable_ansi_colors())
    }

    /// A console of Windows is written to in Unicode; what reads a pipe there expects the code page of the console, and there
    /// is no way to know that it expects UTF-8.
    fn of(is_windows: bool, are_screens: bool, follows_escapes: Option<bool>) -> Self {
        Self { ascii: is_windows && !are_screens, no_escapes: follows_escapes == Some(false) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_windows_has_limits() {
        for are_screens in [true, false] {
            assert_eq!(Limits::of(false, are_screens, None), Limits::default());
        }
        assert_eq!(Limits::of(true, true, Some(true)), Limits::default());
        assert_eq!(Limits::of(true, true, Some(false)), Limits { ascii: false, no_escapes: true });
        assert_eq!(Limits::of(true, false, Some(false)), Limits { ascii: true, no_escapes: true });
    }
}
