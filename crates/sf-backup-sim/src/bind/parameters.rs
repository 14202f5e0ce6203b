//! The query.

use std::str::FromStr;
use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::server::{Call, Refusal};

use super::json::truth;
use super::model_state::ModelState;
use crate::refusal;

/// What the operations take from the query, apart from `api-version` and `timeout`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters {
    pub(crate) continuation_token: Option<String>,
    /// 0: everything.
    pub(crate) max_results: i32,
    pub(crate) latest: bool,
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    /// Seconds that the request may take.
    pub(crate) timeout: u64,
    /// Minutes that what it asks for may take.
    pub(crate) minutes: Option<i32>,
}

const DEFAULT_TIMEOUT: i32 = 60;
/// The longest time, in seconds, that the server's timer takes.
const LONGEST_TIMEOUT: i32 = 2_147_483;

/// Names of the parameters that hold numbers, truth values or dates: an empty one is not bound at all.
const NOT_TEXT: [&str; 8] = [
    "timeout",
    "MaxResults",
    "BackupTimeout",
    "RestoreTimeout",
    "Latest",
    "StartDateTimeFilter",
    "EndDateTimeFilter",
    "ValidateConnection",
];

/// Whether the operation's action has a parameter of this name.
fn bound(call: &Call<'_>, name: &str) -> bool {
    name == "timeout" || call.operation().query.contains(&name)
}

/// Refuses empty numbers and dates, and dates that are none: the framework does so before anything else.
pub(crate) fn check_form(call: &Call<'_>) -> Result<(), Refusal> {
    for name in NOT_TEXT.into_iter().filter(|name| bound(call, name)) {
        let date = name.ends_with("DateTimeFilter");
        match call.parameter(name) {
            Some("") => return Err(refusal::invalid_request()),
            Some(text) if date && Timestamp::from_str(text).is_err() => {
                return Err(refusal::invalid_request());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Refuses a timeout that the server's timer does not take. One that is no number is a matter of the model.
pub(crate) fn check_timeout(call: &Call<'_>) -> Result<(), Refusal> {
    let timeout = call.parameter("timeout").and_then(int32);
    match timeout {
        Some(seconds) if !(1..=LONGEST_TIMEOUT).contains(&seconds) => Err(refusal::unhandled()),
        _ => Ok(()),
    }
}

/// Reads the parameters that the operation knows; what is wrong with them goes to `state`.
pub(crate) fn read(call: &Call<'_>, hours_west: u8, state: &mut ModelState) -> Parameters {
    let mut query = Query { call, state };
    let timeout = query.value("timeout", "Int32", int32).unwrap_or(DEFAULT_TIMEOUT);
    query.text("api-version");
    let backup = query.value("BackupTimeout", "Int32", int32);
    Parameters {
        timeout: u64::try_from(timeout).unwrap_or(0),
        minutes: backup.or(query.value("RestoreTimeout", "Int32", int32)),
        continuation_token: query.text("ContinuationToken"),
        max_results: query.value("MaxResults", "Int32", int32).unwrap_or(0),
        latest: query.value("Latest", "Boolean", |text| truth(text.trim())).unwrap_or(false),
        start: query.value("StartDateTimeFilter", "DateTime", |text| date(text, hours_west)),
        end: query.value("EndDateTimeFilter", "DateTime", |text| date(text, hours_west)),
    }
}

/// A date without a zone is the service's own.
fn date(text: &str, hours_west: u8) -> Option<Timestamp> {
    let at: Timestamp = text.parse().ok()?;
    let time = text.split_once(['T', ' ']).map_or("", |(_, time)| time);
    let zone = time.contains(['Z', 'z', '+', '-']) || text.bytes().all(|byte| byte.is_ascii_digit());
    let hours = if zone { 0 } else { u64::from(hours_west) };
    at.checked_add(Duration::from_secs(hours * 3_600))
}

fn int32(text: &str) -> Option<i32> {
    text.trim().parse().ok()
}

struct Query<'a, 's> {
    call: &'a Call<'a>,
    state: &'s mut ModelState,
}

impl Query<'_, '_> {
    fn value<T>(&mut self, name: &'static str, kind: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        if !bound(self.call, name) {
            return None;
        }
        let text = self.call.parameter(name)?;
        let value = read(text);
        if value.is_none() {
            let key = if name == "Latest" { "latest" } else { name };
            self.state.add(key.to_owned(), format!("The value '{text}' is not valid for {kind}."));
        }
        value
    }

    fn text(&mut self, name: &'static str) -> Option<String> {
        if name != "api-version" && !bound(self.call, name) {
            return None;
        }
        let text = self.call.parameter(name)?;
        if text.is_empty() {
            self.state
                .add(format!("{name}.String"), "A value is required but was not present in the request.".to_owned());
            return None;
        }
        Some(text.to_owned())
    }
}
