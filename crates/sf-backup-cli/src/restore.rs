//! `sf-backup restore`: plans for many partitions, and runs of them.

mod drive;
mod journal_file;
pub(crate) mod plan;
mod report;
pub(crate) mod run;
mod scope;
mod sources;
mod storage_file;
