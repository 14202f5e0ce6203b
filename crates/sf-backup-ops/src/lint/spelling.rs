//! Rules for the original text of a policy: once parsed, all spellings are equal.

use serde_json::Value;
use sf_backup_proto::RunTime;

use super::{Finding, Severity, finding};

pub(super) fn findings(policy: &Value) -> Vec<Finding> {
    let schedule = member(policy, "Schedule");
    let mut findings = Vec::new();
    let times = schedule.and_then(|schedule| list(schedule, "RunTimes"));
    let mut seen: Vec<RunTime> = Vec::new();
    for (number, text) in times.into_iter().flatten().enumerate() {
        let place = format!("Schedule.RunTimes[{number}]");
        // Invalid times are reported by the reader of the policy.
        let Some((text, time)) = text.as_str().and_then(|text| Some((text, text.parse::<RunTime>().ok()?))) else {
            continue;
        };
        if seen.contains(&time) {
            let problem = format!("{time} is given twice");
            findings.push(finding(Severity::Info, "duplicate", place.as_str(), problem, "leave it out"));
        }
        seen.push(time);
        findings.extend(spelling(text, time, &place));
    }
    let days = schedule.and_then(|schedule| list(schedule, "RunDays")).into_iter().flatten();
    let days: Vec<String> = days.filter_map(Value::as_str).map(str::to_ascii_lowercase).collect();
    for (number, day) in days.iter().enumerate() {
        if days.iter().take(number).any(|earlier| earlier == day) {
            let place = format!("Schedule.RunDays[{number}]");
            findings.push(finding(Severity::Info, "duplicate", place, "is given twice", "leave it out"));
        }
    }
    findings
}

/// The server itself parses a time without a zone as local time, and rejects fractions.
fn spelling(text: &str, time: RunTime, place: &str) -> Option<Finding> {
    let text = text.trim();
    // Skip the date, whose hyphens are not an offset.
    let clock = text.rsplit(['T', 't', ' ']).next().unwrap_or(text);
    if clock.contains(['+', '-']) {
        let problem = format!("has an offset from UTC: it is sent as {time} UTC");
        return Some(finding(
            Severity::Warning,
            "run-time-with-offset",
            place,
            problem,
            "write the time in UTC, with a Z",
        ));
    }
    if clock.contains('.') {
        let problem = format!("has a fraction of a second, which is dropped: it is sent as {time} UTC");
        return Some(finding(Severity::Warning, "run-time-with-fraction", place, problem, "write whole minutes"));
    }
    if !clock.ends_with(['Z', 'z']) {
        let problem =
            format!("has no Z: it is sent as {time} UTC, and other programs send it as the server's local time");
        return Some(finding(Severity::Info, "run-time-without-zone", place, problem, "write it with a Z"));
    }
    None
}

/// Finds a member, ignoring case as the parser does.
fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let members = value.as_object()?;
    members.iter().find(|(member, _)| member.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn list<'v>(value: &'v Value, name: &str) -> Option<&'v Vec<Value>> {
    member(value, name)?.as_array()
}
