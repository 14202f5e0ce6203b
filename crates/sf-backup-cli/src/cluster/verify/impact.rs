//! The impact of a change, in numbers.

use std::sync::Arc;

use sf_backup_hyper::Error;
use sf_backup_proto::model::entity::BackupEntity;
use sf_backup_proto::{ErrorKind, GetAllEntitiesBackedUpByPolicy, GetBackupPolicyByName, PolicyName};

use super::effective::EffectiveState;
use super::{ChangeKind, Verified};
use crate::cluster::batch;
use crate::cluster::inventory;
use crate::cluster::lookup::{Entity, Lookup};
use crate::cluster::pages::all;
use crate::options::ids::Concurrency;
use crate::output::failure::{internal, with_causes};

/// How much of an entity a change concerns.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    partitions: usize,
    services: usize,
}

/// The impact of a change on one entity.
#[derive(Debug)]
enum Impact {
    None,
    /// The policy that is replaced, and how much it covers, if known.
    Replaced(String, Option<Size>),
    Unprotected(String, Option<Size>),
    /// The policy that is disabled, and the one that becomes effective.
    FallsBack(String, String),
    /// The effective policy is inherited and stays.
    Inherited(String),
}

/// Determines what enabling or disabling removes from these entities.
pub(super) async fn of(
    lookup: &Arc<Lookup>,
    open: Vec<(String, Entity)>,
    at_once: Concurrency,
    verified: &mut Verified,
) {
    let change = match &verified.change {
        Some(change @ (ChangeKind::Enable(_) | ChangeKind::Disable)) => change.clone(),
        _ => return,
    };
    let one = |(name, entity): (String, Entity)| {
        let (lookup, change) = (lookup.clone(), change.clone());
        let service = verified.entities.get(&name).and_then(|(_, service)| service.clone());
        async move {
            let impact = match &change {
                ChangeKind::Enable(policy) => of_enable(&lookup, &entity, policy).await,
                _ => of_disable(&lookup, &entity, service.map(Entity::Service)).await,
            };
            (name, entity, impact)
        }
    };
    let mut impacts = Vec::new();
    let mut unchecked = None;
    batch::each(open, at_once.parallel, one, |_, impact| {
        match impact {
            Ok(impact) => impacts.push(impact),
            Err(panicked) => unchecked = Some(internal(&panicked)),
        }
        true
    })
    .await;
    impacts.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let (mut replaced, mut unprotected) = (Vec::new(), Vec::new());
    for (name, entity, impact) in impacts {
        match impact {
            Ok(Impact::None) => {}
            Ok(Impact::Replaced(old, size)) => {
                verified.undo.enable(&name, &entity, &old);
                replaced.push((name, old, size));
            }
            Ok(Impact::Unprotected(old, size)) => {
                verified.undo.enable(&name, &entity, &old);
                if size.is_none_or(|size| size.partitions > 0) {
                    unprotected.push((name, size));
                }
            }
            Ok(Impact::FallsBack(old, other)) => {
                verified.undo.enable(&name, &entity, &old);
                verified.notes.push(format!("{entity} is now backed up under policy {other}"));
            }
            Ok(Impact::Inherited(policy)) => {
                verified
                    .notes
                    .push(format!("policy {policy} stays in effect for {entity}: it is enabled on a higher level"));
            }
            Err(error) => unchecked = unchecked.or_else(|| Some(format!("{entity}: {}", with_causes(&error)))),
        }
    }
    if let Some(why) = unchecked {
        verified.notes.push(format!("could not check which backups this stops: {why}"));
    }
    verified.loss = match &change {
        // The server rejects a policy that does not exist.
        ChangeKind::Enable(policy) if !replaced.is_empty() && is_missing(lookup, policy).await => None,
        ChangeKind::Enable(policy) => replaced_sentence(&replaced, policy),
        _ => unprotected_sentence(&unprotected),
    };
}

async fn is_missing(lookup: &Lookup, policy: &PolicyName) -> bool {
    let read = lookup.client().send(GetBackupPolicyByName::new(policy.clone())).await;
    read.is_err_and(|error| error.kind() == ErrorKind::PolicyNotFound)
}

fn replaced_sentence(replaced: &[(String, String, Option<Size>)], policy: &PolicyName) -> Option<String> {
    match replaced {
        [] => None,
        [(name, old, size)] => {
            let what = match size {
                Some(size @ Size { partitions: 1, .. }) => format!("{} of {name} changes", size.text()),
                Some(size) => format!("{} of {name} change", size.text()),
                None => format!("{name} changes"),
            };
            Some(format!("{what} from policy {old} to {policy}, and new backup chains begin"))
        }
        several => {
            let mut olds: Vec<&str> = several.iter().map(|(_, old, _)| old.as_str()).collect();
            olds.sort_unstable();
            olds.dedup();
            Some(format!(
                "{} entities change from {} {} to {policy}, and new backup chains begin",
                several.len(),
                if olds.len() == 1 { "policy" } else { "policies" },
                olds.join(", ")
            ))
        }
    }
}

fn unprotected_sentence(unprotected: &[(String, Option<Size>)]) -> Option<String> {
    let sizes: Option<Vec<Size>> = unprotected.iter().map(|(_, size)| *size).collect();
    let what = match (unprotected, sizes) {
        ([], _) => return None,
        (_, Some(sizes)) => {
            let total = sizes.iter().fold(Size::default(), |sum, size| Size {
                partitions: sum.partitions + size.partitions,
                services: sum.services + size.services,
            });
            format!("{} of {}", total.text(), counted(total.services, "service"))
        }
        ([(name, _)], None) => format!("the partitions of {name}"),
        (several, None) => format!("the partitions of {}", counted(several.len(), "entity")),
    };
    Some(format!("{what} will no longer be backed up; existing backups are kept"))
}

impl Size {
    fn text(self) -> String {
        counted(self.partitions, "partition")
    }

    /// Counts what the entity's own policy covers.
    async fn of(lookup: &Lookup, entity: &Entity, effective: &EffectiveState) -> Option<Self> {
        let services = match entity {
            Entity::Partition(_) => return Some(Self { partitions: 1, services: 1 }),
            Entity::Service(id) => vec![id.clone()],
            Entity::Application(id) => lookup.persisted_services(id).await?,
        };
        let mut size = Self::default();
        for service in services.into_iter().filter(|id| !effective.overridden.contains(&id.to_string())) {
            let partitions = inventory::partitions(lookup.client().clone(), service).await.ok()?;
            let own = partitions.iter().filter(|partition| !effective.overridden.contains(&partition.id.to_string()));
            let own = own.count();
            size = Self { partitions: size.partitions + own, services: size.services + usize::from(own > 0) };
        }
        Some(size)
    }
}

async fn of_enable(lookup: &Lookup, entity: &Entity, policy: &PolicyName) -> Result<Impact, Error> {
    let effective = EffectiveState::read(lookup.client(), entity).await?;
    match &effective.own {
        Some(own) if own != policy.as_str() => {
            Ok(Impact::Replaced(own.clone(), Size::of(lookup, entity, &effective).await))
        }
        _ => Ok(Impact::None),
    }
}

async fn of_disable(lookup: &Lookup, entity: &Entity, service: Option<Entity>) -> Result<Impact, Error> {
    let effective = EffectiveState::read(lookup.client(), entity).await?;
    // Nothing is enabled here, so the server rejects it.
    let Some(own) = effective.own.clone() else {
        return Ok(effective.policy.map_or(Impact::None, Impact::Inherited));
    };
    let above = match entity {
        Entity::Application(_) => None,
        Entity::Service(id) => match inventory::application_name(lookup.client(), id).await {
            Some(application) => Some(Entity::Application(application)),
            None => id.application().map(Entity::Application),
        },
        Entity::Partition(_) => service,
    };
    let fallback = match &above {
        Some(above) => EffectiveState::read(lookup.client(), above).await?.policy,
        None => None,
    };
    Ok(match fallback {
        Some(fallback) => Impact::FallsBack(own, fallback),
        None => Impact::Unprotected(own, Size::of(lookup, entity, &effective).await),
    })
}

/// Determines what the replaced policies cover.
pub(super) async fn of_update(lookup: &Lookup, calls: &[(String, Option<Entity>)], verified: &mut Verified) {
    for (name, _) in calls {
        let Ok(policy) = name.parse::<PolicyName>() else { continue };
        match all(lookup.client(), GetAllEntitiesBackedUpByPolicy::new(policy.clone())).await {
            Ok(entities) if !entities.is_empty() => {
                verified.loss =
                    Some(format!("policy {policy} is in use by {}: new backup chains begin there", users(&entities)));
            }
            // The server reports a policy that does not exist.
            Ok(_) => continue,
            Err(error) => {
                verified
                    .notes
                    .push(format!("could not check whether policy {policy} is in use: {}", with_causes(&error)));
                continue;
            }
        }
        if let Ok(old) = lookup.client().send(GetBackupPolicyByName::new(policy.clone())).await {
            verified.undo.update(name, &old);
        }
    }
}

fn users(entities: &[BackupEntity]) -> String {
    let count = |is: fn(&BackupEntity) -> bool| entities.iter().filter(|entity| is(entity)).count();
    let counts = [
        (count(|entity| matches!(entity, BackupEntity::Application(_))), "application"),
        (count(|entity| matches!(entity, BackupEntity::Service(_))), "service"),
        (count(|entity| matches!(entity, BackupEntity::Partition(_))), "partition"),
        (count(|entity| matches!(entity, BackupEntity::Unknown(_))), "other entity"),
    ];
    let some: Vec<String> =
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, kind)| counted(count, kind)).collect();
    some.join(", ")
}

/// `1 partition`, `2 partitions`, `2 entities`.
fn counted(count: usize, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}
