//! Binding of query parameters.

use std::str::FromStr;

use crate::http::server::Call;
use crate::world::refusal::Refusal;
use sf_backup_proto::Timestamp;

use super::json::truth;
use super::model_state::ModelState;
use crate::http::refusal;
use crate::world::utc_offset::UtcOffset;
use crate::world::view::Parameters;

const DEFAULT_TIMEOUT: i32 = 60;
/// The longest time that the server's timer accepts, in seconds.
const LONGEST_TIMEOUT: i32 = 2_147_483;

/// Parameters with numbers, booleans or dates. They are not bound if empty.
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

/// Whether the action of the operation has a parameter with this name.
fn bound(call: &Call<'_>, name: &str) -> bool {
    name == "timeout" || call.operation().query.contains(&name)
}

/// Rejects empty numbers, empty dates and invalid dates, which the framework checks first.
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

/// Rejects a timeout that the server's timer does not accept. [`read`] reports one that is not a number.
pub(crate) fn check_timeout(call: &Call<'_>) -> Result<(), Refusal> {
    let timeout = call.parameter("timeout").and_then(int32);
    match timeout {
        Some(seconds) if !(1..=LONGEST_TIMEOUT).contains(&seconds) => Err(refusal::unhandled()),
        _ => Ok(()),
    }
}

/// Reads the parameters of the operation and adds their errors to `state`.
pub(crate) fn read(call: &Call<'_>, utc_offset: UtcOffset, state: &mut ModelState) -> Parameters {
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
        start: query.value("StartDateTimeFilter", "DateTime", |text| date(text, utc_offset)),
        end: query.value("EndDateTimeFilter", "DateTime", |text| date(text, utc_offset)),
    }
}

/// Parses a date. Without a zone, it is in the time zone of the service.
fn date(text: &str, utc_offset: UtcOffset) -> Option<Timestamp> {
    let at: Timestamp = text.parse().ok()?;
    let time = text.split_once(['T', ' ']).map_or("", |(_, time)| time);
    let zone = time.contains(['Z', 'z', '+', '-']) || text.bytes().all(|byte| byte.is_ascii_digit());
    if zone { Some(at) } else { utc_offset.to_utc(at) }
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
