//! `sf-backup metrics`

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::commands::audit::args::Part;
use crate::options::duration::DurationArg;
use crate::options::output_file::OutputFile;

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
    pub(crate) part: Part,

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
