//! Requests of the official client, compared with ours for the same intent.

use bytes::Bytes;
use http::Request;
use sf_backup_proto::operations::OPERATIONS;

use super::difference::{self, Difference};
use super::intents::{self, Intent};
use super::{python, recorder};

#[test]
fn our_requests_match_those_of_the_official_client() {
    let Some(mut calls) = python::script("calls.py") else {
        return;
    };
    let (output, requests) = recorder::record(|url| calls.arg(url).output());
    python::check(output.unwrap());
    let intents = intents::all();
    let names: Vec<&str> = requests.iter().map(|request| request.headers()["x-intent"].to_str().unwrap()).collect();
    let expected: Vec<&str> = intents.iter().map(|intent| intent.name).collect();
    assert_eq!(names, expected);
    let complaints: Vec<String> =
        intents.iter().zip(&requests).flat_map(|(intent, theirs)| complaints(intent, theirs)).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// All deviations from an intent.
fn complaints(intent: &Intent, theirs: &Request<Bytes>) -> Vec<String> {
    let found = difference::between(theirs, &intent.request());
    let listed = intent.differences.iter();
    let mut complaints: Vec<String> = listed
        .filter(|listed| !found.contains(&listed.difference))
        .map(|listed| format!("no longer so: {listed:?}"))
        .collect();
    let is_listed = |found: &Difference| intent.differences.iter().any(|listed| listed.difference == *found);
    complaints.extend(found.iter().filter(|found| !is_listed(found)).map(|found| format!("not listed: {found:?}")));
    complaints.extend(intent.read(theirs).err());
    complaints.into_iter().map(|complaint| format!("{}: {complaint}", intent.name)).collect()
}

#[test]
fn every_operation_that_the_official_client_has_is_an_intent() {
    let intents = intents::all();
    let missing: Vec<&str> = OPERATIONS
        .iter()
        .filter(|operation| !intents.iter().any(|intent| intent.operation == **operation))
        .map(|operation| operation.name)
        .collect();
    // The operation is from 9.1; the client supports 8.2.
    assert_eq!(missing, ["SkipRestorePartition"]);
}

#[test]
fn a_parsed_request_differs_from_our_value_only_if_listed() {
    for intent in intents::all() {
        for beyond in difference::between(&intent.request_as_read(), &intent.request()) {
            let listed = intent.differences.iter().any(|listed| listed.difference.place == beyond.place);
            assert!(listed, "{}: {beyond:?}", intent.name);
        }
    }
}
