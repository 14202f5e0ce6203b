//! `sf-backup sim`

use std::net::SocketAddr;

use clap::Args;
use sf_backup_proto::Timestamp;
use sf_backup_sim::{Runtime, Speed};

use crate::input::Source;

/// Runs a simulated cluster until it is interrupted
///
/// It answers as a real cluster does, over plain HTTP and to everybody who can reach the address. What it holds is in memory
/// and ends with it. Once it accepts connections it prints one line, `listening on http://ADDR`, to standard output.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup sim
  sf-backup sim --listen 127.0.0.1:0 --runtime 6.2
  sf-backup sim --topology cluster.json
  sf-backup sim --speed 0x --control
  sf-backup sim --start 2026-11-27T08:00:00Z
  sf-backup sim --scenario trouble.toml

A topology, with the API's own member names:
  {\"Applications\": [{\"Name\": \"fabric:/CalcApp\", \"Services\": [
    {\"Name\": \"fabric:/CalcApp/CalcService\", \"ServiceKind\": \"Stateful\", \"HasPersistedState\": true, \"Partitions\": [
      {\"ServicePartitionKind\": \"Singleton\", \"Id\": \"6b1c2f7e-0000-4000-8000-000000000001\"}]}]}]}

A scenario, with the members of the orders below /$sim/; events count from the start of the cluster's time:
  Seed = 7
  [[Faults]]
  Operation = \"BackupPartition\"
  Status = 503
  [[Events]]
  At = \"PT2H\"
  FailOver = { Takes = \"PT30S\" }")]
pub(crate) struct Sim {
    /// Where to listen; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:19080")]
    pub(crate) listen: SocketAddr,

    /// The applications, services and partitions of the cluster, as JSON or YAML; without it there is fabric:/CalcApp with
    /// fabric:/CalcApp/CalcService in two partitions
    #[arg(long, value_name = "FILE")]
    pub(crate) topology: Option<Source>,

    /// The release of the runtime to behave like: 6.2, 6.4 or 11.3
    #[arg(long, value_name = "V", default_value = "6.4")]
    pub(crate) runtime: Runtime,

    /// How fast the cluster's time runs: 1x as real time does, 60x an hour in a minute, 0x only when told to with --control
    #[arg(long, value_name = "FACTOR", default_value = "1x")]
    pub(crate) speed: Speed,

    /// When the cluster's time begins, such as 2026-11-27T08:00:00Z; the scenario's start if not set, else now
    #[arg(long, value_name = "TIME")]
    pub(crate) start: Option<Timestamp>,

    /// What goes wrong, and what happens when, as TOML
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<Source>,

    /// Take orders below /$sim/: let time pass, make things fail, tell what happened; GET /$sim/ lists them
    #[arg(long)]
    pub(crate) control: bool,
}
