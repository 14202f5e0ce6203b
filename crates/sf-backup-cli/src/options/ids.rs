//! What a command is about: one entity, several, or a list of them on standard input.

use std::num::NonZeroUsize;
use std::str::FromStr;

use clap::Args;

/// An argument that names an entity, or `-` for a list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EntityArg<T> {
    Id(T),
    Standard,
}

impl<T: FromStr> FromStr for EntityArg<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        if text == "-" { Ok(Self::Standard) } else { text.parse().map(Self::Id) }
    }
}

/// How several entities are gone through.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct BatchOptions {
    /// Maximum entities processed concurrently
    #[arg(long, value_name = "N", default_value = "16", value_parser = clap::value_parser!(u16).range(1..))]
    parallel: u16,

    /// Start no new items after a failure; wait for running ones
    #[arg(long)]
    fail_fast: bool,
}

/// How many are worked on at the same time, and when that ends early.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Concurrency {
    pub(crate) parallel: NonZeroUsize,
    pub(crate) fail_fast: bool,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self { parallel: NonZeroUsize::MIN, fail_fast: false }
    }
}

impl From<BatchOptions> for Concurrency {
    fn from(options: BatchOptions) -> Self {
        // Parsed as 1 or more.
        let parallel = NonZeroUsize::new(options.parallel.into()).unwrap_or(NonZeroUsize::MIN);
        Self { parallel, fail_fast: options.fail_fast }
    }
}

#[cfg(test)]
mod tests {
    use sf_backup_proto::ServiceId;

    use super::*;

    #[test]
    fn only_a_dash_alone_stands_for_standard_input() {
        assert_eq!("-".parse(), Ok(EntityArg::<ServiceId>::Standard));
        assert!(matches!("A/-".parse(), Ok(EntityArg::<ServiceId>::Id(_))));
    }
}
