//! Reports invalid arguments in one line.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::output::difference::closest;

/// Whether clap suggests an unrelated option: `--insecure` for `--user`.
fn far_fetched(error: &clap::Error) -> bool {
    match (error.get(ContextKind::InvalidArg), error.get(ContextKind::SuggestedArg)) {
        (Some(ContextValue::String(typed)), Some(ContextValue::String(meant))) => {
            closest(typed, [meant.as_str()], |option| option.trim_start_matches('-')).is_none()
        }
        _ => false,
    }
}

/// One line that names the value, the place and the rule.
pub(crate) fn line(error: &clap::Error) -> String {
    // clap would print the value, and an endpoint can contain a password; the errors of our own types are safe to
    // print.
    if let (ErrorKind::ValueValidation, Some(rule), Some(ContextValue::String(place))) =
        (error.kind(), error.source(), error.get(ContextKind::InvalidArg))
    {
        // Only one of several values is invalid.
        return format!("{}: {rule}", place.trim_end_matches("..."));
    }
    let text = error.to_string();
    let far = far_fetched(error);
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let lines = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty())
        .filter(|line| !far || !line.starts_with("tip: a similar argument exists"));
    let mut joined = String::new();
    for line in lines {
        if !joined.is_empty() {
            joined.push_str(if joined.ends_with(':') || line.starts_with('[') { " " } else { "; " });
        }
        joined.push_str(line);
    }
    joined
}
