//! The states of a run, for comparison by the next one.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sf_backup_ops::audit::{Audit, State};

use crate::connection::read_file::read_text;
use crate::options::scope::Scope;
use crate::output::atomic_write::{Readers, atomic_write};
use crate::output::console::Terminal;

/// Maximum size of the file: more than the states of two hundred thousand partitions.
const LARGEST: u64 = 64 * 1024 * 1024;

/// States by the id of the partition, or the name of what could not be read.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct States(pub(super) BTreeMap<String, LastState>);

/// The last known state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LastState {
    pub(super) state: String,
    /// The service of a partition; `None` for what could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) service: Option<String>,
}

impl States {
    /// The states after an audit of `scope`. What it did not read keeps its state.
    pub(super) fn after(audit: &Audit, scope: &Scope, before: Option<&Self>) -> Self {
        let partitions = audit.partitions.iter().map(|one| {
            let service = Some(one.partition.service.to_string());
            (one.partition.id.to_string(), LastState { state: one.state.name().to_owned(), service })
        });
        let gaps = audit.gaps.iter().map(|gap| {
            let state = State::Unknown.name().to_owned();
            (gap.name().to_owned(), LastState { state, service: None })
        });
        let mut states: BTreeMap<_, _> = partitions.chain(gaps).collect();
        for (key, last) in before.into_iter().flat_map(|before| &before.0) {
            if !states.contains_key(key) && is_unread(key, last, audit, scope) {
                states.insert(key.clone(), last.clone());
            }
        }
        Self(states)
    }

    /// Reads the states; `None` on the first run.
    pub(super) fn read(path: &Path, terminal: &mut Terminal<'_>) -> Option<Self> {
        let ignored = match read_text(path, LARGEST).map(|text| serde_json::from_str(&text)) {
            Ok(Ok(states)) => return Some(states),
            Ok(Err(error)) => error.to_string(),
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(error) => error.to_string(),
        };
        terminal.warn(&format!("--notify-state {}: is ignored: {ignored}", path.display()));
        None
    }

    pub(super) fn write(&self, path: &Path, terminal: &mut Terminal<'_>) -> Result<(), String> {
        let failed =
            |error: &dyn std::fmt::Display| format!("--notify-state {}: cannot be written: {error}", path.display());
        let text = serde_json::to_string(self).map_err(|error| failed(&error))?;
        let written = atomic_write(path, &text, Readers::Owner).map_err(|error| failed(&error))?;
        if let Some(warning) = written.warning(path) {
            terminal.warn(&warning);
        }
        Ok(())
    }
}

/// Whether something that is not in the audit may still be in the cluster: outside of its scope, or below what could
/// not be read.
fn is_unread(key: &str, last: &LastState, audit: &Audit, scope: &Scope) -> bool {
    let name = last.service.as_deref().unwrap_or(key);
    let is_in_scope = match scope {
        Scope::Cluster => true,
        Scope::Application(id) => is_within(name, &id.to_string()),
        Scope::Service(id) => name == id.to_string(),
        Scope::Partition(id) => key == id.to_string(),
    };
    let mut gaps = audit.gaps.iter();
    !is_in_scope || gaps.any(|gap| gap.entity.as_deref().is_none_or(|entity| is_within(name, entity)))
}

/// Whether a name is this entity, or a service of this application.
fn is_within(name: &str, entity: &str) -> bool {
    name.strip_prefix(entity).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use sf_backup_ops::audit::{Clock, Gap, Unread};
    use sf_backup_proto::Timestamp;

    use super::*;

    fn last(service: Option<&str>) -> LastState {
        LastState { state: "Stale".to_owned(), service: service.map(str::to_owned) }
    }

    /// What is kept of a partition of each service, and of a service that could not be read before.
    fn kept(gaps: &[Option<&str>], scope: &Scope) -> Vec<String> {
        let gap = |entity: &Option<&str>| Gap { entity: entity.map(str::to_owned), unread: Unread::of("HTTP 500") };
        let audit = Audit::of(Timestamp::UNIX_EPOCH, Clock::Local, Vec::new(), gaps.iter().map(gap).collect());
        let services = ["fabric:/Shop/Cart", "fabric:/Shop/Orders", "fabric:/Shopping/Cart"];
        let partitions = services.iter().map(|service| (format!("in {service}"), last(Some(service))));
        let gap = [("fabric:/Shop/Old".to_owned(), last(None))];
        let before = States(partitions.chain(gap).collect());
        let now = States::after(&audit, scope, Some(&before));
        let old = now.0.into_iter().filter(|(_, last)| last.state == "Stale");
        old.map(|(key, _)| key).collect()
    }

    #[test]
    fn what_was_not_read_keeps_its_state() {
        let cluster = &Scope::Cluster;
        assert!(kept(&[], cluster).is_empty());
        assert_eq!(kept(&[Some("fabric:/Shop/Cart")], cluster), ["in fabric:/Shop/Cart"]);
        let below = ["fabric:/Shop/Old", "in fabric:/Shop/Cart", "in fabric:/Shop/Orders"];
        assert_eq!(kept(&[Some("fabric:/Shop")], cluster), below);
        // The content of an application without a name is unknown.
        assert_eq!(kept(&[None], cluster).len(), 4);
        let service = Scope::Service("fabric:/Shop/Cart".parse().unwrap());
        assert_eq!(kept(&[], &service).len(), 3);
        let application = Scope::Application("fabric:/Shop".parse().unwrap());
        assert_eq!(kept(&[], &application), ["in fabric:/Shopping/Cart"]);
    }
}
