//! `sf-backup audit`

pub(crate) mod args;
mod table;

use std::collections::BTreeSet;
use std::time::Duration;

use sf_backup_ops::audit::{self, Clock, Finding, Shown, State, Verdict};
use sf_backup_ops::report::{self, NagiosStatus};
use sf_backup_proto::GetBackupPolicyList;

use crate::cluster::reach::{Reach, block_on};
use crate::cluster::readings::{self, Plan};
use crate::cluster::session::Session;
use crate::cluster::wait::elapsed;
use crate::commands::audit::args::{Audit, Report};
use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::{Format, document};

pub(crate) fn run(asked: &Audit, reach: Reach<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let result = make(asked, reach, terminal);
    if asked.report != Some(Report::Nagios) {
        return result;
    }
    match result {
        // The line is printed.
        Ok(()) | Err(Failure::Told(_) | Failure::Output(_)) => result,
        Err(failure) => {
            let problem = failure.report().map(|report| report.line().to_owned()).unwrap_or_default();
            plugin_failed(&problem, terminal)
        }
    }
}

/// What a monitor is told where there is no audit.
pub(crate) fn plugin_failed(problem: &str, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    terminal.result(&report::nagios_failed(problem))?;
    Err(Failure::Told(plugin_exit(NagiosStatus::Unknown)))
}

/// A plugin's exit code is one of 0 to 3, whatever these mean elsewhere.
fn plugin_exit(status: NagiosStatus) -> Exit {
    match status {
        NagiosStatus::Ok => Exit::Done,
        NagiosStatus::Warning => Exit::Failed,
        NagiosStatus::Critical => Exit::Usage,
        NagiosStatus::Unknown => Exit::NotFound,
    }
}

fn make(asked: &Audit, reach: Reach<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let interruptible = terminal.console.interruptible;
    let part = &asked.part;
    let mut session = reach.session(None, terminal)?;
    let clock = session.terminal().clock.clone();
    let plan = Plan { scope: part.scope(), rules: part.rules(), at_once: part.parallel, clock };
    // A dry run shows the first of many requests.
    if !session.begin(&GetBackupPolicyList::new(), "audit", None)? {
        return Ok(());
    }
    let audit = block_on(interruptible, None, async {
        let reading = readings::read(session.client().clone(), &plan);
        patiently(reading, &mut session).await
    })?;
    show(asked, &audit, session.terminal())?;
    if asked.report == Some(Report::Nagios) {
        return match plugin_exit(NagiosStatus::of(&audit)) {
            Exit::Done => Ok(()),
            exit => Err(Failure::Told(exit)),
        };
    }
    match audit.summary().verdict() {
        Verdict::Protected => Ok(()),
        Verdict::Unprotected => Err(Failure::Told(Exit::Unprotected)),
        Verdict::Unknown => Err(Failure::Told(Exit::Undetermined)),
    }
}

fn show(asked: &Audit, audit: &audit::Audit, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if let Some(form) = asked.report {
        let render = match form {
            Report::Junit => report::junit,
            Report::Nagios => report::nagios,
            Report::Markdown => report::markdown,
            Report::Html => report::html,
        };
        return terminal.result(&render(audit));
    }
    let wanted = |state: State| asked.states.is_empty() || asked.states.contains(&state);
    match terminal.manner.format {
        Format::Table => {
            let gaps = !audit.gaps.is_empty() && wanted(State::Unknown);
            if gaps || audit.partitions.iter().any(|assessed| wanted(assessed.state)) {
                terminal.table(&table::table(audit, wanted, &terminal.view()))?;
            }
            // The sum of it is part of the result.
            terminal.result(&format!("{}\n", audit.summary()))?;
            advise(audit, terminal);
            Ok(())
        }
        format => {
            let shown: Vec<Shown> =
                Shown::of(audit).filter(|(state, _)| wanted(*state)).map(|(_, shown)| shown).collect();
            terminal.result(&document(format, &shown)?)
        }
    }
}

/// What to do about findings that name a cure, once for each policy; and whose clock it was, where it is not the cluster's.
fn advise(audit: &audit::Audit, terminal: &mut Terminal<'_>) {
    let findings = audit.partitions.iter().flat_map(|one| &one.findings);
    let stopped: BTreeSet<String> =
        findings.filter(|finding| matches!(finding, Finding::PolicyStopped(_))).map(ToString::to_string).collect();
    for cure in stopped {
        terminal.hint(&cure);
    }
    match audit.clock {
        Clock::Local => terminal.note("the responses have no Date header; ages use the clock of this machine"),
        Clock::Cluster { ahead } if ahead.unsigned_abs() >= SKEW => {
            let which = if ahead > 0 { "ahead of" } else { "behind" };
            terminal.warn(&format!(
                "the cluster's clock is {} {which} that of this machine; ages use the cluster's clock",
                elapsed(Duration::from_secs(ahead.unsigned_abs()))
            ));
        }
        Clock::Cluster { .. } => {}
    }
}

/// So many seconds between two clocks are worth a word.
const SKEW: u64 = 300;

/// Waits for an audit. A large cluster takes its time, which is no reason for concern.
pub(crate) async fn patiently<T>(reading: impl Future<Output = T>, session: &mut Session<'_, '_>) -> T {
    session.patiently_saying("still reading the effective policy and the backups of every partition", reading).await
}
