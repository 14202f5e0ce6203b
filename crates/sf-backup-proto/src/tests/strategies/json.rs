use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;

use super::text;
use crate::model::{Extra, UnknownKind};

/// Any JSON value that round-trips exactly, without the server's placeholder for secrets.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|half| Value::from(f64::from(half) / 2.0)),
        text::text().prop_filter("the placeholder", |text| text != "****").prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((text::text(), inner), 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// Members of a later release, with names that no known release uses.
pub(crate) fn extra() -> impl Strategy<Value = Extra> {
    let members = vec((text::text(), value()), 1..3).prop_map(|members| {
        members.into_iter().fold(Extra::default(), |mut extra, (name, value)| {
            extra.insert(format!("Future{name}"), value);
            extra
        })
    });
    option::weighted(0.2, members).prop_map(Option::unwrap_or_default)
}

/// An object with a kind of a later release.
pub(crate) fn unknown_kind() -> impl Strategy<Value = UnknownKind> {
    ("[A-Z][a-z]{2,6}V2", extra()).prop_map(|(kind, members)| {
        let mut unknown = UnknownKind::new(kind);
        *unknown.members_mut() = members;
        unknown
    })
}
