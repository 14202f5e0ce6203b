//! Hand-typed goldens with made-up data.

pub(super) mod applications;
pub(super) mod partitions;
pub(super) mod policies;
pub(super) mod restores;
pub(super) mod services;
pub(super) mod storage;

use sf_backup_proto::Operation;

use super::golden::{EachGolden, Golden, target};

/// A golden of a call with an empty response, with api-version 6.4.
fn order<O: Operation<Response = ()>>(visitor: &mut impl EachGolden, call: O, line: &'static str, body: &'static str) {
    visitor.golden(Golden { call, target: target(), line, body, response: "", reply: () });
}

/// A golden of a read, with api-version 6.4.
fn query<O: Operation>(
    visitor: &mut impl EachGolden,
    call: O,
    line: &'static str,
    response: &'static str,
    reply: O::Response,
) {
    visitor.golden(Golden { call, target: target(), line, body: "", response, reply });
}
