//! `sf-backup audit`

pub(crate) mod read;
mod table;

use std::pin::pin;

use sf_backup_ops::audit::{self, Shown, State, Verdict};
use sf_backup_ops::report;
use sf_backup_proto::GetBackupPolicyList;
use tokio::time::timeout;

use crate::args::audit::{Audit, Report};
use crate::console::Terminal;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::reach::{Reach, block_on};
use crate::render::{Format, document};
use crate::session::{PATIENCE, Session};
use read::Plan;

pub(crate) fn run(asked: &Audit, reach: Reach<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let interruptible = terminal.console.interruptible;
    let part = &asked.part;
    let plan =
        Plan { scope: part.scope(), rules: part.rules(), at_once: part.parallel, now: read::whole(terminal.now()) };
    let mut session = reach.session(None, terminal)?;
    // A dry run shows the first of many requests.
    if !session.begin(&GetBackupPolicyList::new(), "audit", None)? {
        return Ok(());
    }
    let audit = block_on(interruptible, None, async {
        let reading = read::read(session.client().clone(), &plan);
        patiently(reading, &mut session).await
    })?;
    show(asked, &audit, session.terminal())?;
    match audit.summary().verdict() {
        Verdict::Protected => Ok(()),
        Verdict::Unprotected => Err(Failure::Told(Exit::Unprotected)),
        Verdict::Unknown => Err(Failure::Told(Exit::Untold)),
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
            terminal.result(&format!("{}\n", audit.summary()))
        }
        format => {
            let partitions = audit.partitions.iter().filter(|assessed| wanted(assessed.state)).map(Shown::from);
            let gaps = audit.gaps.iter().filter(|_| wanted(State::Unknown)).map(Shown::from);
            let shown: Vec<Shown> = partitions.chain(gaps).collect();
            terminal.result(&document(format, &shown)?)
        }
    }
}

/// Waits for an audit. A large cluster takes its time, which is no reason for concern.
pub(crate) async fn patiently<T>(reading: impl Future<Output = T>, session: &mut Session<'_, '_>) -> T {
    let mut reading = pin!(reading);
    let read = match timeout(PATIENCE, &mut reading).await {
        Ok(read) => read,
        Err(_) => {
            session.tell_exchanges();
            session.terminal().note("still reading: of every partition what is in force and which backups it has");
            reading.await
        }
    };
    session.tell_exchanges();
    read
}
