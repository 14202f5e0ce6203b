/// The separator between the levels of an application's or a service's name in a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdDelimiter {
    /// `/`, which every official client sends and real clusters understand on backup routes.
    #[default]
    Slash,
    /// `~`, which the documents require since 6.0; real clusters do not decode it on backup routes.
    Tilde,
}

impl IdDelimiter {
    pub(crate) fn as_char(self) -> char {
        match self {
            Self::Slash => '/',
            Self::Tilde => '~',
        }
    }
}
