//! JSON scalars. Small numbers are written as numbers, 64-bit numbers as strings; all are read from strings as well.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use uuid::Uuid;

use super::{Read, Style, Styled, Wire};

/// A visitor for a scalar that can also be written as a string.
struct Scalar<T> {
    expected: &'static str,
    parse: fn(&str) -> Option<T>,
}

impl<'de, T> Visitor<'de> for Scalar<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        match (self.parse)(text) {
            Some(value) => Ok(Some(value)),
            None if text.trim().is_empty() => Ok(None),
            // Do not quote the value: it may be a misplaced secret.
            None => Err(E::custom(format_args!("expected {}", self.expected))),
        }
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        self.visit_str(if value { "true" } else { "false" })
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        self.visit_str(&value.to_string())
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        self.visit_str(&value.to_string())
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        self.visit_str(&value.to_string())
    }
}

/// Reads a value from its text form. A blank string is absent unless `parse` accepts it.
pub(crate) fn read_text<'de, D: Deserializer<'de>, T>(
    source: D,
    expected: &'static str,
    parse: fn(&str) -> Option<T>,
) -> Result<Option<T>, D::Error> {
    source.deserialize_any(Scalar { expected, parse })
}

/// Implements the trait for a value that JSON has as well, with its text form.
macro_rules! plain {
    ($($type:ty: $expected:literal, $parse:expr;)+) => {$(
        impl Wire for $type {
            fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
                read_text(source, $expected, $parse)
            }
            fn write<S: Serializer>(&self, to: S, _: Style) -> Result<S::Ok, S::Error> {
                self.serialize(to)
            }
        }
    )+};
}

plain! {
    bool: "true or false", |text| text.trim().to_ascii_lowercase().parse().ok();
    u8: "a whole number from 0 to 255", |text| text.trim().parse().ok();
    u32: "a whole number from 0 to 4294967295", |text| text.trim().parse().ok();
    i32: "a 32-bit whole number", |text| text.trim().parse().ok();
    String: "text", |text| Some(text.to_owned());
}

/// For LSNs, epochs and partition keys. Written as strings; servers write numbers in progress responses.
impl Wire for i64 {
    fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
        // Spaces around it are rare.
        read_text(source, "a 64-bit whole number", |text| text.parse().or_else(|_| text.trim().parse()).ok())
    }
    fn write<S: Serializer>(&self, to: S, _: Style) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Written in lower case with hyphens. All zeros is the server's form of an absent id.
impl Wire for Uuid {
    const UNSET: Option<&'static str> = Some("00000000-0000-0000-0000-000000000000");

    fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
        let id = read_text(source, "a GUID", |text| Self::try_parse(text).ok())?;
        Ok(id.filter(|id| !id.is_nil()))
    }
    fn write<S: Serializer>(&self, to: S, _: Style) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_hyphenated().encode_lower(&mut Self::encode_buffer()))
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
        source.deserialize_any(List(PhantomData))
    }
    fn write<S: Serializer>(&self, to: S, style: Style) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter().map(|item| Styled(item, style)))
    }
}

/// Bounds of a list in items and in bytes of memory, above any real list of a cluster. They keep hostile responses,
/// such as millions of empty items, from exhausting memory.
const MAX_ITEMS: usize = 1_000_000;
const MAX_SIZE: usize = 64 * 1024 * 1024;

/// The maximum number of items of this type in a list.
pub(crate) const fn max_items<T>() -> usize {
    let each = if size_of::<T>() == 0 { 1 } else { size_of::<T>() };
    let fit = MAX_SIZE / each;
    if fit < MAX_ITEMS { fit } else { MAX_ITEMS }
}

struct List<T>(PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for List<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items: Vec<T> = Vec::new();
        // Skip null items.
        while let Some(Read(item)) = list.next_element::<Read<Option<T>>>()? {
            if items.len() == const { max_items::<T>() } {
                return Err(A::Error::custom(format_args!("more than {} items", items.len())));
            }
            let Some(item) = item else { continue };
            // Growing by a quarter instead of doubling keeps the peak of a long list lower.
            if items.len() == items.capacity() {
                items.reserve_exact(items.len() / 4 + 4);
            }
            items.push(item);
        }
        Ok(Some(items))
    }
}
