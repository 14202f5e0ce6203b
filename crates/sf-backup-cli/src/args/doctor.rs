//! `sf-backup doctor`

use clap::Args;

/// Checks the way to a cluster step by step, and says what to do where it ends
///
/// Nothing is changed: whether writes are allowed is found out with one that no cluster takes, of a service that does not
/// exist and with an api-version that the cluster does not speak.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup doctor
  sf-backup -e https://cluster.example:19080 doctor
  sf-backup -e https://cluster.example:19080 --cert me.pem -o json doctor")]
pub(crate) struct Doctor {}
