//! A page of its own: no script, nothing from outside, for screens, print and screen readers.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::escape::xml;
use super::timeline::{Window, svg};
use crate::audit::{Assessment, Audit, Clock, State, Verdict};

const STYLE: &str = include_str!("html/page.css");

/// The audit as one HTML page: the counts, what is wrong, and every partition below its service and application, with a timeline
/// of its backups.
pub fn html(audit: &Audit) -> String {
    let summary = audit.summary();
    let verdict = match summary.verdict() {
        Verdict::Protected => "Everything that can be backed up is protected.",
        Verdict::Unprotected => "Something is not protected.",
        Verdict::Unknown => "Nothing is known to be unprotected, but not everything could be read.",
    };
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>Backup audit, {now}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>Backup audit</h1>\n\
         <p class=\"verdict\">{verdict}</p>\n<p>{summary}. Seen at <time datetime=\"{now}\">{now}</time>{clock}.</p>\n</header>\n<main>\n",
        now = audit.now,
        clock = clock(audit.clock)
    );
    counts(&mut text, audit);
    wrong(&mut text, audit);
    findings(&mut text, audit);
    tree(&mut text, audit);
    text.push_str("</main>\n</body>\n</html>\n");
    text
}

/// Whose clock the times are by, if that is worth a word.
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

/// A state in words, with a sign of its own: never by colour alone.
fn badge(state: State) -> String {
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
    let class = state.name().to_lowercase();
    format!("<span class=\"state {class}\"><span aria-hidden=\"true\">{sign}</span> {words}</span>")
}

fn counts(text: &mut String, audit: &Audit) {
    text.push_str("<section aria-labelledby=\"counts\">\n<h2 id=\"counts\">Partitions by state</h2>\n<table>\n");
    text.push_str("<thead><tr><th scope=\"col\">State</th><th scope=\"col\" class=\"number\">Partitions</th></tr></thead>\n<tbody>\n");
    for state in State::ALL {
        let count = audit.summary().count(state);
        let _ = writeln!(text, "<tr><th scope=\"row\">{}</th><td class=\"number\">{count}</td></tr>", badge(state));
    }
    text.push_str("</tbody>\n</table>\n</section>\n");
}

fn wrong(text: &mut String, audit: &Audit) {
    let wrong: Vec<_> = audit.partitions.iter().filter(|one| one.state < State::Protected).collect();
    text.push_str("<section aria-labelledby=\"wrong\">\n<h2 id=\"wrong\">Needs attention</h2>\n");
    if wrong.is_empty() && audit.gaps.is_empty() {
        text.push_str("<p>Nothing.</p>\n</section>\n");
        return;
    }
    text.push_str(
        "<table>\n<thead><tr><th scope=\"col\">State</th><th scope=\"col\">Service</th><th scope=\"col\">Partition</th>\
         <th scope=\"col\">Last backup</th><th scope=\"col\">Reason</th></tr></thead>\n<tbody>\n",
    );
    for one in wrong {
        let id = one.partition.id;
        let _ = writeln!(
            text,
            "<tr><td>{}</td><td class=\"name\">{}</td><td class=\"id\"><a href=\"#p-{id}\">{id}</a></td><td>{}</td><td>{}</td></tr>",
            badge(one.state),
            xml(&one.partition.service.to_string()),
            last(one),
            xml(&one.reason.to_string())
        );
    }
    for gap in &audit.gaps {
        let entity = xml(gap.entity.as_deref().unwrap_or("the cluster"));
        let message = xml(&gap.unread.message);
        let _ = writeln!(
            text,
            "<tr><td>{}</td><td class=\"name\">{entity}</td><td>unknown</td><td></td><td>{message}</td></tr>",
            badge(State::Unknown)
        );
    }
    text.push_str("</tbody>\n</table>\n</section>\n");
}

fn findings(text: &mut String, audit: &Audit) {
    let mut by_kind: BTreeMap<(&str, String), Vec<&Assessment>> = BTreeMap::new();
    for one in &audit.partitions {
        for finding in &one.findings {
            by_kind.entry((finding.name(), finding.to_string())).or_default().push(one);
        }
    }
    text.push_str("<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Other findings</h2>\n");
    if by_kind.is_empty() {
        text.push_str("<p>None.</p>\n</section>\n");
        return;
    }
    text.push_str(
        "<table>\n<thead><tr><th scope=\"col\">Finding</th><th scope=\"col\">Details</th><th \
            scope=\"col\">Partitions</th></tr>\
         </thead>\n<tbody>\n",
    );
    for ((kind, said), partitions) in by_kind {
        let first: Vec<String> = partitions
            .iter()
            .take(3)
            .map(|one| format!("<a href=\"#p-{id}\">{id}</a>", id = one.partition.id))
            .collect();
        let more = match partitions.len().saturating_sub(3) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let _ = writeln!(
            text,
            "<tr><th scope=\"row\">{kind}</th><td>{}</td><td class=\"id\">{}{more}</td></tr>",
            xml(&said),
            first.join(", ")
        );
    }
    text.push_str("</tbody>\n</table>\n</section>\n");
}

/// Applications, services and partitions, each level in its order.
fn tree(text: &mut String, audit: &Audit) {
    let mut applications: BTreeMap<String, BTreeMap<String, Vec<&Assessment>>> = BTreeMap::new();
    for one in &audit.partitions {
        let services = applications.entry(one.partition.application.to_string()).or_default();
        services.entry(one.partition.service.to_string()).or_default().push(one);
    }
    let window = Window::of(audit);
    text.push_str("<section aria-labelledby=\"coverage\">\n<h2 id=\"coverage\">Coverage</h2>\n");
    if let Some(from) = window.from() {
        let _ = writeln!(
            text,
            "<p>Timelines show {from} to {}: a square is a full backup, a circle an incremental one, a cross one that cannot be \
             restored; a dashed line is time in which a backup has been overdue.</p>",
            audit.now
        );
    }
    for (application, services) in applications {
        let _ = writeln!(text, "<h3>{}</h3>", xml(&application));
        for (service, partitions) in services {
            let _ = writeln!(text, "<h4>{}</h4>", xml(&service));
            text.push_str(
                "<table>\n<thead><tr><th scope=\"col\">Partition</th><th scope=\"col\">State</th><th scope=\"col\">Policy</th>\
                 <th scope=\"col\">Last backup</th><th scope=\"col\">Backups</th></tr></thead>\n<tbody>\n",
            );
            for one in partitions {
                partition(text, one, window);
            }
            text.push_str("</tbody>\n</table>\n");
        }
    }
    text.push_str("</section>\n");
}

fn partition(text: &mut String, one: &Assessment, window: Window) {
    let evidence = &one.evidence;
    let policy = evidence.policy.as_deref().map_or_else(
        || "none".to_owned(),
        |policy| match &evidence.inherited_from {
            Some(level) => format!("{} <small>({})</small>", xml(policy), xml(&level.to_string())),
            None => xml(policy),
        },
    );
    let backups = if evidence.backups.is_some() { svg(one, window) } else { "not listed".to_owned() };
    let _ = writeln!(
        text,
        "<tr id=\"p-{id}\"><th scope=\"row\" class=\"id\">{id}<br><small>{}</small></th><td>{}<br><small>{}</small></td>\
         <td class=\"name\">{policy}</td><td>{}</td><td>{backups}</td></tr>",
        xml(&one.partition.key.to_string()),
        badge(one.state),
        xml(&one.reason.to_string()),
        last(one),
        id = one.partition.id
    );
}

fn last(one: &Assessment) -> String {
    one.evidence.last_success.map_or_else(|| "none".to_owned(), |at| format!("<time datetime=\"{at}\">{at}</time>"))
}
