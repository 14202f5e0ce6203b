//! The options for the findings of `policy lint`.

use clap::Args;

/// The requirements on a policy before it is sent.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Gate {
    /// Send a policy even if 'policy lint' finds errors in it
    #[arg(long, hide_short_help = true)]
    pub(crate) force: bool,

    /// Treat warnings of 'policy lint' as errors
    #[arg(long, hide_short_help = true, conflicts_with = "force")]
    pub(crate) strict: bool,
}
