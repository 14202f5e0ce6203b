//! One of several objects, selected by a discriminator member.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::model::Extra;
use super::{Members, place};

/// An object of a kind that this version of the library does not know. It is kept and written back unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKind {
    kind: String,
    members: Extra,
}

impl UnknownKind {
    /// Creates an object of a kind newer than this library. Set its members as JSON.
    pub fn new(kind: impl Into<String>) -> Self {
        Self { kind: kind.into(), members: Extra::default() }
    }

    /// The value of the discriminator.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// All other members.
    pub fn members(&self) -> &Extra {
        &self.members
    }

    /// All other members, mutable.
    pub fn members_mut(&mut self) -> &mut Extra {
        &mut self.members
    }

    pub(crate) fn read<'de, A: MapAccess<'de>>(kind: String, map: A) -> Result<Self, A::Error> {
        Ok(Self { kind, members: Extra::read_members(map)? })
    }
}

/// A union: one of several objects.
pub(crate) trait Union: Sized {
    /// The name of the discriminator.
    const TAG: &'static str;

    /// Reads the members other than the discriminator.
    fn read_kind<'de, A: MapAccess<'de>>(kind: String, map: A) -> Result<Self, A::Error>;

    /// Removes the members that this library does not know from an object of a known kind.
    fn forget_unknown_members(&mut self);
}

/// Reads an object whose discriminator can be at any position.
pub(crate) fn read<'de, U: Union, A: MapAccess<'de>>(mut map: A) -> Result<U, A::Error> {
    let mut members = Map::new();
    if let Some(first) = map.next_key::<String>()? {
        if first.eq_ignore_ascii_case(U::TAG) {
            return U::read_kind(map.next_value()?, map);
        }
        members.insert(first, map.next_value()?);
    }
    while let Some((name, value)) = map.next_entry()? {
        members.insert(name, value);
    }
    let kind = take_tag::<A::Error>(&mut members, U::TAG)?;
    let mut track = serde_path_to_error::Track::new();
    let rest: MapDeserializer<'_, _, serde_json::Error> = MapDeserializer::new(members.into_iter());
    let rest = serde_path_to_error::Deserializer::new(rest, &mut track);
    let read = rest.deserialize_map(OfKind(kind, PhantomData));
    read.map_err(|error| A::Error::custom(place::nested(&track.path(), &error)))
}

struct OfKind<U>(String, PhantomData<U>);

impl<'de, U: Union> Visitor<'de> for OfKind<U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<U, A::Error> {
        U::read_kind(self.0, map)
    }
}

/// Removes the discriminator from an object that does not start with it.
fn take_tag<E: Error>(members: &mut Map<String, Value>, tag: &'static str) -> Result<String, E> {
    let name = members.keys().find(|name| name.eq_ignore_ascii_case(tag)).cloned();
    match name.and_then(|name| members.remove(&name)) {
        Some(Value::String(kind)) => Ok(kind),
        Some(_) => Err(E::custom(format_args!("{tag} must be text"))),
        None => Err(E::missing_field(tag)),
    }
}
