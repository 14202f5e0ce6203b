//! `sf-backup why`

use clap::Args;

/// Show where the effective policy and suspension of an entity come from, and when its next backup is due
///
/// A partition's policy overrides its service's, and a service's overrides its application's. A suspension at any level
/// applies.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup why 6b1c2f7e-0000-4000-8000-000000000001
  sf-backup why fabric:/CalcApp/CalcService
  sf-backup -o json why CalcApp")]
pub(crate) struct Why {
    /// A partition's id (a GUID), or the name of a service or an application
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}
