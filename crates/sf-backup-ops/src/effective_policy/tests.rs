use proptest::prelude::*;
use serde_json::json;

use super::*;

const PARTITION: &str = "6b1c2f7e-0000-4000-8000-000000000001";

fn path(kind: LevelKind) -> Path {
    Path {
        application: "fabric:/App1".parse().unwrap(),
        service: (kind >= LevelKind::Service).then(|| "fabric:/App1/S".parse().unwrap()),
        partition: (kind == LevelKind::Partition).then(|| PARTITION.parse().unwrap()),
    }
}

/// The actual settings of each level.
#[derive(Debug, Clone)]
struct Truth {
    policy: [bool; 3],
    suspended: [bool; 3],
}

impl Truth {
    fn nearest(holds: &[bool; 3], kind: LevelKind) -> Option<LevelKind> {
        KINDS.into_iter().rev().find(|other| *other <= kind && holds[*other as usize])
    }

    fn name(from: LevelKind) -> String {
        format!("P{from:?}")
    }

    /// The item that the service returns for a level; `suspended` overrides the effective suspension.
    fn item(&self, kind: LevelKind, suspended: Option<Option<LevelKind>>) -> Option<BackupConfigurationInfo> {
        let from = Self::nearest(&self.policy, kind)?;
        let suspended = suspended.unwrap_or_else(|| Self::nearest(&self.suspended, kind));
        let scope = |kind: Option<LevelKind>| kind.map_or("Invalid".to_owned(), |kind| format!("{kind:?}"));
        let item = json!({
            "Kind": format!("{kind:?}"), "ApplicationName": "fabric:/App1", "ServiceName": "fabric:/App1/S",
            "PartitionId": PARTITION, "PolicyName": Self::name(from), "PolicyInheritedFrom": format!("{from:?}"),
            "SuspensionInfo": { "IsSuspended": suspended.is_some(), "SuspensionInheritedFrom": scope(suspended) },
        });
        Some(serde_json::from_value(item).unwrap())
    }

    /// The response about an application or a service, with its quirks.
    fn response(&self, queried: LevelKind) -> Reading {
        let above = Self::nearest(&self.suspended, queried);
        let mut items: Vec<_> = self.item(queried, None).into_iter().collect();
        for kind in KINDS.into_iter().filter(|kind| *kind > queried) {
            let own = self.suspended[kind as usize].then_some(kind);
            if self.policy[kind as usize] {
                items.extend(self.item(kind, Some(own.or(above))));
            } else if own.is_some() {
                if !self.policy[0] {
                    return Reading::Failed;
                }
                let mut leftover = Self { policy: [true, false, false], ..self.clone() };
                leftover.suspended = [false; 3];
                items.extend(leftover.item(kind, Some(own)));
            }
        }
        if items.is_empty() { Reading::Nothing } else { Reading::Listed(items) }
    }

    fn readings(&self) -> Readings {
        Readings {
            application: self.response(LevelKind::Application),
            service: self.response(LevelKind::Service),
            partition: self
                .item(LevelKind::Partition, None)
                .map_or(Reading::Nothing, |item| Reading::Listed(vec![item])),
        }
    }
}

fn effective_policy(policy: [bool; 3], suspended: [bool; 3], kind: LevelKind) -> EffectivePolicy {
    EffectivePolicy::of(&path(kind), &Truth { policy, suspended }.readings())
}

#[test]
fn the_nearest_policy_is_in_force() {
    let of = |policy| {
        let effective_policy = effective_policy(policy, [false; 3], LevelKind::Partition);
        (effective_policy.policy, effective_policy.policy_from)
    };
    assert_eq!(of([true, true, true]), (PolicySource::Policy("PPartition".into()), Some(LevelKind::Partition)));
    assert_eq!(of([true, true, false]), (PolicySource::Policy("PService".into()), Some(LevelKind::Service)));
    assert_eq!(of([true, false, false]), (PolicySource::Policy("PApplication".into()), Some(LevelKind::Application)));
    assert_eq!(of([false; 3]), (PolicySource::None, None));
}

#[test]
fn every_level_shows_its_own_policy() {
    let effective_policy = effective_policy([true, false, true], [true, false, false], LevelKind::Partition);
    let policies: Vec<_> = effective_policy.levels.iter().map(|level| level.policy.clone()).collect();
    assert_eq!(
        policies,
        [PolicySource::Policy("PApplication".into()), PolicySource::None, PolicySource::Policy("PPartition".into())]
    );
    let suspended: Vec<_> = effective_policy.levels.iter().map(|level| level.suspended).collect();
    assert_eq!(suspended, [Some(true), Some(false), Some(false)]);
    assert_eq!(
        (effective_policy.suspended, effective_policy.suspended_from),
        (Some(true), Some(LevelKind::Application))
    );
}

/// The policy is on the service and one partition is suspended: the service's own response is a null reference.
#[test]
fn levels_missing_in_one_response_come_from_the_others() {
    let effective_policy = effective_policy([false, true, false], [false, false, true], LevelKind::Partition);
    assert_eq!(effective_policy.policy, PolicySource::Policy("PService".into()));
    assert_eq!(effective_policy.levels[1].policy, PolicySource::Policy("PService".into()));
    assert_eq!(effective_policy.suspended_from, Some(LevelKind::Partition));
    assert_eq!(effective_policy.levels[1].suspended, None);
}

#[test]
fn neighbours_of_similar_names_do_not_count() {
    let item = |json: serde_json::Value| serde_json::from_value::<BackupConfigurationInfo>(json).unwrap();
    let neighbours = vec![
        item(json!({ "Kind": "Application", "ApplicationName": "fabric:/App10", "PolicyName": "Wrong",
            "PolicyInheritedFrom": "Application" })),
        item(json!({ "Kind": "Service", "ServiceName": "fabric:/App10/S", "PolicyName": "Wrong",
            "PolicyInheritedFrom": "Service" })),
    ];
    let path = path(LevelKind::Application);
    let readings = Readings { application: Reading::Listed(neighbours.clone()), ..Readings::default() };
    assert_eq!(EffectivePolicy::of(&path, &readings).policy, PolicySource::None);
    assert_eq!(path.below(&neighbours, ServiceId::application), Vec::<&BackupConfigurationInfo>::new());
    let mut all = neighbours;
    all.push(item(json!({ "Kind": "Service", "ServiceName": "fabric:/App1/S", "PolicyName": "p" })));
    assert_eq!(path.below(&all, ServiceId::application), [&all[2]]);
}

proptest! {
    /// If the service fails for an entity, its partitions supply the rest, and nothing false.
    #[test]
    fn partitions_supply_what_their_service_cannot_report(policy: [bool; 3], suspended: [bool; 3], kind in prop::sample::select(vec![LevelKind::Application, LevelKind::Service])) {
        let truth = Truth { policy, suspended };
        let readings = truth.readings();
        let reading = readings.partition.clone();
        let effective_policy = EffectivePolicy::from_below(&path(kind), &readings, [(&path(LevelKind::Partition), &reading)]);
        prop_assert_eq!(effective_policy.levels.len(), kind as usize + 1);
        for level in &effective_policy.levels {
            let index = level.kind as usize;
            match &level.policy {
                PolicySource::Policy(name) => prop_assert!(policy[index] && *name == Truth::name(level.kind), "{effective_policy:?}"),
                PolicySource::None => prop_assert!(!policy[index], "{effective_policy:?}"),
                PolicySource::Unknown => {}
            }
            prop_assert!(level.suspended.is_none_or(|reported| reported == suspended[index]), "{effective_policy:?}");
        }
        // The policy of a service with a suspended partition, below an application without a policy.
        if kind == LevelKind::Service && policy == [false, true, false] {
            prop_assert_eq!(effective_policy.policy, PolicySource::Policy("PService".into()));
        }
    }
}

proptest! {
    /// Returned facts are true; the effective policy is returned if the entity itself could be read.
    #[test]
    fn unread_levels_are_never_guessed(policy: [bool; 3], suspended: [bool; 3], kind in prop::sample::select(KINDS.to_vec()), lost: [bool; 3]) {
        let truth = Truth { policy, suspended };
        let mut readings = truth.readings();
        for (reading, lost) in [&mut readings.application, &mut readings.service, &mut readings.partition].into_iter().zip(lost) {
            if lost {
                *reading = Reading::Failed;
            }
        }
        let own = [&readings.application, &readings.service, &readings.partition][kind as usize];
        let queried = *own != Reading::Failed;
        let effective_policy = EffectivePolicy::of(&path(kind), &readings);
        prop_assert_eq!(effective_policy.levels.len(), kind as usize + 1);
        for level in &effective_policy.levels {
            let index = level.kind as usize;
            match &level.policy {
                PolicySource::Policy(name) => prop_assert!(policy[index] && *name == Truth::name(level.kind), "{effective_policy:?}"),
                PolicySource::None => prop_assert!(!policy[index], "{effective_policy:?}"),
                PolicySource::Unknown => {}
            }
            prop_assert!(level.suspended.is_none_or(|reported| reported == suspended[index]), "{effective_policy:?}");
        }
        let in_force = Truth::nearest(&policy, kind);
        match &effective_policy.policy {
            PolicySource::Unknown => prop_assert!(!queried, "{effective_policy:?}"),
            PolicySource::None => prop_assert_eq!(in_force, None),
            PolicySource::Policy(_) => prop_assert_eq!(effective_policy.policy_from, in_force),
        }
        let suspension = Truth::nearest(&suspended, kind);
        if queried && in_force.is_some() {
            prop_assert_eq!(effective_policy.suspended, Some(suspension.is_some()));
            prop_assert_eq!(effective_policy.suspended_from, suspension);
        } else if let Some(suspended) = effective_policy.suspended {
            prop_assert_eq!(suspended, suspension.is_some());
        }
    }
}
