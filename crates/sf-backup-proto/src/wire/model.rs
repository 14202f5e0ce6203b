//! JSON objects: members that are known, members that are not.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde_json::{Map, Value};

use super::{MASK, Members, ReadError, Style, serde_through_wire};

/// Members that this version of the library does not know. They are kept, and written back after the known members.
///
/// `Debug` shows only their names, because a value may be a secret.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Extra(Option<Box<Map<String, Value>>>);

impl Extra {
    /// The names of the members, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|members| members.keys()).map(String::as_str)
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.names().next().is_none()
    }

    /// The value of a member as JSON text.
    pub fn json(&self, name: &str) -> Option<String> {
        self.0.as_ref()?.get(name).map(Value::to_string)
    }

    /// Sets a member from JSON text, for members newer than this library.
    ///
    /// # Errors
    /// If `json` is not JSON.
    pub fn set_json(&mut self, name: &str, json: &str) -> Result<(), ReadError> {
        let value = serde_json::from_str(json).map_err(|error| ReadError::new(name, &error.to_string()))?;
        self.insert(name.to_owned(), value);
        Ok(())
    }

    pub(crate) fn insert(&mut self, name: String, value: Value) {
        self.0.get_or_insert_default().insert(name, value);
    }

    /// Whether a member has exactly this name.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.0.as_ref().is_some_and(|members| members.contains_key(name))
    }

    /// The path of the first value at any depth that is the server's placeholder for a secret.
    pub(crate) fn masked(&self) -> Option<String> {
        self.0.iter().flat_map(|members| members.iter()).find_map(|(name, value)| masked(name, value))
    }

    /// Removes a member by name, ignoring case, and returns its value.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        let members = self.0.as_mut()?;
        let key = members.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned()?;
        members.remove(&key)
    }
}

fn masked(path: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text == MASK => Some(path.to_owned()),
        Value::Array(items) => items.iter().find_map(|item| masked(path, item)),
        Value::Object(members) => members.iter().find_map(|(name, value)| masked(&format!("{path}.{name}"), value)),
        _ => None,
    }
}

impl Members for Extra {
    fn read_members<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut extra = Self::default();
        while let Some((name, value)) = map.next_entry()? {
            extra.insert(name, value);
        }
        Ok(extra)
    }
    fn write_members<M: SerializeMap>(&self, to: &mut M, _: Style) -> Result<(), M::Error> {
        self.0.iter().flat_map(|members| members.iter()).try_for_each(|(name, value)| to.serialize_entry(name, value))
    }
}

serde_through_wire!(Extra);

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// Reads a member name and finds it in a list, ignoring case. `Err` with the name if it is not in the list.
pub(crate) struct Name<'a, T> {
    pub(crate) names: &'a [(&'static str, T)],
    /// Where to look first. Servers send members in the order of the list, so that most names need one comparison.
    pub(crate) next: &'a mut usize,
}

impl<'de, T: Copy> DeserializeSeed<'de> for Name<'_, T> {
    type Value = Result<T, String>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Self::Value, D::Error> {
        source.deserialize_identifier(self)
    }
}

impl<T: Copy> Visitor<'_> for Name<'_, T> {
    type Value = Result<T, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }
    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        let Self { names, next } = self;
        let expected = || names.get(*next).filter(|(known, _)| *known == name).map(|_| *next);
        let exact = || names.iter().position(|(known, _)| *known == name);
        let inexact = || names.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        let found = expected().or_else(exact).or_else(inexact).and_then(|at| Some((at, names.get(at)?)));
        let Some((at, (_, member))) = found else { return Ok(Err(name.to_owned())) };
        *next = at + 1;
        Ok(Ok(*member))
    }
}

/// A visitor that reads `T` from an object, and `null` as absent.
pub(crate) struct Object<T>(pub(crate) std::marker::PhantomData<T>);

impl<'de, T: Members> Visitor<'de> for Object<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::read_members(map).map(Some)
    }
}
