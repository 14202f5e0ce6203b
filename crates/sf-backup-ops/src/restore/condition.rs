//! What a partition is like once its restore has succeeded.

use sf_backup_proto::model::inventory::ServicePartitionInfo;

/// What a partition is like once its restore has succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Ready, and not in error.
    Ready,
    /// Restored, and not usable: the `PartitionStatus`, and the `HealthState` if that is worse than `Warning`.
    NotReady(String, Option<String>),
    /// The cluster does not say; why.
    Unknown(String),
}

impl Condition {
    /// What the cluster's list of partitions says of one.
    pub fn of(info: &ServicePartitionInfo) -> Self {
        let text = |name: &str| {
            let text: Option<String> = serde_json::from_str(&info.extra.json(name)?).ok();
            text.filter(|text| !text.is_empty() && *text != "Invalid")
        };
        let error = text("HealthState").filter(|state| state.eq_ignore_ascii_case("Error"));
        match text("PartitionStatus") {
            None => Self::Unknown("the cluster does not report its status".to_owned()),
            Some(status) if status.eq_ignore_ascii_case("Ready") && error.is_none() => Self::Ready,
            Some(status) => Self::NotReady(status, error),
        }
    }

    /// The `PartitionStatus`, if it is known.
    pub fn status(&self) -> Option<&str> {
        match self {
            Self::Ready => Some("Ready"),
            Self::NotReady(status, _) => Some(status),
            Self::Unknown(_) => None,
        }
    }

    /// What is wrong with it, if that is known.
    pub fn problem(&self) -> Option<String> {
        match self {
            Self::Ready | Self::Unknown(_) => None,
            Self::NotReady(status, health) => {
                let health = health.as_ref().map(|health| format!(", its health is {health}")).unwrap_or_default();
                Some(format!("restored, but not usable: its status is {status}{health}"))
            }
        }
    }
}
