//! Every request gets a well-formed response.

use bytes::Bytes;
use http::Request;
use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_oneof, proptest};
use serde_json::Value;
use sf_backup_proto::OPERATIONS;
use sf_backup_sim::{Cluster, Runtime};

use crate::harness::{FIRST, policy, topology};

/// Ids that exist, ids that do not, and anything that may stand in a path.
fn id() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("CalcApp/CalcService".to_owned()),
        Just("CalcApp".to_owned()),
        Just("P".to_owned()),
        Just(FIRST.to_owned()),
        "[a-zA-Z0-9~$%/.+-]{0,12}".prop_map(|text| text),
    ]
}

fn path() -> impl Strategy<Value = String> {
    let template = prop::sample::select(OPERATIONS.iter().map(|operation| operation.path).collect::<Vec<_>>());
    let known = (template, id()).prop_map(|(template, id)| match template.split_once('{') {
        Some((prefix, rest)) => format!("{prefix}{id}{}", rest.split_once('}').unwrap().1),
        None => template.to_owned(),
    });
    prop_oneof![4 => known, 1 => "/[a-zA-Z0-9~$%/.-]{0,40}"]
}

fn query() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "api-version",
        "timeout",
        "Timeout",
        "MaxResults",
        "ContinuationToken",
        "Latest",
        "StartDateTimeFilter",
        "BackupTimeout",
        "x",
    ]);
    let value = prop_oneof![Just("6.4".to_owned()), "-?[0-9]{1,12}", "[a-zA-Z0-9%+:/ -]{0,12}"];
    let value = value.prop_map(|text| text.replace(' ', "%20"));
    prop::collection::vec((name, value).prop_map(|(name, value)| format!("{name}={value}")), 0..4).prop_map(|pairs| {
        let mut pairs = pairs;
        pairs.push("api-version=6.4".to_owned());
        pairs.join("&")
    })
}

fn json() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "Name",
        "Storage",
        "Schedule",
        "ScheduleKind",
        "StorageKind",
        "BackupPolicyName",
        "CleanBackup",
        "Interval",
        "RunTimes",
        "RetentionPolicy",
        "MaxIncrementalBackups",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec!["FileShare", "FrequencyBased", "TimeBased", "P1D", "P", "Weekly"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 6, move |inner| {
        let member = (name.clone(), inner.clone()).prop_map(|(name, value)| (name.to_owned(), value));
        prop_oneof![
            prop::collection::vec(member, 0..6).prop_map(|members| members.into_iter().collect::<Value>()),
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(Vec::new()),
        Just(policy("P").to_string().into_bytes()),
        json().prop_map(|value| value.to_string().into_bytes()),
        any::<Vec<u8>>(),
    ]
}

fn request() -> impl Strategy<Value = Request<Bytes>> {
    let method = prop_oneof![4 => Just("GET"), 4 => Just("POST"), 1 => Just("DELETE")];
    let media = prop_oneof![3 => Just("application/json"), 1 => Just("text/plain"), 1 => Just("application/xml")];
    (method, path(), query(), media, body()).prop_filter_map("no URI", |(method, path, query, media, body)| {
        let request = Request::builder().method(method).uri(format!("{path}?{query}")).header("content-type", media);
        request.body(Bytes::from(body)).ok()
    })
}

proptest! {
    #[test]
    fn every_response_is_well_formed(
        runtime in prop::sample::select(Runtime::ALL.to_vec()),
        requests in prop::collection::vec(request(), 1..12),
    ) {
        let cluster = Cluster::builder().runtime(runtime).topology(topology()).build();
        for request in requests {
            let (method, uri) = (request.method().clone(), request.uri().clone());
            let response = cluster.respond(request);
            let length = response.headers()["content-length"].to_str().unwrap().parse::<usize>().unwrap();
            prop_assert!(length == response.body().len(), "{} {}", method, uri);
            if uri.path() == "/" {
                continue;
            }
            let labelled = response.headers().contains_key("content-type");
            let json = serde_json::from_slice::<Value>(response.body()).is_ok();
            prop_assert!(labelled == json && labelled == (length > 0), "{} {}: {:?}", method, uri, response);
        }
    }

    #[test]
    fn the_same_requests_get_the_same_responses(requests in prop::collection::vec(request(), 1..12)) {
        let [one, other] = [1, 1].map(|seed| Cluster::builder().seed(seed).build());
        for request in requests {
            let (response, again) = (one.respond(request.clone()), other.respond(request));
            prop_assert!(response.status() == again.status() && response.body() == again.body());
        }
    }
}
