//! `sf-backup explain`

use clap::Args;

/// Explain an error code: meaning, cause and remedy
///
/// Without a code, lists all known codes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup explain FABRIC_E_BACKUP_NOT_ENABLED
  sf-backup explain backup_not_enabled
  sf-backup explain 0x80070057
  sf-backup explain -2147017613
  sf-backup explain")]
pub(crate) struct Explain {
    /// The code's name in any case, or its HRESULT in decimal, signed or not, or 0x…
    #[arg(value_name = "CODE", allow_negative_numbers = true)]
    pub(crate) code: Option<String>,
}
