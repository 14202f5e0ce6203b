//! Which suspensions a cluster returns.

use std::collections::{BTreeMap, BTreeSet};

use sf_backup_proto::PolicyName;

use super::{Actual, Entity};

/// What is enabled and what is suspended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Configured<'a> {
    /// For the applications of services.
    pub(super) actual: &'a Actual,
    pub(super) enabled: &'a BTreeMap<Entity, PolicyName>,
    pub(super) suspended: &'a BTreeSet<Entity>,
}

impl Configured<'_> {
    /// Whether a suspension of this entity is certainly visible. In an application with its own policy, all are. In
    /// others, the server returns entities that have a policy, with the nearest suspended level, and it fails for
    /// suspended entities without a policy.
    /// and has none.
    pub(super) fn shows(&self, entity: &Entity) -> bool {
        let application = self.actual.application(entity);
        if application.clone().is_some_and(|id| self.enabled.contains_key(&Entity::Application(id))) {
            return true;
        }
        match entity {
            Entity::Partition { service, .. } => {
                self.enabled.contains_key(entity) || self.enabled.contains_key(&Entity::Service(service.clone()))
            }
            Entity::Service(_) => {
                let own = self.enabled.contains_key(entity) && !self.fails_over(entity);
                own || self.below(entity).any(|partition| !self.suspended.contains(partition))
            }
            Entity::Application(_) => self.enabled.keys().any(|other| {
                let quiet = match other {
                    Entity::Partition { service, .. } => self.suspended.contains(&Entity::Service(service.clone())),
                    _ => self.fails_over(other),
                };
                !quiet && !self.suspended.contains(other) && self.actual.application(other) == application
            }),
        }
    }

    /// Whether a partition of the service is suspended and has no policy of its own, so that the server fails for the
    /// service.
    fn fails_over(&self, service: &Entity) -> bool {
        let below =
            |entity: &&Entity| matches!(entity, Entity::Partition { .. }) && entity.service() == service.service();
        self.suspended.iter().filter(below).any(|partition| !self.enabled.contains_key(partition))
    }

    /// The partitions of the service with their own policy.
    fn below(&self, service: &Entity) -> impl Iterator<Item = &Entity> {
        let partitions = self.enabled.keys().filter(|entity| matches!(entity, Entity::Partition { .. }));
        partitions.filter(move |entity| entity.service() == service.service())
    }
}
