//! `sf-backup metrics`

pub(crate) mod args;
mod health;
mod serve;

use std::time::{Duration, Instant};

use sf_backup_ops::report;
use sf_backup_proto::GetBackupPolicyList;

use crate::cluster::reach::{Reach, block_on};
use crate::cluster::readings::{self as read, Plan};
use crate::commands::audit::patiently;
use crate::commands::metrics::args::Metrics;
use crate::output::atomic_write::{Readers, replace};
use crate::output::console::Terminal;
use crate::output::escape;
use crate::output::failure::Failure;
use health::Health;

/// Without a reading for this long, or three intervals, nothing watches the backups.
const SHORTEST_BLIND: Duration = Duration::from_secs(3_600);
/// What can be alerted on.
const RULES: &str = include_str!("metrics/rules.yml");

pub(crate) fn run(asked: &Metrics, reach: Reach<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if asked.rules {
        let longest = (3 * asked.interval.length()).max(SHORTEST_BLIND).as_secs();
        return terminal.result(&RULES.replace("BLIND_SECONDS", &longest.to_string()));
    }
    let interruptible = terminal.console.interruptible;
    let part = &asked.part;
    let mut session = reach.session(None, terminal)?;
    let clock = session.terminal().clock.clone();
    let plan = Plan { scope: part.scope(), rules: part.rules(), at_once: part.parallel, clock };
    // A dry run shows the first of many requests.
    if !session.begin(&GetBackupPolicyList::new(), "metrics", None)? {
        return Ok(());
    }
    if let Some(address) = asked.listen {
        let server = serve::Server { address, interval: asked.interval.length(), plan };
        return crate::runtime()?.block_on(server.run(&mut session));
    }
    let began = Instant::now();
    let audit = block_on(interruptible, None, async {
        let reading = read::read(session.client().clone(), &plan);
        patiently(reading, &mut session).await
    })?;
    let mut health = Health::new(None);
    health.succeeded(audit.now, began.elapsed());
    let text = report::metrics(&audit) + &health.text(plan.clock.now());
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
