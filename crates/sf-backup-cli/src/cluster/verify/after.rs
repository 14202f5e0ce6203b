//! Reads what is in effect after suspending or resuming.

use std::time::Duration;

use sf_backup_hyper::Error;
use sf_backup_ops::duration;
use sf_backup_proto::ServiceId;
use sf_backup_proto::model::configuration::BackupSuspensionScope;
use tokio::time::{sleep, timeout};

use super::effective::EffectiveState;
use super::{ChangeKind, Verified};
use crate::cluster::calls::names;
use crate::cluster::client::Client;
use crate::cluster::inventory;
use crate::cluster::lookup::Entity;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, Report, with_causes};
use crate::output::shell::word;

/// Time limit for reading the effective state.
const PATIENCE: Duration = Duration::from_secs(20);
/// Maximum reads until the cluster shows the change, and the pause between them.
const READINGS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(400);

/// What is in effect after a change.
#[derive(Debug, Default)]
pub(crate) struct Effect {
    /// Warnings about it.
    pub(crate) warnings: Vec<String>,
    /// Why the change is not in effect, if it is not.
    pub(crate) failure: Option<Failure>,
}

impl Verified {
    /// Reads what is in effect for the entity with this name, after the change was sent.
    pub(crate) async fn effect(&self, client: Client, name: String) -> Effect {
        let resumed = match self.change {
            Some(ChangeKind::Resume) => true,
            Some(ChangeKind::Suspend) => false,
            _ => return Effect::default(),
        };
        let Some((entity, service)) = self.entities.get(&name) else { return Effect::default() };
        let reading = async {
            if resumed {
                after_resume(&client, entity, service.as_ref()).await
            } else {
                after_suspend(&client, entity).await
            }
        };
        match timeout(PATIENCE, reading).await {
            Ok(Ok(effect)) => effect.by(self.operation),
            Ok(Err(error)) => Effect::unread(entity, &with_causes(&error)),
            Err(_) => Effect::unread(entity, &format!("no response within {}", duration::exact(PATIENCE))),
        }
    }
}

impl Effect {
    fn warn(text: String) -> Self {
        Self { warnings: vec![text], failure: None }
    }

    /// Sets the operation that is not in effect.
    fn by(self, operation: &'static str) -> Self {
        let failure = self.failure.map(|failure| match failure {
            Failure::Reported { exit, report } => Failure::Reported { exit, report: Box::new(report.by(operation)) },
            failure => failure,
        });
        Self { failure, ..self }
    }

    fn unread(entity: &Entity, why: &str) -> Self {
        Self::warn(format!("could not check whether {entity} is suspended: {why}"))
    }

    fn no_policy(entity: &Entity) -> Self {
        Self::warn(format!("no policy is in effect for {entity}: it is not backed up"))
    }
}

async fn after_suspend(client: &Client, entity: &Entity) -> Result<Effect, Error> {
    let effective = settled(client, entity, |effective| effective.suspended.is_some()).await?;
    Ok(match effective.suspended {
        _ if !effective.is_known => Effect::no_policy(entity),
        Some(_) => Effect::default(),
        None => {
            Effect::warn(format!("the cluster does not report {entity} as suspended, though it accepted the request"))
        }
    })
}

async fn after_resume(client: &Client, entity: &Entity, service: Option<&ServiceId>) -> Result<Effect, Error> {
    let own = level(entity);
    let effective = settled(client, entity, |effective| effective.suspended.as_ref() != Some(&own)).await?;
    if !effective.is_known {
        return Ok(Effect::no_policy(entity));
    }
    let below: Vec<String> = effective.suspended_below.into_iter().collect();
    let warnings = match below.as_slice() {
        [] => Vec::new(),
        below => vec![format!("still suspended below {entity}: {}", names(below))],
    };
    let Some(suspended) = effective.suspended else { return Ok(Effect { warnings, failure: None }) };
    let (problem, hint) = if suspended == own {
        (format!("the cluster still reports {entity} as suspended, though it accepted the request"), None)
    } else {
        let above = above(client, &suspended, entity, service).await;
        match &above {
            Some(above) => (
                format!("{entity} is still suspended: on its {} {above}", kind(above)),
                Some(format!("'sf-backup {} resume {}' resumes it there", above.noun(), word(&above.to_string()))),
            ),
            None => (format!("{entity} is still suspended: on its {suspended}"), None),
        }
    };
    let report = Report::about("suspended", &entity.to_string(), problem, hint).uncertain();
    let failure = Failure::Reported { exit: Exit::Conflict, report: Box::new(report) };
    Ok(Effect { warnings, failure: Some(failure) })
}

/// Reads repeatedly until the change is in effect.
async fn settled(
    client: &Client,
    entity: &Entity,
    is_so: impl Fn(&EffectiveState) -> bool,
) -> Result<EffectiveState, Error> {
    let mut effective = EffectiveState::read(client, entity).await?;
    for _ in 1..READINGS {
        if is_so(&effective) || !effective.is_known {
            break;
        }
        sleep(PAUSE).await;
        effective = EffectiveState::read(client, entity).await?;
    }
    Ok(effective)
}

fn level(entity: &Entity) -> BackupSuspensionScope {
    match entity {
        Entity::Application(_) => BackupSuspensionScope::Application,
        Entity::Service(_) => BackupSuspensionScope::Service,
        Entity::Partition(_) => BackupSuspensionScope::Partition,
    }
}

fn kind(entity: &Entity) -> &'static str {
    match entity {
        Entity::Application(_) => "application",
        Entity::Service(_) => "service",
        Entity::Partition(_) => "partition",
    }
}

/// The ancestor of an entity at this level.
async fn above(
    client: &Client,
    level: &BackupSuspensionScope,
    entity: &Entity,
    service: Option<&ServiceId>,
) -> Option<Entity> {
    let service = match entity {
        Entity::Service(id) => id.clone(),
        Entity::Partition(_) => service?.clone(),
        Entity::Application(_) => return None,
    };
    match level {
        BackupSuspensionScope::Service => Some(Entity::Service(service)),
        BackupSuspensionScope::Application => {
            let application = inventory::application_name(client, &service).await;
            application.or_else(|| service.application()).map(Entity::Application)
        }
        _ => None,
    }
}
