//! `sf-backup why`

use clap::Args;

/// Where the policy and the suspension of an application, a service or a partition come from, and when it is backed up next
///
/// A partition's policy goes before its service's, and that before its application's; a suspension at any of them counts.
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
