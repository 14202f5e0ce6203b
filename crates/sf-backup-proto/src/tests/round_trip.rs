//! Responses round-trip: written by the server side, parsed by the client side.

use http::Response;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::lenient;
use super::rows::Row;
use crate::operation::{Operation, ResponseValue};
use crate::wire::Style;

/// Every combination of styles.
fn styles() -> impl Iterator<Item = Style> {
    (0_u8..8).map(|bits| Style {
        unset_members: bits & 1 > 0,
        first_names: bits & 2 > 0,
        empty_last_token: bits & 4 > 0,
    })
}

/// Asserts that every response of one operation round-trips, in every style and spelling.
pub(crate) fn assert_responses<O: Row>() {
    let mut runner = TestRunner::new(Config { cases: 64, source_file: Some(file!()), ..Config::default() });
    let arrives = |(response, call, seed): (O::Response, O, u64)| {
        assert_response(&call, &response, seed);
        Ok(())
    };
    runner.run(&(O::response(), O::call(), any::<u64>()), arrives).unwrap();
}

fn assert_response<O: Operation>(call: &O, response: &O::Response, seed: u64) {
    let parse = |body: &[u8]| call.parse(&Response::builder().status(O::SPEC.success()).body(body).unwrap());
    for style in styles() {
        let body = response.write(style).unwrap();
        assert_eq!(&parse(&body).unwrap(), response, "{style:?}: {}", String::from_utf8_lossy(&body));
    }
    let body = response.write(Style::default()).unwrap();
    if !body.is_empty() {
        let other = lenient::respell(&serde_json::from_slice(&body).unwrap(), seed);
        assert_eq!(&parse(other.as_bytes()).unwrap(), response, "{other}");
    }
}
