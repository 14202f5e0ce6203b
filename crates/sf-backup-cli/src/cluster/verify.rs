//! Look-ups around a change: before it, whether the entity exists and what the change removes; after it, what is in
//! effect. The server itself accepts ids that do not exist, and does not report a suspension above. All of this is
//! optional: if a look-up fails, the change is sent, and a note names what was not checked.

mod after;
mod effective;
mod impact;
mod undo;

use std::collections::HashMap;
use std::sync::Arc;

pub(crate) use after::Effect;
use sf_backup_ops::inventory::ServiceState;
use sf_backup_proto::{ErrorKind, PolicyName, ServiceId};

use crate::cluster::batch;
use crate::cluster::calls::names;
use crate::cluster::lookup::{Entity, Found, Lookup};
use crate::options::ids::Concurrency;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, Report, internal};

/// The kind of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    Suspend,
    Resume,
    Enable(PolicyName),
    Disable,
    Update,
}

/// What was found before a change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verified {
    /// The change, if it is verified.
    change: Option<ChangeKind>,
    /// The name of the operation.
    operation: &'static str,
    /// The calls that are not sent, by the name as printed.
    refused: HashMap<String, (Exit, Report)>,
    /// The entities of the calls, and the services of partitions.
    entities: HashMap<String, (Entity, Option<ServiceId>)>,
    /// What the change removes.
    loss: Option<String>,
    /// Notes to print after the change.
    notes: Vec<String>,
    /// The commands that undo it, by name.
    undo: undo::Undo,
}

impl Verified {
    /// Why the call about this name is not sent, if it is not.
    pub(crate) fn refusal(&self, name: &str) -> Option<Failure> {
        let (exit, report) = self.refused.get(name)?;
        Some(Failure::Reported { exit: *exit, report: Box::new(report.clone()) })
    }

    /// The policy that is enabled, if there is one.
    pub(crate) fn policy(&self) -> Option<String> {
        match &self.change {
            Some(ChangeKind::Enable(policy)) => Some(policy.to_string()),
            _ => None,
        }
    }

    /// Whether any call is not sent.
    pub(crate) fn refuses(&self) -> bool {
        !self.refused.is_empty()
    }

    /// What the change removes, as a sentence.
    pub(crate) fn loss(&self) -> Option<&str> {
        self.loss.as_deref()
    }

    /// Looks up the entities of a change, and what it removes. `calls` are the names as printed, with the entities;
    /// `operation` is the name of the change.
    pub(crate) async fn of(
        lookup: &Arc<Lookup>,
        change: ChangeKind,
        operation: &'static str,
        calls: Vec<(String, Option<Entity>)>,
        concurrency: Concurrency,
    ) -> Self {
        let mut verified = Self { change: Some(change.clone()), operation, ..Self::default() };
        if change == ChangeKind::Update {
            impact::of_update(lookup, &calls, &mut verified).await;
            return verified;
        }
        let entities: Vec<(String, Entity)> =
            calls.into_iter().filter_map(|(name, entity)| Some((name, entity?))).collect();
        let find = |(name, entity): (String, Entity)| {
            let lookup = lookup.clone();
            async move {
                let found = lookup.find(&entity).await;
                (name, entity, found)
            }
        };
        let (mut open, mut unchecked) = (Vec::new(), Vec::new());
        let all: Vec<String> = entities.iter().map(|(name, _)| name.clone()).collect();
        batch::each(entities, concurrency.parallel, find, |place, result| {
            let (name, entity, found) = match result {
                Ok(found) => found,
                Err(panicked) => {
                    unchecked.extend(all.get(place).map(|name| (name.clone(), internal(&panicked))));
                    return true;
                }
            };
            let refused = match found {
                Found::Absent(absent) => {
                    let report = absent.report().by(operation);
                    Some((Exit::NotFound, report.adding(SENT_ALL_THE_SAME)))
                }
                Found::There(there) => {
                    verified.entities.insert(name.clone(), (entity.clone(), there.service));
                    there
                        .state
                        .and_then(|state| nothing_to_back_up(&entity, state))
                        .map(|report| (Exit::Conflict, report.by(operation).adding(SENT_ALL_THE_SAME)))
                }
                Found::Unchecked(why) => {
                    verified.entities.insert(name.clone(), (entity.clone(), None));
                    unchecked.push((name.clone(), why));
                    None
                }
            };
            match refused {
                Some(refused) => _ = verified.refused.insert(name, refused),
                None => open.push((name, entity)),
            }
            true
        })
        .await;
        if let [(_, why), ..] = unchecked.as_slice() {
            let mut unknown: Vec<String> = unchecked.iter().map(|(name, _)| name.clone()).collect();
            unknown.sort();
            verified.notes.push(format!("could not check whether {} exists: {why}", names(&unknown)));
        }
        // An absent entity has nothing to lose, and a cluster that does not respond is not queried again.
        let checked = open.into_iter().filter(|(name, _)| !unchecked.iter().any(|(other, _)| other == name));
        impact::of(lookup, checked.collect(), concurrency, &mut verified).await;
        verified
    }

    /// The notes after a successful change of `done`. `options` find the same cluster.
    pub(crate) fn conclusion(&mut self, options: &[String], done: &[String]) -> Vec<String> {
        let mut notes = std::mem::take(&mut self.notes);
        notes.extend(self.undo.commands(options, done));
        notes
    }
}

const SENT_ALL_THE_SAME: &str = "--no-verify skips this check";

/// Why a service's state makes a backup pointless, if it does.
fn nothing_to_back_up(entity: &Entity, state: ServiceState) -> Option<Report> {
    let why = match state {
        ServiceState::Persisted => return None,
        ServiceState::Volatile => "keeps its state in memory only",
        ServiceState::Stateless => "is stateless",
    };
    let what = match entity {
        Entity::Partition(_) => "its service",
        _ => "the service",
    };
    let problem = format!("{entity}: nothing to back up; {what} {why}");
    Some(Report::about(ErrorKind::NotStateful.as_str(), &entity.to_string(), problem, None))
}
