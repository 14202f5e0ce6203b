//! `sf-backup metrics`

mod health;
mod serve;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use sf_backup_ops::report;
use sf_backup_proto::GetBackupPolicyList;

use crate::cluster::context::CommandContext;
use crate::cluster::readings::{self, Plan};
use crate::cluster::runtime::block_on;
use crate::options::duration::DurationArg;
use crate::options::files::OutputFile;
use crate::options::scope::AuditScope;
use crate::output::atomic_write::{Readers, atomic_write};
use crate::output::console::Terminal;
use crate::output::escape;
use crate::output::failure::Failure;
use health::Health;

/// Export backup status as Prometheus metrics
///
/// Exports the results of 'audit': time, age and maximum age of the newest backup, state, suspension, and length of the
/// chain. Writes them once to standard output or to a file for the textfile collector, or serves them with --listen:
/// /metrics then returns the last successful result, its age, and the outcome of later attempts. Anyone who can reach
/// the address can read the names of services and policies.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup metrics
  sf-backup metrics --textfile /var/lib/node_exporter/sf-backup.prom
  sf-backup metrics --listen 127.0.0.1:9720 --interval 10m
  sf-backup metrics --rules -f sf-backup.rules.yml
  sf-backup metrics --rules --interval 30m -f sf-backup.rules.yml")]
pub(crate) struct Metrics {
    #[command(flatten)]
    pub(crate) part: AuditScope,

    /// Write the metrics to this file atomically
    #[arg(long, value_name = "FILE", conflicts_with_all = ["listen", "file"])]
    pub(crate) textfile: Option<PathBuf>,

    /// Serve the metrics at this address until interrupted; port 0 picks a free port. Prints one line, `listening on
    /// http://ADDR/metrics`
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,

    /// How often to read the cluster with --listen; the pause between readings is at least one second and a quarter of
    /// the duration of a reading. With --rules: how often the metrics are written, if they are not served
    #[arg(long, value_name = "DURATION", default_value = "5m")]
    pub(crate) interval: DurationArg,

    /// Print alerting rules for these metrics, without contacting a cluster
    #[arg(long, conflicts_with_all = ["textfile", "listen"])]
    pub(crate) rules: bool,

    #[command(flatten)]
    pub(crate) file: OutputFile,
}

/// Without a reading for this long, or three intervals, nothing watches the backups.
const SHORTEST_BLIND: Duration = Duration::from_secs(3_600);
/// What can be alerted on.
const RULES: &str = include_str!("metrics/rules.yml");

pub(crate) fn run(args: &Metrics, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if args.rules {
        let longest = (3 * args.interval.length()).max(SHORTEST_BLIND).as_secs();
        return terminal.result(&RULES.replace("BLIND_SECONDS", &longest.to_string()));
    }
    let interruptible = terminal.console.interruptible;
    let part = &args.part;
    let mut session = context.session(None, terminal)?;
    let clock = session.terminal().clock.clone();
    let plan = Plan::new(part, clock);
    // A dry run shows the first of many requests.
    if !session.begin(&GetBackupPolicyList::new(), "metrics", None)? {
        return Ok(());
    }
    if let Some(address) = args.listen {
        let server = serve::Server { address, interval: args.interval.length(), plan };
        return crate::cluster::runtime::runtime()?.block_on(server.run(&mut session));
    }
    let began = Instant::now();
    let audit = block_on(interruptible, None, async { readings::read_patiently(&plan, &mut session).await })?;
    let mut health = Health::new(None);
    health.succeeded(audit.now, began.elapsed());
    let text = report::metrics(&audit) + &health.text(plan.clock.now());
    let terminal = session.terminal();
    let Some(path) = &args.textfile else { return terminal.result(&escape::labels(&text)) };
    let written = atomic_write(path, &text, Readers::AsBefore)
        .map_err(|error| Failure::Other(format!("{} cannot be written: {error}", path.display())))?;
    if let Some(warning) = written.warning(path) {
        terminal.warn(&warning);
    }
    terminal.note(&format!("{} is written: {}", path.display(), audit.summary()));
    Ok(())
}
