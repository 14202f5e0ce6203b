//! Requests round-trip: built by the client side, parsed by the server side.

use bytes::Bytes;
use http::Request;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::rows::Row;
use crate::cluster::{ApiVersion, IdDelimiter, Target};
use crate::operation::{Operation, Visitor};
use crate::operations::GetBackupPolicyList;

/// Asserts that every request of one operation round-trips.
pub(crate) fn assert_calls<O: Row>() {
    let mut runner = TestRunner::new(Config { cases: 64, source_file: Some(file!()), ..Config::default() });
    let arrives = |(call, tilde): (O, bool)| {
        assert_call(&call, tilde);
        Ok(())
    };
    runner.run(&(O::call(), any::<bool>()), arrives).unwrap();
}

fn assert_call<O: Operation>(call: &O, tilde: bool) {
    let delimiter = if tilde { IdDelimiter::Tilde } else { IdDelimiter::Slash };
    let target = Target::new("http://localhost:19080".parse().unwrap())
        .api_version(ApiVersion::V6_4)
        .id_delimiter(delimiter)
        .timeout("61".parse().unwrap());
    let request = call.to_request(&target).unwrap().map(Bytes::from);
    assert_well_formed::<O>(call, &request, tilde);
    assert!(request.uri().query().unwrap().contains("&timeout=61"));
    assert_eq!(&O::from_request(&request).unwrap(), call);
}

/// Checks a request line with an independent URI parser: the segments of the template, the id, each parameter once.
fn assert_well_formed<O: Operation>(call: &O, request: &Request<Bytes>, tilde: bool) {
    let uri = fluent_uri::Uri::parse(request.uri().to_string()).unwrap();
    let decode = |text: &fluent_uri::pct_enc::EStr<fluent_uri::pct_enc::encoder::Path>| {
        text.decode().to_string().unwrap().into_owned()
    };
    let entity = call.entity().unwrap_or_default();
    let id = entity.trim_start_matches("partition ").trim_start_matches("policy ");
    let id = id.strip_prefix("fabric:/").unwrap_or(id);
    let mut expected = Vec::new();
    for segment in O::SPEC.path.split('/') {
        match segment {
            "{policy}" => expected.push(entity["policy ".len()..].to_owned()),
            "{partition}" => expected.push(id.to_owned()),
            "{service}" | "{application}" if tilde => expected.push(id.replace('/', "~")),
            "{service}" | "{application}" => expected.extend(id.split('/').map(str::to_owned)),
            literal => expected.push(literal.to_owned()),
        }
    }
    assert_eq!(uri.path().split('/').map(decode).collect::<Vec<_>>(), expected);
    let query = uri.query().unwrap().as_str();
    let names: Vec<&str> = query.split('&').map(|pair| pair.split_once('=').unwrap().0).collect();
    let known = |name: &&str| ["api-version", "timeout"].contains(name) || O::SPEC.query.contains(name);
    assert!(names.iter().all(known), "{query}");
    assert!(names.iter().enumerate().all(|(index, name)| !names[..index].contains(name)), "{query}");
    assert!(uri.fragment().is_none());
}

#[test]
fn a_request_is_read_as_its_own_operation_only() {
    struct Readable<'a>(&'a Request<&'static str>, Vec<&'static str>);
    impl Visitor for Readable<'_> {
        fn operation<O: Operation>(&mut self) {
            self.1.extend(O::from_request(self.0).is_ok().then_some(O::SPEC.name));
        }
    }
    let readable = |method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path).body(r#"{"BackupPolicyName":"p"}"#).unwrap();
        let mut readable = Readable(&request, Vec::new());
        crate::operations::visit(&mut readable);
        readable.1
    };
    assert_eq!(readable("POST", "/Services/A/B%20C/D/$/EnableBackup"), ["EnableServiceBackup"]);
    assert_eq!(readable("GET", "/BackupRestore/BackupPolicies/%24"), ["GetBackupPolicyByName"]);
    for path in ["/Services/$/EnableBackup", "/Services//$/EnableBackup", "/Services/A/$/B/$/EnableBackup"] {
        assert_eq!(readable("POST", path), [""; 0], "{path}");
    }
    assert_eq!(readable("GET", "/Services/A/$/EnableBackup"), [""; 0]);
    let bad_query = Request::get("/BackupRestore/BackupPolicies?ContinuationToken=%ff").body("").unwrap();
    assert_eq!(GetBackupPolicyList::from_request(&bad_query).unwrap_err().place(), "query");
}
