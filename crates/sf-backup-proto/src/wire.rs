//! The wire format: JSON members, path segments, query values and bodies.
//!
//! Writing is exact: the names of the API reference, only members that are set. Reading is lenient, because real
//! clusters differ from the reference in case, `null`, quoted numbers and more.

pub(crate) mod body;
mod delimiter;
pub(crate) mod limits;
#[macro_use]
pub(crate) mod model;
#[macro_use]
pub(crate) mod open_enum;
pub(crate) mod path;
pub(crate) mod place;
pub(crate) mod query;
mod read_error;
pub(crate) mod scalar;
#[macro_use]
pub(crate) mod union;

pub use delimiter::IdDelimiter;
pub use read_error::ReadError;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// How values are written. The default is the form of requests and of the API reference; servers differ from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Whether members without a value are written: as `null`, GUIDs as zeros, dates in the year 1. Members of later releases
    /// are not, nor those that `extra` has.
    pub unset_members: bool,
    /// Whether members have the names of the preview version, where those differ.
    pub first_names: bool,
    /// Whether the last page of a list has an empty token, rather than `null`.
    pub empty_last_token: bool,
}

/// A JSON value of the API.
pub(crate) trait Wire: Sized {
    /// The server's form of an absent value, if not `null`.
    const UNSET: Option<&'static str> = None;

    /// Reads the value. `None` if it is `null` or the server's form of an absent value (a zero GUID, a date in the year
    /// 1).
    fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error>;

    fn write<S: Serializer>(&self, to: S, style: Style) -> Result<S::Ok, S::Error>;
}

/// A JSON object that is read and written member by member, so that a union can write its discriminator first.
pub(crate) trait Members: Sized {
    fn read_members<'de, A: serde::de::MapAccess<'de>>(map: A) -> Result<Self, A::Error>;

    fn write_members<M: SerializeMap>(&self, to: &mut M, style: Style) -> Result<(), M::Error>;
}

impl<T: Members> Wire for T {
    fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
        source.deserialize_any(model::Object(std::marker::PhantomData))
    }
    fn write<S: Serializer>(&self, to: S, style: Style) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        self.write_members(&mut map, style)?;
        map.end()
    }
}

/// A member of an object: required, or optional as an [`Option`].
pub(crate) trait Member: Sized {
    type Value: Wire;

    fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Self, D::Error>;
    fn missing<E: Error>(name: &'static str) -> Result<Self, E>;
    fn value(&self) -> Option<&Self::Value>;

    fn write<M: SerializeMap>(&self, name: &str, to: &mut M, style: Style) -> Result<(), M::Error> {
        match self.value() {
            Some(value) => to.serialize_entry(name, &Styled(value, style)),
            None if style.unset_members => to.serialize_entry(name, &Self::Value::UNSET),
            None => Ok(()),
        }
    }
}

impl<T: Wire> Member for T {
    type Value = T;

    fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        T::read(source)?.ok_or_else(|| D::Error::custom("is required and must not be null or unset"))
    }
    fn missing<E: Error>(name: &'static str) -> Result<Self, E> {
        Err(E::missing_field(name))
    }
    fn value(&self) -> Option<&T> {
        Some(self)
    }
}

impl<T: Wire> Member for Option<T> {
    type Value = T;

    fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        T::read(source)
    }
    fn missing<E: Error>(_: &'static str) -> Result<Self, E> {
        Ok(None)
    }
    fn value(&self) -> Option<&T> {
        self.as_ref()
    }
}

/// Deserializes a [`Member`] with serde.
pub(crate) struct Read<M>(pub(crate) M);

impl<'de, M: Member> Deserialize<'de> for Read<M> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        M::read(source).map(Self)
    }
}

/// Serializes a [`Wire`] value with serde in the given style.
pub(crate) struct Styled<'a, T>(pub(crate) &'a T, pub(crate) Style);

impl<T: Wire> Serialize for Styled<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.write(to, self.1)
    }
}

/// Implements serde's traits for a [`Wire`] type: writes the request form, reads leniently.
macro_rules! serde_through_wire {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                $crate::wire::Wire::write(self, to, $crate::wire::Style::default())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
                <Self as $crate::wire::Member>::read(source)
            }
        }
    };
}
pub(crate) use serde_through_wire;

/// The placeholder that the server returns for every secret, whether it is set or not.
pub const MASK: &str = "****";
