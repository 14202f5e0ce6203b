//! `sf-backup metrics`

mod health;
mod serve;

use std::time::Instant;

use sf_backup_ops::report;
use sf_backup_proto::GetBackupPolicyList;

use crate::args::metrics::Metrics;
use crate::audit::patiently;
use crate::audit::read::{self, Plan};
use crate::console::Terminal;
use crate::escape;
use crate::failure::Failure;
use crate::reach::{Reach, block_on};
use crate::replace::{Readers, replace};
use health::Health;

/// What can be alerted on.
const RULES: &str = include_str!("metrics/rules.yml");

pub(crate) fn run(asked: &Metrics, reach: Reach<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if asked.rules {
        return terminal.result(RULES);
    }
    let interruptible = terminal.console.interruptible;
    let clock = terminal.console.clock;
    let part = &asked.part;
    let plan =
        Plan { scope: part.scope(), rules: part.rules(), at_once: part.parallel, now: read::whole(terminal.now()) };
    let mut session = reach.session(None, terminal)?;
    // A dry run shows the first of many requests.
    if !session.begin(&GetBackupPolicyList::new(), "metrics", None)? {
        return Ok(());
    }
    if let Some(address) = asked.listen {
        let server = serve::Server { address, interval: asked.interval.length(), plan, clock };
        return crate::runtime()?.block_on(server.run(&mut session));
    }
    let began = Instant::now();
    let audit = block_on(interruptible, None, async {
        let reading = read::read(session.client().clone(), &plan);
        patiently(reading, &mut session).await
    })?;
    let mut health = Health::default();
    health.succeeded(plan.now, began.elapsed());
    let text = report::metrics(&audit) + &health.text(plan.now);
    let terminal = session.terminal();
    let Some(path) = &asked.textfile else { return terminal.result(&escape::labels(&text)) };
    let written = replace(path, &text, Readers::AsBefore)
        .map_err(|error| Failure::Other(format!("{} cannot be written: {error}", path.display())))?;
    if let Some(warning) = written.warning(path) {
        terminal.warn(&warning);
    }
    terminal.note(&format!("{} is written: {}", path.display(), audit.summary()));
    Ok(())
}
