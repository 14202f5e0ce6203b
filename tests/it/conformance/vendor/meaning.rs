//! Whether two JSON values mean the same to a server.

use serde_json::{Map, Value};

/// The first difference, with its path. An absent member equals `null`, an empty token equals none, numbers and
/// booleans may be quoted, and the members of an epoch have two names.
pub(super) fn difference(path: &str, printed: &Value, ours: &Value) -> Option<String> {
    match (printed, ours) {
        (Value::Object(printed), Value::Object(ours)) => members(path, printed, ours),
        (Value::Array(printed), Value::Array(ours)) if printed.len() == ours.len() => {
            let mut pairs = printed.iter().zip(ours).enumerate();
            pairs.find_map(|(index, (printed, ours))| difference(&format!("{path}[{index}]"), printed, ours))
        }
        _ if scalar(printed).is_some() && scalar(printed) == scalar(ours) => None,
        (Value::Null, Value::Null) => None,
        _ => Some(format!("{path}: printed {printed}, ours {ours}")),
    }
}

fn members(path: &str, printed: &Map<String, Value>, ours: &Map<String, Value>) -> Option<String> {
    let names = printed.keys().chain(ours.keys());
    names.map(|name| current(name)).find_map(|name| {
        let [printed, ours] = [printed, ours].map(|members| value(members, name));
        difference(&format!("{path}.{name}"), printed, ours)
    })
}

fn value<'a>(members: &'a Map<String, Value>, name: &str) -> &'a Value {
    let found = members.iter().find(|(key, _)| current(key) == name).map(|(_, value)| value);
    found.filter(|value| !(name == "ContinuationToken" && **value == "")).unwrap_or(&Value::Null)
}

/// The newer name of a renamed member.
fn current(name: &str) -> &str {
    match name {
        "DataLossNumber" => "DataLossVersion",
        "ConfigurationNumber" => "ConfigurationVersion",
        name => name,
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

#[test]
fn equal_meanings_are_equal_and_others_are_not() {
    let differ = |printed: &str, ours: &str| {
        difference("", &serde_json::from_str(printed).unwrap(), &serde_json::from_str(ours).unwrap())
    };
    for (printed, ours) in [
        (r#"{"A":null,"B":"3","C":true}"#, r#"{"B":3,"C":"true"}"#),
        (r#"{"DataLossNumber":"1","ConfigurationVersion":2}"#, r#"{"DataLossVersion":"1","ConfigurationNumber":"2"}"#),
        (r#"{"ContinuationToken":""}"#, r#"{"ContinuationToken":null}"#),
        (r#"[{"X":[1]}]"#, r#"[{"X":["1"],"Y":null}]"#),
    ] {
        assert_eq!(differ(printed, ours), None);
        assert_eq!(differ(ours, printed), None);
    }
    for (printed, ours) in [
        (r#"{"A":1}"#, "{}"),
        ("{}", r#"{"A":""}"#),
        (r#"{"A":1}"#, r#"{"a":1}"#),
        ("[1]", "[1,2]"),
        (r#"{"A":{}}"#, r#"{"A":[]}"#),
        (r#"{"Name":""}"#, "{}"),
        ("null", "{}"),
    ] {
        assert!(differ(printed, ours).is_some() && differ(ours, printed).is_some(), "{printed} {ours}");
    }
    assert_eq!(differ(r#"{"A":[{"B":1}]}"#, r#"{"A":[{"B":2}]}"#).unwrap(), ".A[0].B: printed 1, ours 2");
}
