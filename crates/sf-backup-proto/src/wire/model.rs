//! `model!`: declares a JSON object as a struct, from a list of its members.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde_json::{Map, Value};

use super::{Members, Style};
use crate::error::ReadError;
use crate::secret::MASK;

/// Implements `Wire` and serde's traits for a type with `Members`.
macro_rules! wire_by_members {
    ($name:ident) => {
        impl $crate::wire::Wire for $name {
            fn read<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
                source.deserialize_any($crate::wire::model::Object(std::marker::PhantomData))
            }
            fn write<S: serde::Serializer>(&self, to: S, style: $crate::wire::Style) -> Result<S::Ok, S::Error> {
                let mut map = to.serialize_map(None)?;
                $crate::wire::Members::write_members(self, &mut map, style)?;
                serde::ser::SerializeMap::end(map)
            }
        }
        $crate::wire::serde_through_wire!($name);
    };
}
pub(crate) use wire_by_members;

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

    pub(crate) fn write<M: SerializeMap>(&self, to: &mut M) -> Result<(), M::Error> {
        self.0.iter().flat_map(|members| members.iter()).try_for_each(|(name, value)| to.serialize_entry(name, value))
    }

    pub(crate) fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut extra = Self::default();
        while let Some((name, value)) = map.next_entry()? {
            extra.insert(name, value);
        }
        Ok(extra)
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
    fn read_members<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        Self::from_map(map)
    }
    fn write_members<M: SerializeMap>(&self, to: &mut M, _: Style) -> Result<(), M::Error> {
        self.write(to)
    }
}

wire_by_members!(Extra);

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// Reads a member name and finds it in a list, ignoring case. `Err` with the name if it is not in the list.
pub(crate) struct Name<'a, T>(pub(crate) &'a [(&'static str, T)]);

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
        let exact = self.0.iter().find(|(known, _)| *known == name);
        let found = exact.or_else(|| self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)));
        Ok(found.map(|(_, member)| *member).ok_or_else(|| name.to_owned()))
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

/// The name of a member in the given style. The members of an epoch had other names in the preview.
pub(crate) fn written_name(name: &'static str, first: Option<&'static str>, style: Style) -> &'static str {
    match first {
        #[cfg(feature = "server")]
        Some(first) if style == Style::PreviewReply => first,
        _ => {
            let _ = style;
            name
        }
    }
}

/// Declares an object of the API: required members, then optional ones with the runtime release that introduced them.
///
/// Generates the struct, `new` (with the required members), a setter per optional member, lenient reading, exact
/// writing, and `sendable`, which rejects what a request cannot contain. In responses, absent members with a release or
/// marked `@sparse` or `@lenient` are omitted; all other absent members are written as unset. If the value of a member
/// marked `@lenient` cannot be read, the member is absent and the value is kept in `extra`.
macro_rules! model {
    (
        $(#[$meta:meta])*
        $name:ident {
            $(required { $( $(#[$rm:meta])* $r:ident : $rt:ty = $rn:literal ),+ $(,)? })?
            $(optional { $( $(#[$om:meta])* $o:ident : $ot:ty = $on:literal $(was $first:literal)? $(since $since:literal)? $(@$sparse:ident)? ),+ $(,)? })?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $($( $(#[$rm])* pub $r: $rt, )+)?
            $($( $(#[$om])* $(#[doc = concat!("\n\nSince runtime ", $since, ".")])? pub $o: Option<$ot>, )+)?
            /// Members that this library does not know, kept and written back.
            pub extra: $crate::wire::model::Extra,
        }

        impl $name {
            /// Creates the value with its required members.
            #[allow(clippy::new_without_default)]
            pub fn new($($($r: impl Into<$rt>),+)?) -> Self {
                Self {
                    $($($r: $r.into(),)+)?
                    $($($o: None,)+)?
                    extra: $crate::wire::model::Extra::default(),
                }
            }
            $($(
                #[doc = concat!("Sets `", $on, "`.")]
                #[must_use]
                pub fn $o(mut self, value: impl Into<$ot>) -> Self {
                    self.$o = Some(value.into());
                    self
                }
            )+)?

            /// Rejects members that the api-version of `at` does not have, and placeholders for secrets in unknown
            /// members.
            #[allow(dead_code)]
            pub(crate) fn sendable(&self, at: &$crate::operation::check::Check<'_>) -> Result<(), $crate::error::BuildError> {
                $($($( if self.$o.is_some() { at.member($on).since($crate::operation::spec::Release::parse($since))?; } )?)+)?
                at.extra(&self.extra)
            }
        }

        impl $crate::wire::Members for $name {
            fn read_members<'de, A: serde::de::MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
                #[allow(non_camel_case_types, dead_code)]
                #[derive(Clone, Copy)]
                enum Known { $($($r,)+)? $($($o,)+)? }
                const NAMES: &[(&str, Known)] = &[
                    $($(($rn, Known::$r),)+)?
                    $($(($on, Known::$o), $(($first, Known::$o),)?)+)?
                ];
                $($(let mut $r: Option<$rt> = None;)+)?
                $($(let mut $o: Option<$ot> = None;)+)?
                let mut extra = $crate::wire::model::Extra::default();
                while let Some(name) = map.next_key_seed($crate::wire::model::Name(NAMES))? {
                    match name {
                        $($(Ok(Known::$r) => {
                            let $crate::wire::Read(value) = map.next_value()?;
                            $r = Some(value);
                        })+)?
                        $($(Ok(Known::$o) => {
                            $crate::wire::model::read_optional!(map, $o: $ot = $on, extra, $($sparse)?)
                        })+)?
                        Err(name) => extra.insert(name, map.next_value()?),
                    }
                }
                Ok(Self {
                    $($($r: match $r {
                        Some(value) => value,
                        None => <$rt as $crate::wire::Member>::missing($rn)?,
                    },)+)?
                    $($($o,)+)?
                    extra,
                })
            }

            fn write_members<M: serde::ser::SerializeMap>(
                &self,
                to: &mut M,
                style: $crate::wire::Style,
            ) -> Result<(), M::Error> {
                $($($crate::wire::Member::write(&self.$r, $rn, to, style)?;)+)?
                $($(
                    #[allow(unused_mut, unused_assignments)]
                    let mut first = None;
                    $(first = Some($first);)?
                    let name = $crate::wire::model::written_name($on, first, style);
                    #[allow(unused_mut, unused_assignments)]
                    let mut later = false;
                    $(later = !$since.is_empty();)?
                    $(later = matches!(stringify!($sparse), "sparse" | "lenient");)?
                    if self.$o.is_some() || !(later || self.extra.holds(name)) {
                        $crate::wire::Member::write(&self.$o, name, to, style)?;
                    }
                )+)?
                self.extra.write(to)
            }
        }

        $crate::wire::model::wire_by_members!($name);
    };
}
pub(crate) use model;

/// Reads an optional member's value: see [`model!`] for `lenient`.
macro_rules! read_optional {
    ($map:ident, $o:ident: $ot:ty = $on:literal, $extra:ident, lenient) => {{
        let value: serde_json::Value = $map.next_value()?;
        match <Option<$ot> as $crate::wire::Member>::read(&value) {
            Ok(read) => $o = read.or($o.take()),
            Err(_) => $extra.insert($on.to_owned(), value),
        }
    }};
    ($map:ident, $o:ident: $ot:ty = $on:literal, $extra:ident, $($other:ident)?) => {{
        let $crate::wire::Read::<Option<$ot>>(value) = $map.next_value()?;
        // The other spelling of the member may follow, as null.
        $o = value.or($o.take());
    }};
}
pub(crate) use read_optional;
