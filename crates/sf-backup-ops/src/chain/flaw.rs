//! What can be wrong with a backup or a chain.

use std::fmt;

use sf_backup_proto::model::backup::{BackupInfo, BackupType, FabricErrorError};

/// Something wrong with a backup, or with its chain.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Flaw {
    /// The full backup that the chain begins with is not in the list: nothing of it can be restored.
    MissingFull,
    /// These name no chain: nobody knows what they build on.
    NoChain,
    /// It could not be read.
    Failed(FabricErrorError),
    /// It has no id, which a restore needs.
    NoId,
    /// It has no location, which a restore needs.
    NoLocation,
    /// It has no time: nobody knows where in the chain it stands.
    NoTime,
    /// Neither full nor incremental; what the list says, if anything.
    UnknownType(Option<BackupType>),
    /// Listed more than once, and not with the same chain, type, time and record.
    Contradictory,
    /// A full one that names another chain than its own. It can be restored all the same.
    ForeignChain,
    /// By its time it is newer than the one before it in the chain, by its last record older: the clocks of two nodes
    /// differ, or the list is wrong. It can be restored all the same.
    Disorder,
}

impl Flaw {
    /// Its name, for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::MissingFull => "MissingFull",
            Self::NoChain => "NoChain",
            Self::Failed(_) => "Failed",
            Self::NoId => "NoId",
            Self::NoLocation => "NoLocation",
            Self::NoTime => "NoTime",
            Self::UnknownType(_) => "UnknownType",
            Self::Contradictory => "Contradictory",
            Self::ForeignChain => "ForeignChain",
            Self::Disorder => "Disorder",
        }
    }

    /// Whether neither the backup nor what follows it in its chain can be relied on.
    pub fn breaks(&self) -> bool {
        !matches!(self, Self::ForeignChain | Self::Disorder)
    }

    /// What a backup tells of its own flaws.
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
            Self::Contradictory => f.write_str("is listed twice, and not alike"),
            Self::ForeignChain => f.write_str("is full, and names another chain"),
            Self::Disorder => f.write_str("is newer by its time, and older by its record, than the one before"),
        }
    }
}
