//! Limits of the streams of a process.

use std::io::{self, IsTerminal};

/// The limits of a screen, or of the reader of a pipe. By default, there are none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Whether bars are drawn in ASCII.
    pub(crate) ascii: bool,
    /// Whether escape sequences are impossible: no colours, and no moving lines.
    pub(crate) no_escapes: bool,
}

impl Limits {
    /// The limits of this process's streams. Enables escape sequences in a Windows console, if possible.
    pub(crate) fn of_process() -> Self {
        let are_screens = io::stdout().is_terminal() && io::stderr().is_terminal();
        Self::of(cfg!(windows), are_screens, anstyle_query::windows::enable_ansi_colors())
    }

    /// A Windows console accepts Unicode; the reader of a pipe there expects the code page of the console, and whether
    /// it expects UTF-8 is unknown.
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
