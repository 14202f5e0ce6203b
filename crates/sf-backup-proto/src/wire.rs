//! How values look on the wire: JSON members, path segments, query values, bodies.
//!
//! Writing is exact (the documents' own names, only what was set); reading is lenient, because real clusters and the
//! documents disagree about case, `null`, quoted numbers and more.

pub(crate) mod body;
#[macro_use]
pub(crate) mod model;
#[macro_use]
pub(crate) mod open_enum;
pub(crate) mod path;
pub(crate) mod place;
pub(crate) mod query;
pub(crate) mod scalar;
#[macro_use]
pub(crate) mod union;
pub(crate) mod weight;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

/// Whose form a value is written in.
#[cfg_attr(not(feature = "server"), allow(unnameable_types))] // its other forms are the server's
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// A client's, and the documents': only what is set.
    #[default]
    Request,
    /// The 6.4 server's replies: an absent member is written as `null`, an absent GUID as zeros, an absent date in the
    /// year 1; members of later releases are left out, and what stands in `extra` goes before all of that.
    #[cfg(feature = "server")]
    Reply,
    /// The 6.2 preview's replies: as [`Style::Reply`], with the epoch members under their first names.
    #[cfg(feature = "server")]
    PreviewReply,
}

impl Style {
    pub(crate) fn writes_nulls(self) -> bool {
        self != Self::Request
    }

    /// The documents end a list with an empty token, the 6.4 server with `null`.
    pub(crate) fn ends_with_empty_token(self) -> bool {
        match self {
            #[cfg(feature = "server")]
            Self::PreviewReply => true,
            _ => false,
        }
    }
}

/// A JSON value of this API.
pub(crate) trait Wire: Sized {
    /// `None` where the value is `null` or the server's own way to say that nothing is there (an empty GUID, a date in
    /// the year 1).
    fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error>;

    fn write<S: Serializer>(&self, to: S, style: Style) -> Result<S::Ok, S::Error>;

    /// What a server's reply has where nothing is there.
    fn write_unset<S: Serializer>(to: S) -> Result<S::Ok, S::Error> {
        to.serialize_unit()
    }
}

/// A JSON object of this API that knows its members one by one, so that a union can put its discriminator before them.
pub(crate) trait Members: Sized {
    fn read_members<'de, A: serde::de::MapAccess<'de>>(map: A) -> Result<Self, A::Error>;

    fn write_members<M: serde::ser::SerializeMap>(&self, to: &mut M, style: Style) -> Result<(), M::Error>;
}

/// A member of an object: required, or an [`Option`].
pub(crate) trait Member: Sized {
    fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Self, D::Error>;
    fn missing<E: serde::de::Error>(name: &'static str) -> Result<Self, E>;
    fn write<M: serde::ser::SerializeMap>(&self, name: &str, to: &mut M, style: Style) -> Result<(), M::Error>;
}

impl<T: Wire> Member for T {
    fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        T::read(source)?.ok_or_else(|| D::Error::custom("is required and must not be null or unset"))
    }
    fn missing<E: serde::de::Error>(name: &'static str) -> Result<Self, E> {
        Err(E::missing_field(name))
    }
    fn write<M: serde::ser::SerializeMap>(&self, name: &str, to: &mut M, style: Style) -> Result<(), M::Error> {
        to.serialize_entry(name, &Styled(self, style))
    }
}

impl<T: Wire> Member for Option<T> {
    fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        T::read(source)
    }
    fn missing<E: serde::de::Error>(_: &'static str) -> Result<Self, E> {
        Ok(None)
    }
    fn write<M: serde::ser::SerializeMap>(&self, name: &str, to: &mut M, style: Style) -> Result<(), M::Error> {
        match self {
            Some(value) => to.serialize_entry(name, &Styled(value, style)),
            None if style.writes_nulls() => to.serialize_entry(name, &Unset::<T>(std::marker::PhantomData)),
            None => Ok(()),
        }
    }
}

/// Reads a [`Member`] through serde.
pub(crate) struct Read<M>(pub(crate) M);

impl<'de, M: Member> Deserialize<'de> for Read<M> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        M::read(source).map(Self)
    }
}

/// Writes a [`Wire`] value through serde in a chosen style.
pub(crate) struct Styled<'a, T>(pub(crate) &'a T, pub(crate) Style);

impl<T: Wire> Serialize for Styled<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.write(to, self.1)
    }
}

/// Writes that nothing is there.
struct Unset<T>(std::marker::PhantomData<T>);

impl<T: Wire> Serialize for Unset<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        T::write_unset(to)
    }
}

/// serde's own traits for a [`Wire`] type: the client's form out, the lenient form in.
macro_rules! serde_through_wire {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                $crate::wire::Wire::write(self, to, $crate::wire::Style::Request)
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
