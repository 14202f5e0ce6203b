//! JUnit XML: a suite for each service, a test case for each partition.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::escape::xml;
use crate::audit::{Assessment, Audit, State};

/// Renders an audit as a JUnit report. Unprotected partitions are failures, those that could not be read or have no
/// backup yet are errors, and those without anything to back up are skipped.
pub fn junit(audit: &Audit) -> String {
    let mut suites: BTreeMap<String, Vec<&Assessment>> = BTreeMap::new();
    for one in &audit.partitions {
        suites.entry(one.partition.service.to_string()).or_default().push(one);
    }
    let all = counts(audit.partitions.iter());
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (tests, errors) = (audit.partitions.len() + audit.gaps.len(), all.errors + audit.gaps.len());
    let _ = writeln!(
        text,
        "<testsuites name=\"sf-backup audit\" tests=\"{tests}\" failures=\"{}\" errors=\"{errors}\" skipped=\"{}\">",
        all.failures, all.skipped
    );
    for (service, partitions) in &suites {
        let Counts { failures, errors, skipped } = counts(partitions.iter().copied());
        let _ = writeln!(
            text,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" \
             timestamp=\"{}\">",
            xml(service),
            partitions.len(),
            audit.now
        );
        partitions.iter().for_each(|one| case(&mut text, service, one));
        text.push_str("  </testsuite>\n");
    }
    if !audit.gaps.is_empty() {
        let count = audit.gaps.len();
        let _ = writeln!(
            text,
            "  <testsuite name=\"not read\" tests=\"{count}\" failures=\"0\" errors=\"{count}\" skipped=\"0\">"
        );
        for gap in &audit.gaps {
            let name = xml(gap.name());
            let message = xml(&gap.unread.message);
            let _ = writeln!(
                text,
                "    <testcase classname=\"{name}\" name=\"{name}\"><error type=\"Unknown\" message=\"{message}\"/></testcase>"
            );
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

struct Counts {
    failures: usize,
    errors: usize,
    skipped: usize,
}

fn counts<'a>(partitions: impl Iterator<Item = &'a Assessment> + Clone) -> Counts {
    let count = |of: fn(State) -> bool| partitions.clone().filter(|one| of(one.state)).count();
    Counts {
        failures: count(State::is_unprotected),
        errors: count(State::is_open),
        skipped: count(|state| state == State::NotApplicable),
    }
}

fn case(text: &mut String, service: &str, one: &Assessment) {
    let (state, message) = (one.state, xml(&one.reason.to_string()));
    let name = xml(&format!("{} ({})", one.partition.id, one.partition.key));
    let _ = write!(text, "    <testcase classname=\"{}\" name=\"{name}\">", xml(service));
    let _ = match state {
        State::Unknown | State::Pending => write!(text, "<error type=\"{state}\" message=\"{message}\"/>"),
        State::NotApplicable => write!(text, "<skipped message=\"{message}\"/>"),
        State::Protected => Ok(()),
        _ => write!(text, "<failure type=\"{state}\" message=\"{message}\"/>"),
    };
    if !one.findings.is_empty() {
        let findings: Vec<String> =
            one.findings.iter().map(|finding| xml(&format!("{}: {finding}", finding.name()))).collect();
        let _ = write!(text, "<system-out>{}</system-out>", findings.join("\n"));
    }
    text.push_str("</testcase>\n");
}
