//! Defects of backups and chains.

use std::fmt;

use sf_backup_proto::model::backup::{BackupInfo, BackupType, FabricErrorError};

/// A defect of a backup or of its chain.
#[derive(Debug, Clone, PartialEq, strum::IntoStaticStr)]
#[non_exhaustive]
pub enum Flaw {
    /// The full backup of the chain is not in the list. No backup of the chain can be restored.
    MissingFull,
    /// The backup has no chain id, so its position is unknown.
    NoChain,
    /// The cluster could not read the backup.
    Failed(FabricErrorError),
    /// The backup has no id, which a restore requires.
    NoId,
    /// The backup has no location, which a restore requires.
    NoLocation,
    /// The backup has no creation time, so its position in the chain is unknown.
    NoTime,
    /// The backup is neither full nor incremental. Contains the listed type, if any.
    UnknownType(Option<BackupType>),
    /// The backup is listed more than once, with different chain, type, time or record.
    Contradictory,
    /// A full backup has the chain id of another one. It can still be restored.
    ForeignChain,
    /// The backup is newer than the previous one by time, but older by its last record: the clocks of two nodes differ,
    /// or the list is wrong. It can still be restored.
    Disorder,
}

impl Flaw {
    /// The name of the defect, for programs.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// Whether neither the backup nor those after it in the chain can be restored.
    pub fn breaks(&self) -> bool {
        !matches!(self, Self::ForeignChain | Self::Disorder)
    }

    /// The defects of a backup that do not depend on its chain.
    pub(super) fn of(backup: &BackupInfo) -> Vec<Self> {
        let mut flaws = Vec::new();
        if let Some(error) = &backup.failure_error {
            flaws.push(Self::Failed(error.clone()));
        }
        if backup.backup_id.is_none() {
            flaws.push(Self::NoId);
        }
        if backup.backup_location.as_ref().is_none_or(|location| location.trim().is_empty()) {
            flaws.push(Self::NoLocation);
        }
        if backup.creation_time_utc.is_none() {
            flaws.push(Self::NoTime);
        }
        match &backup.backup_type {
            Some(BackupType::Full) => {
                let own = backup.backup_id.zip(backup.backup_chain_id);
                if own.is_some_and(|(id, chain)| id != chain) {
                    flaws.push(Self::ForeignChain);
                }
            }
            Some(BackupType::Incremental) => {}
            other => flaws.push(Self::UnknownType(other.clone())),
        }
        flaws
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingFull => f.write_str("the full backup is missing"),
            Self::NoChain => f.write_str("names no chain"),
            Self::Failed(error) => {
                f.write_str("could not be read")?;
                if let Some(code) = &error.code {
                    write!(f, ": {}", code.with_hresult())?;
                }
                match &error.message {
                    Some(message) => write!(f, ": {message}"),
                    None => Ok(()),
                }
            }
            Self::NoId => f.write_str("has no id"),
            Self::NoLocation => f.write_str("has no location"),
            Self::NoTime => f.write_str("has no time"),
            Self::UnknownType(None) => f.write_str("is neither full nor incremental"),
            Self::UnknownType(Some(other)) => write!(f, "is neither full nor incremental, but {other}"),
            Self::Contradictory => f.write_str("is listed twice with different details"),
            Self::ForeignChain => f.write_str("is full but has the id of another chain"),
            Self::Disorder => f.write_str(
                "has a later time than the previous backup, but an earlier position in the \
                log",
            ),
        }
    }
}
