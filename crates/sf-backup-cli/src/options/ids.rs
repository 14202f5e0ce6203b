//! The entities of a command: one, several, or a list on standard input.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use clap::Args;
use sf_backup_ops::inventory::without_scheme;
use sf_backup_proto::PartitionId;
use uuid::Uuid;

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

/// An entity in an argument.
pub(crate) trait EntityText: FromStr<Err: fmt::Display> + fmt::Debug + Clone + Send + Sync + 'static {}

impl<T: FromStr<Err: fmt::Display> + fmt::Debug + Clone + Send + Sync + 'static> EntityText for T {}

/// A partition in an argument. Anything but a whole id is looked up in the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PartitionRef {
    Id(PartitionId),
    /// The start of its id: at least [`PREFIX`] hexadecimal digits.
    Prefix(String),
    /// Its name, without the scheme: `Shop/Orders`, `Shop/Catalog/north`, `Shop/Cart#3`.
    Name(String),
}

/// Minimum number of digits of the start of an id.
const PREFIX: usize = 8;

/// Whether a text is the start of an id.
fn is_prefix(text: &str) -> bool {
    let is_hexadecimal = text.chars().all(|character| character.is_ascii_hexdigit() || character == '-');
    is_hexadecimal && text.chars().filter(char::is_ascii_hexdigit).count() >= PREFIX && text.len() < 36
}

/// Whether an id starts with these digits, with or without hyphens.
pub(crate) fn starts_with(id: &impl fmt::Display, start: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_lowercase();
    digits(&id.to_string()).starts_with(&digits(start))
}

/// A backup in an argument. Anything but a whole id is looked up among the backups of its partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BackupRef {
    Id(Uuid),
    /// The start of its id: at least [`PREFIX`] hexadecimal digits.
    Prefix(String),
}

impl BackupRef {
    /// Whether this is the backup with this id.
    pub(crate) fn means(&self, id: Uuid) -> bool {
        match self {
            Self::Id(own) => *own == id,
            Self::Prefix(start) => starts_with(&id, start),
        }
    }
}

impl FromStr for BackupRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) if is_prefix(text) => Ok(Self::Prefix(text.to_owned())),
            Err(error) => Err(format!("{error}; give the id of a backup, or its first {PREFIX} digits or more")),
        }
    }
}

impl fmt::Display for BackupRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Prefix(text) => f.write_str(text),
        }
    }
}

impl PartitionRef {
    /// Reads a text that can also name other entities; `None` if it may be the name of an application or a service.
    pub(crate) fn unmistakable(text: &str) -> Option<Self> {
        text.parse().ok().filter(|typed| !matches!(typed, Self::Name(name) if !name.contains('#')))
    }
}

impl FromStr for PartitionRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let error = match text.parse() {
            Ok(id) => return Ok(Self::Id(id)),
            Err(error) => error,
        };
        if is_prefix(text) {
            return Ok(Self::Prefix(text.to_owned()));
        }
        let name = without_scheme(text);
        match name.split_once('/') {
            Some((application, rest)) if !application.is_empty() && !rest.is_empty() => Ok(Self::Name(name.to_owned())),
            _ => Err(format!(
                "{error}; or give the first {PREFIX} digits of the id or more, or a name such as Shop/Orders, \
                 Shop/Catalog/north or Shop/Cart#3"
            )),
        }
    }
}

impl fmt::Display for PartitionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Prefix(text) | Self::Name(text) => f.write_str(text),
        }
    }
}

/// How several entities are processed.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct BatchOptions {
    /// Maximum entities processed concurrently
    #[arg(long, value_name = "N", default_value = "16", value_parser = clap::value_parser!(u16).range(1..))]
    parallel: u16,

    /// Start no new items after a failure; wait for running ones
    #[arg(long)]
    fail_fast: bool,
}

/// How many entities are processed at the same time, and whether a failure stops the others.
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
    fn a_partition_is_an_id_its_start_or_a_name() {
        let kind = |text: &str| match text.parse() {
            Ok(PartitionRef::Id(_)) => "id",
            Ok(PartitionRef::Prefix(_)) => "prefix",
            Ok(PartitionRef::Name(_)) => "name",
            Err(_) => "error",
        };
        assert_eq!(kind("6b1c2f7e-0000-4000-8000-000000000001"), "id");
        for prefix in ["6b1c2f7e", "6B1C2F7E-0000", "6b1c2f7e00004000800000000000000"] {
            assert_eq!(kind(prefix), "prefix", "{prefix}");
        }
        for name in ["Shop/Orders", "fabric:/Shop/Cart#3", "Shop/Catalog/north side"] {
            assert_eq!(kind(name), "name", "{name}");
        }
        for wrong in ["6b1c2f7", "Shop", "fabric:/Shop", "", "/x", "x/", "6b1c2f7e-0000-4000-8000-00000000000x"] {
            assert_eq!(kind(wrong), "error", "{wrong}");
        }
    }

    #[test]
    fn a_backup_is_an_id_or_its_start() {
        let id: Uuid = "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap();
        for (text, means) in [
            ("6b1c2f7e-0000-4000-8000-000000000001", true),
            ("6B1C2F7E", true),
            ("6b1c2f7e00004", true),
            ("6b1c2f7e-0001", false),
            ("6b1c2f7f-0000-4000-8000-000000000001", false),
        ] {
            assert_eq!(text.parse::<BackupRef>().unwrap().means(id), means, "{text}");
        }
        for wrong in ["", "6b1c2f7", "6b1c2f7x", "latest"] {
            assert!(wrong.parse::<BackupRef>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_a_dash_alone_stands_for_standard_input() {
        assert_eq!("-".parse(), Ok(EntityArg::<ServiceId>::Standard));
        assert!(matches!("A/-".parse(), Ok(EntityArg::<ServiceId>::Id(_))));
    }
}
