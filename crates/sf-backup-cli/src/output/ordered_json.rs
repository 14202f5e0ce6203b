//! JSON values that keep the order of members, unlike serde_json's.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OrderedJson {
    Object(Vec<(String, Self)>),
    Array(Vec<Self>),
    /// Text, a number, true, false or null.
    Scalar(Value),
}

impl OrderedJson {
    /// Serializes a value.
    ///
    /// # Errors
    /// If it cannot be represented in JSON.
    pub(crate) fn of(value: &impl Serialize) -> serde_json::Result<Self> {
        // Indented like results, so that the serializer of each type is compiled once.
        serde_json::from_str(&serde_json::to_string_pretty(value)?)
    }

    /// Creates a text.
    pub(crate) fn text(text: &str) -> Self {
        Self::Scalar(text.into())
    }

    /// The value at a path such as `Schedule.RunDays[0]`, ignoring the case of names.
    pub(crate) fn at(&self, path: &str) -> Option<&Self> {
        let mut names = path.split(['.', '[', ']']).filter(|name| !name.is_empty());
        names.try_fold(self, |at, name| match at {
            Self::Object(members) => {
                members.iter().find(|(member, _)| member.eq_ignore_ascii_case(name)).map(|(_, value)| value)
            }
            Self::Array(items) => items.get(name.parse::<usize>().ok()?),
            Self::Scalar(_) => None,
        })
    }
}

impl OrderedJson {
    /// The value at a path, mutable.
    pub(crate) fn at_mut(&mut self, path: &str) -> Option<&mut Self> {
        let mut names = path.split(['.', '[', ']']).filter(|name| !name.is_empty());
        names.try_fold(self, |at, name| match at {
            Self::Object(members) => {
                members.iter_mut().find(|(member, _)| member.eq_ignore_ascii_case(name)).map(|(_, value)| value)
            }
            Self::Array(items) => items.get_mut(name.parse::<usize>().ok()?),
            Self::Scalar(_) => None,
        })
    }
}

impl<'de> Deserialize<'de> for OrderedJson {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(JsonReader)
    }
}

struct JsonReader;

impl<'de> Visitor<'de> for JsonReader {
    type Value = OrderedJson;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E: Error>(self) -> Result<OrderedJson, E> {
        Ok(OrderedJson::Scalar(Value::Null))
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<OrderedJson, E> {
        Ok(OrderedJson::Scalar(value.into()))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<OrderedJson, E> {
        Ok(OrderedJson::Scalar(value.into()))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<OrderedJson, E> {
        Ok(OrderedJson::Scalar(value.into()))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<OrderedJson, E> {
        Ok(OrderedJson::Scalar(value.into()))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<OrderedJson, E> {
        Ok(OrderedJson::text(value))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OrderedJson, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(OrderedJson::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OrderedJson, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(OrderedJson::Object(members))
    }
}

impl Serialize for OrderedJson {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object(members) => {
                let mut map = to.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
            Self::Array(items) => {
                let mut list = to.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Self::Scalar(value) => value.serialize(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_numbers_are_kept() {
        let text = r#"{"b":[1,-2,2.5,null,true,{"z":"x","a":{}}],"a":"ü"}"#;
        let written: OrderedJson = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&written).unwrap(), text);
    }

    #[test]
    fn values_are_found_by_path_in_any_case() {
        let written: OrderedJson = serde_json::from_str(r#"{"Schedule":{"RunDays":["Monday",7]}}"#).unwrap();
        assert_eq!(written.at("schedule.rundays[1]"), Some(&OrderedJson::Scalar(7.into())));
        assert_eq!(written.at("Schedule.RunDays[0]"), Some(&OrderedJson::text("Monday")));
        for absent in ["Schedule.RunDays[2]", "Schedule.RunDays.x", "Other", "Schedule.RunDays[0].x"] {
            assert_eq!(written.at(absent), None, "{absent}");
        }
    }
}
