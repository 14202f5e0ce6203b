//! How fast a configuration is read and changed.

use std::num::NonZeroUsize;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Pace {
    /// Maximum concurrent requests; policies are always written one at a time
    #[arg(long, value_name = "N", default_value = "16")]
    pub(crate) parallel: NonZeroUsize,
}
