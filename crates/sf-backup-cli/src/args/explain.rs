//! `sf-backup explain`

use clap::Args;

/// What an error code means, why it happens and what to do
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup explain FABRIC_E_BACKUP_NOT_ENABLED
  sf-backup explain 0x80070057")]
pub(crate) struct Explain {
    /// The code's name in any case, or its HRESULT in decimal or 0x…
    #[arg(value_name = "CODE")]
    pub(crate) code: String,
}
