use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use super::text;
use crate::name::{ApplicationId, ContinuationToken, PartitionId, PolicyName, ServiceId};
use crate::text::is_invisible;

/// Characters that a level of a name must not contain, according to the documents and the runtime.
pub(crate) const REFUSED: &str = "$+|~?#%<>\\^[]";

/// A level of a name.
pub(crate) fn segment() -> impl Strategy<Value = String> {
    let free = vec(text::character(), 1..8)
        .prop_map(|characters| {
            let kept = characters.into_iter().filter(|c| !is_invisible(*c) && *c != '/' && !REFUSED.contains(*c));
            kept.collect::<String>().trim().to_owned()
        })
        .prop_filter("empty or a dot segment", |segment| !["", ".", ".."].contains(&segment.as_str()));
    prop_oneof![9 => free, 1 => Just("fabric:".to_owned()), 1 => Just("...".to_owned())]
}

pub(crate) fn segments() -> impl Strategy<Value = Vec<String>> {
    vec(segment(), 1..5).prop_filter("begins as a scheme does", |segments| {
        !segments.first().is_some_and(|first| first.to_ascii_lowercase().starts_with("fabric:"))
    })
}

pub(crate) fn application() -> impl Strategy<Value = ApplicationId> {
    segments().prop_map(|segments| format!("fabric:/{}", segments.join("/")).parse().unwrap())
}

pub(crate) fn service() -> impl Strategy<Value = ServiceId> {
    segments().prop_map(|segments| format!("fabric:/{}", segments.join("/")).parse().unwrap())
}

/// Any GUID except the one that servers read as none.
pub(crate) fn guid() -> impl Strategy<Value = Uuid> {
    (1_u128..).prop_map(Uuid::from_u128)
}

pub(crate) fn partition() -> impl Strategy<Value = PartitionId> {
    guid().prop_map(PartitionId::from)
}

pub(crate) fn policy() -> impl Strategy<Value = PolicyName> {
    let free = vec(text::character(), 1..12).prop_map(|characters| {
        let kept = characters.into_iter().filter(|c| !is_invisible(*c) && *c != '/' && *c != '\\');
        kept.collect::<String>().trim().to_owned()
    });
    prop_oneof![9 => free, 1 => Just("$".to_owned()), 1 => Just("%2F..%5C".to_owned())]
        .prop_filter_map("no policy name", |name| name.parse().ok())
}

/// Tokens like the servers': names, GUIDs and dates joined by `+` and `#`, or any text.
pub(crate) fn token() -> impl Strategy<Value = ContinuationToken> {
    let made =
        (segments(), guid()).prop_map(|(name, id)| format!("{id}+{}+2024-05-06 07.08.09.bkmetadata", name.join("+")));
    prop_oneof![made, text::filled_text()].prop_filter_map("empty", |text| ContinuationToken::new(&text))
}
