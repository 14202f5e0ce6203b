//! An HTML page without scripts and external resources, for screens of any size, print and screen readers.

mod coverage;
mod drills;
mod problems;

use std::fmt::Display;

use maud::{DOCTYPE, Markup, PreEscaped, Render, html as markup};

use super::escape::xml;
use crate::audit::{Assessment, Audit, Clock, State, Verdict};
use crate::drill::DrillRecord;

const STYLE: &str = include_str!("html/page.css");

/// The origin of an audit, for the head of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The name of the cluster.
    pub cluster: String,
    /// The endpoints, separated by commas.
    pub endpoint: String,
    /// The release of the cluster's runtime, if known.
    pub runtime: Option<String>,
    /// The program that made the report, with its version.
    pub program: String,
    /// A notice for readers, such as that the cluster could not be read since.
    pub notice: Option<String>,
}

/// Untrusted text: escaped, with text direction marks made visible.
struct Text<T>(T);

impl<T: Display> Render for Text<T> {
    fn render_to(&self, buffer: &mut String) {
        buffer.push_str(&xml(&self.0.to_string()));
    }
}

/// Renders an audit as one HTML page: the counts, each problem once, and every partition by application and service
/// with a timeline of its backups; and the last restore drill of each service, if there are `drills`.
pub fn html(audit: &Audit, drills: &[DrillRecord], origin: &Origin) -> String {
    let page = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { "Backup audit of " (Text(&origin.cluster)) ", " (audit.now) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (header(audit, origin))
                main {
                    (problems::problems(audit))
                    (problems::findings(audit))
                    (drills::drills(drills))
                    (coverage::coverage(audit))
                }
            }
        }
    };
    page.into_string()
}

fn header(audit: &Audit, origin: &Origin) -> Markup {
    let summary = audit.summary();
    let (class, verdict) = match summary.verdict() {
        Verdict::Protected => ("protected", "Everything that can be backed up is protected."),
        Verdict::Unprotected => ("failing", "Something is not protected."),
        Verdict::Unknown => ("unknown", "Nothing is known to be unprotected, but not everything could be read."),
    };
    markup! {
        header {
            h1 { "Backup audit" }
            p class=(format!("verdict {class}")) { (verdict) }
            @if let Some(notice) = &origin.notice { p.notice role="alert" { (Text(notice)) } }
            dl {
                dt { "Cluster" } dd.name { (Text(&origin.cluster)) }
                dt { "Endpoint" } dd.name { (Text(&origin.endpoint)) }
                @if let Some(runtime) = &origin.runtime { dt { "Runtime" } dd { (Text(runtime)) } }
                dt { "Time" } dd { time datetime=(audit.now) { (audit.now) } (clock(audit.clock)) }
                dt { "Program" } dd { (Text(&origin.program)) }
            }
            p.summary { (summary) "." }
            ul.counts {
                @for state in State::ALL {
                    @let count = summary.count(state);
                    @if count > 0 { li style=(format!("flex-grow: {count}")) { (badge(state)) " " b { (count) } } }
                }
            }
        }
    }
}

/// The clock of the times, if it is worth mentioning.
fn clock(clock: Clock) -> String {
    match clock {
        Clock::Local => ", by the local clock".to_owned(),
        Clock::Cluster { ahead } if ahead.unsigned_abs() < 60 => String::new(),
        Clock::Cluster { ahead } => {
            let which = if ahead > 0 { "ahead of" } else { "behind" };
            format!(", by the cluster's clock, which is {} s {which} the local clock", ahead.unsigned_abs())
        }
    }
}

/// A state in words and with a symbol: colour alone is not accessible.
fn badge(state: State) -> Markup {
    let sign = match state {
        State::Failing => "✖",
        State::Stale => "▼",
        State::NotCovered => "○",
        State::Suspended => "‖",
        State::Unavailable => "!",
        State::Unknown => "?",
        State::Pending => "…",
        State::Protected => "✔",
        State::NotApplicable => "–",
    };
    let words = match state {
        State::NotCovered => "Not covered",
        State::NotApplicable => "Not applicable",
        state => state.name(),
    };
    markup! {
        span class=(format!("state {}", state.name().to_lowercase())) { span aria-hidden="true" { (sign) } " " (words) }
    }
}

/// When the newest backup was made.
fn last(one: &Assessment) -> Markup {
    markup! {
        @match one.evidence.last_success {
            Some(at) => time datetime=(at) { (at) },
            None => "none",
        }
    }
}

/// A number of things: `1 partition`, `8 partitions`.
fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
