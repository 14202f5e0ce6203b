//! Applications, services and partitions as the backup service identifies them: by keys.
//!
//! A key is the entity's full name with `$` instead of every `/` inside the application's and the service's own name;
//! for a partition, followed by the id exactly as the URL spelled it. Keys are case-sensitive, and many rules compare
//! only their beginning: `fabric:/App1` also finds `fabric:/App10`.

use std::borrow::{Borrow, Cow};

use uuid::Uuid;

use crate::world::topology::Topology;

const SCHEME: &str = "fabric:/";

/// The kind of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Application,
    Service,
    Partition,
}

/// The key of one entity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(Box<str>);

impl Key {
    pub(crate) fn application(name: &str) -> Self {
        let name = name.strip_prefix(SCHEME).unwrap_or(name);
        Self([SCHEME, &spelled(name)].concat().into())
    }

    /// The key of a service with this full name in the application with this full name.
    pub(crate) fn service(application: &str, name: &str) -> Self {
        let own = name.strip_prefix(application).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
        Self::application(application).below(&spelled(own))
    }

    /// Converts a text in place of a key.
    #[cfg(test)]
    pub(crate) fn of_text(text: &str) -> Self {
        Self(text.into())
    }

    pub(crate) fn below(&self, name: &str) -> Self {
        Self([&*self.0, "/", name].concat().into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.strip_prefix(SCHEME).unwrap_or(&self.0).split('/')
    }

    pub(crate) fn level(&self) -> Level {
        match self.parts().count() {
            1 => Level::Application,
            2 => Level::Service,
            _ => Level::Partition,
        }
    }

    /// The names of the folders of an entity's backups, outermost first.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &str> {
        self.parts()
    }

    /// The application's name.
    pub(crate) fn application_name(&self) -> String {
        name_of(self.parts().take(1))
    }

    /// The service's name.
    pub(crate) fn service_name(&self) -> String {
        name_of(self.parts().take(2))
    }

    /// The partition's id, as spelled.
    pub(crate) fn partition_id(&self) -> &str {
        self.parts().nth(2).unwrap_or_default()
    }

    /// Whether this key begins with the text of `other`, which may be an unrelated entity.
    pub(crate) fn has_prefix(&self, other: &Self) -> bool {
        self.0.starts_with(&*other.0)
    }
}

/// Keys can be looked up by their text.
impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// An entity's own name as keys contain it.
fn spelled(name: &str) -> Cow<'_, str> {
    if name.contains('/') { name.replace('/', "$").into() } else { name.into() }
}

fn name_of<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let parts: Vec<&str> = parts.collect();
    format!("{SCHEME}{}", parts.join("/").replace('$', "/"))
}

/// An entity and its ancestors.
#[derive(Debug, Clone)]
pub(crate) struct Entity {
    key: Key,
    /// The service's and the application's keys, in this order, if they are ancestors.
    above: Vec<Key>,
}

/// Why an id does not identify an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unresolved {
    ServiceNotFound,
    PartitionNotFound,
    /// The id is not a GUID.
    BadGuid,
    /// Something follows the GUID.
    Segments,
}

impl Entity {
    /// Finds the entity of an id as the URL spelled it. Does not check that applications, and services with two
    /// segments, exist.
    pub(crate) fn resolve(level: Level, id: &str, topology: &Topology) -> Result<Self, Unresolved> {
        match level {
            Level::Application => Ok(Self { key: Key::application(id), above: Vec::new() }),
            Level::Service => Self::of_service_id(id, topology),
            Level::Partition => Self::of_partition_id(id, topology),
        }
    }

    fn of_service_id(id: &str, topology: &Topology) -> Result<Self, Unresolved> {
        match id.split_once('/') {
            Some((application, own)) if !own.contains('/') => Ok(Self::below(Key::application(application), own)),
            _ => {
                let name = format!("{SCHEME}{id}");
                let (application, service) = topology.service(&name).ok_or(Unresolved::ServiceNotFound)?;
                Ok(Self::of_service(application.name(), service.name()))
            }
        }
    }

    fn of_service(application: &str, name: &str) -> Self {
        Self { key: Key::service(application, name), above: vec![Key::application(application)] }
    }

    /// The service with this own name in an application.
    fn below(application: Key, own: &str) -> Self {
        Self { key: application.below(own), above: vec![application] }
    }

    fn of_partition_id(spelled: &str, topology: &Topology) -> Result<Self, Unresolved> {
        if spelled.contains('/') {
            return Err(Unresolved::Segments);
        }
        let id = guid(spelled).ok_or(Unresolved::BadGuid)?;
        let (application, service, _) = topology.partition(id).ok_or(Unresolved::PartitionNotFound)?;
        Ok(Self::of_service(application.name(), service.name()).partition(spelled))
    }

    /// A partition of this service, with its id as spelled.
    fn partition(self, spelled: &str) -> Self {
        let Self { key: service, mut above } = self;
        let key = service.below(spelled);
        above.insert(0, service);
        Self { key, above }
    }

    /// The entity's own key.
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// The entity's own key, by value.
    pub(crate) fn into_key(self) -> Key {
        self.key
    }

    pub(crate) fn level(&self) -> Level {
        self.key().level()
    }

    /// The application's key.
    pub(crate) fn application(&self) -> &Key {
        self.above.last().unwrap_or(&self.key)
    }

    /// The keys from the entity's own to the application's.
    pub(crate) fn upwards(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.key).chain(&self.above)
    }
}

/// A GUID in one of .NET's forms: 32 digits, with hyphens, in braces or in parentheses.
pub(crate) fn guid(text: &str) -> Option<Uuid> {
    let text = text.trim();
    let bare = match text.strip_prefix('(') {
        Some(rest) => rest.strip_suffix(')')?,
        None => text,
    };
    if bare.starts_with("urn:") {
        return None;
    }
    Uuid::try_parse(bare).ok()
}

#[cfg(test)]
mod tests {
    use super::{Entity, Key, Level, Unresolved};
    use crate::world::topology::Topology;

    #[test]
    fn keys_write_inner_slashes_as_dollars_and_read_them_back() {
        let key = Key::service("fabric:/A/B", "fabric:/A/B/C/D");
        assert_eq!(key.as_str(), "fabric:/A$B/C$D");
        assert_eq!(key.service_name(), "fabric:/A/B/C/D");
        assert_eq!(key.application_name(), "fabric:/A/B");
        assert_eq!(key.level(), Level::Service);
    }

    #[test]
    fn a_service_of_two_segments_is_taken_on_trust_and_no_other() {
        let topology = Topology::default();
        let resolve = |id| Entity::resolve(Level::Service, id, &topology);
        assert_eq!(resolve("No/Such").unwrap().key().as_str(), "fabric:/No/Such");
        assert_eq!(resolve("One").unwrap_err(), Unresolved::ServiceNotFound);
        assert_eq!(resolve("A/B/C").unwrap_err(), Unresolved::ServiceNotFound);
    }

    #[test]
    fn a_partition_keeps_the_spelling_of_its_id() {
        let topology = Topology::default();
        let resolve = |id| Entity::resolve(Level::Partition, id, &topology);
        let upper = "6B1C2F7E-0000-4000-8000-000000000001";
        let entity = resolve(upper).unwrap();
        assert_eq!(entity.key().partition_id(), upper);
        assert_eq!(
            entity.upwards().map(Key::level).collect::<Vec<_>>(),
            [Level::Partition, Level::Service, Level::Application]
        );
        assert_eq!(resolve("x").unwrap_err(), Unresolved::BadGuid);
        assert_eq!(resolve("x/y").unwrap_err(), Unresolved::Segments);
        assert_eq!(resolve("00000000-0000-4000-8000-000000000001").unwrap_err(), Unresolved::PartitionNotFound);
    }
}
