//! The options of lists.

use clap::Args;
use sf_backup_proto::{ContinuationToken, Timestamp};

use crate::output::failure::Failure;

/// How a list is read. All pages are printed, whatever their size.
#[derive(Debug, Args)]
pub(crate) struct Paging {
    /// Maximum items per page that the server returns; 0 means the server's default. All pages are always printed
    #[arg(long, value_name = "N")]
    pub(crate) max_results: Option<u32>,

    /// Start where an earlier list ended, at its continuation token
    #[arg(long, value_name = "TOKEN", value_parser = token)]
    pub(crate) continue_from: Option<ContinuationToken>,
}

fn token(text: &str) -> Result<ContinuationToken, &'static str> {
    ContinuationToken::new(text).ok_or("must not be empty")
}

/// Which backups are listed.
#[derive(Debug, Args)]
pub(crate) struct Window {
    /// Only the newest backup of each partition in the time window
    #[arg(long)]
    pub(crate) latest: bool,

    /// Only backups created at or after this time, such as 2024-03-09T04:10:22Z or 2024-03-09; UTC unless an offset
    /// says otherwise
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<Timestamp>,

    /// Only backups created at or before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<Timestamp>,

    /// Group backups by partition and chain, and show which can be restored and which are missing or unreadable. With
    /// --from, chains that reach into the time window are shown completely
    #[arg(long, conflicts_with_all = ["latest", "continue_from"])]
    pub(crate) chains: bool,
}

impl Window {
    /// The start of the requested range: earlier than the window, because a chain cannot be used without its first backup.
    pub(crate) fn begin(&self) -> Option<Timestamp> {
        self.from.filter(|_| !self.chains)
    }

    /// How the list is grouped, if it is. Rejects a window that ends before it starts: the empty list would be
    /// misleading.
    pub(crate) fn grouping(&self) -> Result<Option<Grouping>, Failure> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from > to => {
                Err(Failure::usage(format!("--from {from}: is later than --to {to}, so the time window is empty")))
            }
            _ => Ok(self.chains.then_some(Grouping { from: self.from })),
        }
    }
}

/// Backups by chain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grouping {
    /// Only chains that end at this time or later.
    pub(crate) from: Option<Timestamp>,
}

/// Which backups of an application, a service or a partition are listed, and how.
#[derive(Debug, Args)]
#[group(skip)] // the verb has the same name
pub(crate) struct Backups {
    #[command(flatten)]
    pub(crate) window: Window,

    /// Read metadata from the backup files; ignored by runtimes before 11.3
    #[arg(long)]
    pub(crate) metadata_from_blob: bool,

    #[command(flatten)]
    pub(crate) paging: Paging,
}

/// `Some(true)` for a given flag; `None`, which is not sent, otherwise.
pub(crate) fn flag(given: bool) -> Option<bool> {
    given.then_some(true)
}

/// Sets [`Paging`] in the call of a list.
macro_rules! paged {
    ($call:expr, $paging:expr) => {{
        let (mut call, paging): (_, &$crate::options::listing::Paging) = ($call, &$paging);
        call.max_results = paging.max_results;
        call.continuation_token.clone_from(&paging.continue_from);
        call
    }};
}

/// Sets [`Backups`] in the call of a list of backups.
macro_rules! backups {
    ($call:expr, $backups:expr) => {{
        use $crate::options::listing::{Backups, flag, paged};
        let backups: &Backups = &$backups;
        let mut call = paged!($call, backups.paging);
        call.latest = flag(backups.window.latest);
        call.start_date_time_filter = backups.window.begin();
        call.end_date_time_filter = backups.window.to;
        call.metadata_from_blob = flag(backups.metadata_from_blob);
        call
    }};
}
pub(crate) use {backups, paged};
