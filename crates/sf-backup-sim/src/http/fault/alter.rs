//! Changes to response bodies, member by member.

use bytes::Bytes;
use http::{Request, Uri};
use serde_json::{Value, json};

/// The members whose values the API enumerates.
const ENUMERATIONS: [&str; 14] = [
    "BackupState",
    "BackupType",
    "EntityKind",
    "Kind",
    "PolicyInheritedFrom",
    "RestoreState",
    "RetentionPolicyType",
    "RunDays",
    "ScheduleFrequencyType",
    "ScheduleKind",
    "ServiceKind",
    "ServicePartitionKind",
    "StorageKind",
    "SuspensionInheritedFrom",
];
const UNKNOWN: &str = "FromTheFuture";

/// A JSON body after `change`; `None` if it is no JSON.
pub(super) fn json(body: &[u8], change: fn(&mut Value)) -> Option<Bytes> {
    let mut value = serde_json::from_slice(body).ok()?;
    change(&mut value);
    Some(value.to_string().into())
}

pub(super) fn unknown_values(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(unknown_values),
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if ENUMERATIONS.contains(&name.as_str()) => UNKNOWN.clone_into(text),
                    Value::Array(items) if ENUMERATIONS.contains(&name.as_str()) => {
                        items.iter_mut().for_each(|item| *item = UNKNOWN.into());
                    }
                    member => unknown_values(member),
                }
            }
        }
        _ => {}
    }
}

pub(super) fn wrong_types(value: &mut Value) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter_mut().for_each(wrong_types),
        Value::Object(members) => members.values_mut().for_each(wrong_types),
        scalar => *scalar = json!({ "Value": scalar.take() }),
    }
}

/// A page with this continuation token; `None` if the body is no page.
pub(super) fn token(body: &[u8], token: &str) -> Option<Bytes> {
    let mut page: Value = serde_json::from_slice(body).ok()?;
    let member = page.as_object_mut()?.get_mut("ContinuationToken")?;
    *member = token.into();
    Some(page.to_string().into())
}

/// A page without items, with this continuation token; `None` if the body is no page.
pub(super) fn empty_page(body: &[u8], token: &str) -> Option<Bytes> {
    let mut page: Value = serde_json::from_slice(body).ok()?;
    let members = page.as_object_mut()?;
    *members.get_mut("Items")? = Value::Array(Vec::new());
    *members.get_mut("ContinuationToken")? = token.into();
    Some(page.to_string().into())
}

/// The same request for the first page; `None` if it already is.
pub(super) fn without_token(request: &Request<Bytes>) -> Option<Request<Bytes>> {
    let is_token =
        |pair: &str| pair.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case("ContinuationToken"));
    let query = request.uri().query().filter(|query| query.split('&').any(is_token))?;
    let rest: Vec<&str> = query.split('&').filter(|pair| !is_token(pair)).collect();
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = format!("{}?{}", request.uri().path(), rest.join("&")).parse().ok();
    let mut first = request.clone();
    *first.uri_mut() = Uri::from_parts(parts).ok()?;
    Some(first)
}
