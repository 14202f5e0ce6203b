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
use crate::cluster::drill_history::DrillHistories;
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

/// Arguments of `sf-backup metrics`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup metrics
  sf-backup metrics --textfile /var/lib/node_exporter/sf-backup.prom
  sf-backup metrics --listen 127.0.0.1:9720 --interval 10m
  sf-backup metrics --drill-history drill.yaml.history
  sf-backup metrics --rules -f sf-backup.rules.yml
  sf-backup metrics --rules --interval 30m -f sf-backup.rules.yml
  sf-backup metrics --dashboard -f sf-backup.dashboard.json")]
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

    /// How often to read the cluster with --listen; the pause between readings is at least one second, and at least
    /// a quarter of the duration of a reading. With --rules: how often the metrics are written, if they are not served
    #[arg(long, value_name = "DURATION", default_value = "5m")]
    pub(crate) interval: DurationArg,

    /// Print alerting rules for these metrics, without contacting a cluster
    #[arg(long, conflicts_with_all = ["textfile", "listen"])]
    pub(crate) rules: bool,

    /// Print a Grafana dashboard for these metrics as JSON, without contacting a cluster
    #[arg(long, conflicts_with_all = ["textfile", "listen", "rules"])]
    pub(crate) dashboard: bool,

    /// Value of the label 'cluster' of every metric [default: the name of the context, or the endpoint]
    #[arg(long, value_name = "NAME")]
    pub(crate) cluster: Option<String>,

    #[command(flatten)]
    pub(crate) drills: DrillHistories,

    #[command(flatten)]
    pub(crate) file: OutputFile,
}

/// Minimum time without a reading, or three intervals, until an alert: nothing watches the backups then.
const SHORTEST_BLIND: Duration = Duration::from_secs(3_600);
/// The alerting rules.
const RULES: &str = include_str!("metrics/rules.yml");
/// The dashboard for Grafana.
const DASHBOARD: &str = include_str!("metrics/dashboard.json");

pub(crate) fn run(args: &Metrics, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if args.rules {
        let longest = (3 * args.interval.length()).max(SHORTEST_BLIND).as_secs();
        return terminal.result(&RULES.replace("BLIND_SECONDS", &longest.to_string()));
    }
    if args.dashboard {
        return terminal.result(DASHBOARD);
    }
    let interruptible = terminal.console.interruptible;
    let scope = readings::scope(&args.part, context, terminal)?;
    let mut session = context.session(None, terminal)?;
    let plan = Plan::new(&args.part, scope, session.terminal().clock.clone());
    // A dry run shows the first of many requests.
    if !session.begin(&GetBackupPolicyList::new(), "metrics", None)? {
        return Ok(());
    }
    if let Some(address) = args.listen {
        let server = serve::Server {
            address,
            interval: args.interval.length(),
            plan,
            cluster: args.cluster.clone(),
            drills: args.drills.clone(),
        };
        return crate::cluster::runtime::runtime()?.block_on(server.run(&mut session));
    }
    let began = Instant::now();
    let audit = block_on(interruptible, None, async { readings::read_patiently(&plan, &mut session).await })?;
    let cluster = args.cluster.clone().unwrap_or_else(|| session.origin(None).cluster);
    let mut health = Health::new(None, cluster.clone());
    health.succeeded(audit.now, began.elapsed());
    let drills = args.drills.read(session.terminal());
    let text =
        report::metrics(&audit, &cluster) + &report::drill_metrics(&drills, &cluster) + &health.text(plan.clock.now());
    let text = escape::labels(&text);
    let terminal = session.terminal();
    let Some(path) = &args.textfile else { return terminal.result(&text) };
    let written = atomic_write(path, &text, Readers::AsBefore)
        .map_err(|error| Failure::Other(format!("{} cannot be written: {error}", path.display())))?;
    if let Some(warning) = written.warning(path) {
        terminal.warn(&warning);
    }
    terminal.note(&format!("{} is written: {}", path.display(), audit.summary()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;
    use sf_backup_ops::audit::{Audit, Clock};
    use sf_backup_ops::drill::read_history;
    use sf_backup_proto::Timestamp;

    use super::*;

    /// The names of the metrics in a text.
    fn names(text: &str) -> BTreeSet<&str> {
        let words = text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
        words.filter(|word| word.starts_with("sfbackup_")).collect()
    }

    #[test]
    fn rules_and_dashboard_use_metrics_that_are_exported() {
        let now = Timestamp::UNIX_EPOCH;
        let audit = Audit::of(now, Clock::Local, Vec::new(), Vec::new());
        let mut health = Health::new(Some(Duration::from_secs(300)), "x".to_owned());
        health.succeeded(now, Duration::ZERO);
        let drill = serde_json::json!({
            "StartedUtc": now, "EndedUtc": now, "ServiceName": "s", "ScratchServiceName": "t", "Outcome": "Succeeded", "Plan": "p",
            "RecoverySeconds": 1, "DataAgeSeconds": 1, "Partitions": [],
        });
        let (drills, _) = read_history(&drill.to_string());
        let text = report::metrics(&audit, "x") + &report::drill_metrics(&drills, "x") + &health.text(now);
        let exported = names(&text);
        assert!(text.lines().all(|line| line.starts_with('#') || line.contains("{cluster=\"x\"")), "{text}");
        for (source, least) in [(RULES, 5), (DASHBOARD, 10)] {
            let used = names(source);
            assert!(used.len() >= least && used.is_subset(&exported), "{:?}", used.difference(&exported));
        }
    }

    /// An alert for one of several clusters must name it.
    #[test]
    fn every_alert_names_its_cluster() {
        let summaries: Vec<&str> = RULES.lines().filter(|line| line.trim_start().starts_with("summary: ")).collect();
        assert_eq!(summaries.len(), RULES.matches("- alert: ").count());
        assert!(summaries.iter().all(|summary| summary.contains("$labels.cluster")), "{summaries:?}");
    }

    #[test]
    fn every_panel_of_the_dashboard_is_about_the_chosen_cluster() {
        let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
        let panels = dashboard["panels"].as_array().unwrap();
        let ids: BTreeSet<u64> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
        assert_eq!(ids.len(), panels.len());
        for panel in panels {
            assert!(panel["gridPos"]["x"].as_u64().unwrap() + panel["gridPos"]["w"].as_u64().unwrap() <= 24, "{panel}");
            for target in panel["targets"].as_array().unwrap() {
                let expression = target["expr"].as_str().unwrap();
                let series = expression.matches("sfbackup_").count();
                assert!(series > 0 && expression.matches("cluster=~\"$cluster\"").count() == series, "{expression}");
            }
        }
    }
}
