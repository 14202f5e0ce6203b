//! `sf-backup restore`: plans for many partitions, and runs of them.

mod afterwards;
pub(crate) mod args;
pub(crate) mod at_once;
mod drive;
mod elsewhere;
mod journal_file;
mod kinds;
mod listing;
pub(crate) mod one;
pub(crate) mod plan;
mod question;
mod report;
mod resume;
pub(crate) mod run;
mod scope;
mod sources;
mod storage_file;
mod table;
