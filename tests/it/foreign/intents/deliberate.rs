//! All deliberate differences between our requests and those of the official client.

use crate::foreign::difference::{Difference, Place, Text};

/// A difference and its reason.
#[derive(Debug, Clone)]
pub(in crate::foreign) struct Deliberate {
    pub(in crate::foreign) difference: Difference,
    #[allow(dead_code)] // for the reader of the list, and of a failure
    reason: &'static str,
}

const fn deliberate(
    place: Place,
    theirs: Option<&'static str>,
    ours: Option<&'static str>,
    reason: &'static str,
) -> Deliberate {
    const fn text(value: Option<&'static str>) -> Option<Text> {
        match value {
            Some(value) => Some(Text::Borrowed(value)),
            None => None,
        }
    }
    Deliberate { difference: Difference { place, theirs: text(theirs), ours: text(ours) }, reason }
}

/// A parameter that the official client sends by default.
const fn unasked(name: &'static str, value: &'static str, reason: &'static str) -> Deliberate {
    let place = Place::Parameter(Text::Borrowed(name));
    deliberate(place, Some(value), None, reason)
}

const fn parameter(name: &'static str, theirs: &'static str, ours: &'static str, reason: &'static str) -> Deliberate {
    let place = Place::Parameter(Text::Borrowed(name));
    deliberate(place, Some(theirs), Some(ours), reason)
}

const fn member(
    pointer: &'static str,
    theirs: &'static str,
    ours: Option<&'static str>,
    reason: &'static str,
) -> Deliberate {
    let place = Place::Member(Text::Borrowed(pointer));
    deliberate(place, Some(theirs), ours, reason)
}

pub(super) const TIMEOUT: Deliberate =
    unasked("timeout", "60", "60 s is the server's default; we send a timeout only if the caller sets one");
pub(super) const MAX_RESULTS: Deliberate =
    unasked("MaxResults", "0", "0 is the default, and paging of configurations is safest without the parameter");
pub(super) const LATEST: Deliberate = unasked("Latest", "false", "false is the server's own default");
pub(super) const VALIDATE_CONNECTION: Deliberate = unasked(
    "ValidateConnection",
    "false",
    "false is the server's own default, and clusters before 8.0 do not know the parameter",
);
pub(super) const BACKUP_TIMEOUT: Deliberate = unasked("BackupTimeout", "10", "the server chooses the default");
pub(super) const RESTORE_TIMEOUT: Deliberate = unasked(
    "RestoreTimeout",
    "10",
    "the server's default became 30 minutes in 10.0 CU8 because 10 made restores start again",
);

const FRACTION: &str = "a fraction of zero is redundant; every server reads whole seconds";
pub(super) const START: Deliberate =
    parameter("StartDateTimeFilter", "2024-03-01T00%3A00%3A00.000Z", "2024-03-01T00%3A00%3A00Z", FRACTION);
pub(super) const END: Deliberate =
    parameter("EndDateTimeFilter", "2024-04-01T12%3A30%3A15.000Z", "2024-04-01T12%3A30%3A15Z", FRACTION);

const BODY_FRACTION: &str = "in bodies, the server reads only whole seconds";
pub(super) const START_IN_BODY: Deliberate =
    member("/StartDateTimeFilter", r#""2024-03-01T00:00:00.000Z""#, Some(r#""2024-03-01T00:00:00Z""#), BODY_FRACTION);
pub(super) const END_IN_BODY: Deliberate =
    member("/EndDateTimeFilter", r#""2024-04-01T12:30:15.000Z""#, Some(r#""2024-04-01T12:30:15Z""#), BODY_FRACTION);
pub(super) const FIRST_RUN_TIME: Deliberate =
    member("/Schedule/RunTimes/0", r#""0001-01-01T09:00:00.000Z""#, Some(r#""0001-01-01T09:00:00Z""#), BODY_FRACTION);
pub(super) const SECOND_RUN_TIME: Deliberate =
    member("/Schedule/RunTimes/1", r#""0001-01-01T17:30:00.000Z""#, Some(r#""0001-01-01T17:30:00Z""#), BODY_FRACTION);
pub(super) const LATEST_IN_BODY: Deliberate = member("/Latest", "false", None, "false is the server's own default");

pub(super) const REAL_TOKEN: Deliberate = parameter(
    "ContinuationToken",
    "fabric:/CalcApp/CalcService+O",
    "fabric%3A%2FCalcApp%2FCalcService%2BO",
    "the server reads a raw + as a space, which corrupts the token; we encode tokens completely",
);
pub(super) const CAPITALS: Deliberate = deliberate(
    Place::Path,
    Some("/Partitions/6B1C2F7E-0000-4000-8000-000000000001/$/SuspendBackup"),
    Some("/Partitions/6b1c2f7e-0000-4000-8000-000000000001/$/SuspendBackup"),
    "the server treats another spelling as another partition; we send one spelling",
);
pub(super) const TYPE_OF_NOTHING: Deliberate = deliberate(
    Place::Header(Text::Borrowed("content-type")),
    Some("application/json; charset=utf-8"),
    None,
    "a request without a body has no content type",
);

pub(super) const PARAMETER_ORDER: Deliberate = deliberate(
    Place::ParameterOrder,
    None,
    None,
    "servers ignore the order; ours is the same for every operation, theirs is not",
);
pub(super) const MEMBER_ORDER: Deliberate = deliberate(
    Place::MemberOrder,
    None,
    None,
    "servers ignore the order; ours has the discriminator and required members first, as the .NET client needs it",
);
