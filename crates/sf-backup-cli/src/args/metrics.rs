//! `sf-backup metrics`

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::audit::Part;
use super::duration::DurationArg;
use super::output_file::OutputFile;

/// Tells Prometheus whether every partition is backed up
///
/// What 'audit' finds as metrics: when the newest backup was made, how old it is and may be, the state, whether backups are suspended,
/// the length of the chain. Once to standard output or to a file for the textfile collector, or again and again behind a socket: then
/// /metrics serves the last good answer, with its age and with what became of later attempts. The names of services and policies are
/// told to everybody who can reach the socket.
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

    /// Writes them to this file, as a whole or not at all
    #[arg(long, value_name = "FILE", conflicts_with_all = ["listen", "file"])]
    pub(crate) textfile: Option<PathBuf>,

    /// Serves them here until interrupted; port 0 picks a free one. Prints one line, `listening on http://ADDR/metrics`
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,

    /// How often the cluster is read with --listen, after a pause of a quarter of the time that a reading takes, and of a second, at the
    /// least. With --rules: how often the metrics are written if they are not served
    #[arg(long, value_name = "DURATION", default_value = "5m")]
    pub(crate) interval: DurationArg,

    /// Prints rules for alerts that go with these metrics, and reads no cluster
    #[arg(long, conflicts_with_all = ["textfile", "listen"])]
    pub(crate) rules: bool,

    #[command(flatten)]
    pub(crate) file: OutputFile,
}
