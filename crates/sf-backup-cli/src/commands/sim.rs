//! `sf-backup sim`: a simulated cluster on a socket.

mod control;
mod orders;
mod topology;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use sf_backup_proto::Timestamp;
use sf_backup_sim::topology::Size;
use sf_backup_sim::{BuiltIn, Cluster, Runtime, Speed, StateError, Topology, listen};
use tokio::net::TcpListener;

use crate::cluster::context::CommandContext;
use crate::cluster::input;
use crate::cluster::runtime::{Interrupts, runtime};
use crate::options::files::Source;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

/// Arguments of `sf-backup sim`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  sf-backup sim
  sf-backup sim advance 2d
  sf-backup sim status
  sf-backup sim fail policy Nightly
  sf-backup sim --listen 127.0.0.1:0 --runtime 6.2
  sf-backup sim --topology cluster.json
  sf-backup sim --generate 10x100x100
  sf-backup sim --speed 0x
  sf-backup sim --start 2026-11-27T08:00:00Z
  sf-backup sim --scenario trouble.toml
  sf-backup sim --scenario silent-stop
  sf-backup sim --state cluster.state
  sf-backup sim --explorer /opt/sfx
  sf-backup sim export > fixture.state

A topology, with the API's own member names:
  {\"Applications\": [{\"Name\": \"fabric:/CalcApp\", \"Services\": [
    {\"Name\": \"fabric:/CalcApp/CalcService\", \"ServiceKind\": \"Stateful\", \"HasPersistedState\": true, \"Partitions\": [
      {\"ServicePartitionKind\": \"Singleton\", \"Id\": \"6b1c2f7e-0000-4000-8000-000000000001\"}]}]}]}

A scenario, with the members of the requests under /$sim/; events count from the start of the cluster's time:
  Seed = 7
  [[Faults]]
  Operation = \"BackupPartition\"
  Status = 503
  [[Events]]
  At = \"PT2H\"
  FailOver = { Takes = \"PT30S\" }"
)]
pub(crate) struct Sim {
    #[command(subcommand)]
    pub(crate) verb: Option<orders::SimCommand>,

    #[command(flatten)]
    pub(crate) serve: Serve,
}

/// How a simulated cluster runs.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:19080")]
    pub(crate) listen: SocketAddr,

    /// The applications, services and partitions of the cluster, as JSON or YAML; the default has fabric:/CalcApp and
    /// fabric:/Shop with four services and ten partitions
    ///
    /// A file over 4 MiB must be JSON. At most 2,000,000 partitions and 512 MiB are accepted.
    #[arg(long, value_name = "FILE")]
    pub(crate) topology: Option<Source>,

    /// Generate a cluster with this many applications, services per application and partitions per service, such as
    /// 10x100x100
    #[arg(long, hide_short_help = true, value_name = "SIZE", conflicts_with = "topology")]
    pub(crate) generate: Option<Size>,

    /// Runtime release to simulate: 6.2, 6.4 or 11.3; the default is 6.4
    #[arg(long, value_name = "V")]
    pub(crate) runtime: Option<Runtime>,

    /// Speed of the cluster's time: 1x = real time, 60x = an hour per minute, 0x = only by 'sim advance'
    #[arg(long, value_name = "FACTOR", default_value = "1x")]
    pub(crate) speed: Speed,

    /// Start of the cluster's time, such as 2026-11-27T08:00:00Z; the default is the scenario's start, or now
    #[arg(long, value_name = "TIME")]
    pub(crate) start: Option<Timestamp>,

    /// A scenario file (TOML) with faults and events by time, or a built-in scenario: failover, quorum-loss, silent-stop,
    /// slow-backups, stuck-restore or unreadable-storage
    ///
    /// Built-in scenarios protect fabric:/CalcApp with the policy Hourly. failover: the backup service moves for two
    /// minutes, and the primary of a partition for ten. quorum-loss: a partition loses its quorum for two hours.
    /// silent-stop: periodic backups stop after six hours while everything reports healthy. slow-backups: a full backup
    /// takes 90 minutes. stuck-restore: a partition loses its data after three hours, and the next restore never starts.
    /// unreadable-storage: the share is unreadable from three to nine hours after the start.
    #[arg(long, value_name = "FILE|NAME")]
    pub(crate) scenario: Option<Source>,

    /// Keep the state in this file: policies, enablement, suspensions, backups and the time
    ///
    /// If the file exists, the cluster continues from it, and other options for the setup must be the same or left out.
    /// Every change is saved before its response is sent. A damaged file is refused and kept as it is. The file
    /// contains the secrets of policies.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,

    /// Serve this folder at /Explorer/, such as a Service Fabric Explorer that was built or copied from a node
    #[arg(long, hide_short_help = true, value_name = "FOLDER")]
    pub(crate) explorer: Option<PathBuf>,

    /// Accept control commands such as 'sim advance' and 'sim fail' from anyone who can reach the address; the default
    /// on loopback
    ///
    /// Control requests are below /$sim/; GET /$sim/ lists them. A browser shows the cluster at /.
    #[arg(long, overrides_with = "no_control")]
    pub(crate) control: bool,

    /// Refuse control commands; the default on other addresses
    #[arg(long)]
    pub(crate) no_control: bool,
}

impl Serve {
    /// Whether it accepts control requests.
    pub(crate) fn takes_orders(&self) -> bool {
        self.control || (self.listen.ip().is_loopback() && !self.no_control)
    }
}

pub(crate) fn run(sim: Sim, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    match sim.verb {
        Some(verb) => orders::run(&verb, context, terminal),
        None => runtime()?.block_on(serve(sim.serve, terminal)),
    }
}

/// The built-in scenario with this name, unless there is a file with it.
fn built_in(source: &Source) -> Option<&'static BuiltIn> {
    match source {
        Source::File(path) if !path.exists() => BuiltIn::named(path.to_str()?),
        Source::File(_) | Source::Standard => None,
    }
}

/// Serves until the process is interrupted.
async fn serve(sim: Serve, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let interruptible = terminal.console.interruptible;
    // A process that reports that it listens can be stopped.
    let mut interrupts = if interruptible { Interrupts::by_anybody() } else { Interrupts::none() };
    let mut cluster = Cluster::builder().speed(sim.speed).default_start(terminal.now()).recorded();
    if let Some(runtime) = sim.runtime {
        cluster = cluster.runtime(runtime);
    }
    if sim.takes_orders() {
        cluster = cluster.control();
    }
    // A state file contains the topology.
    if !sim.state.as_ref().is_some_and(|file| file.exists()) {
        cluster = cluster.topology(Topology::sample());
    }
    if let Some(folder) = &sim.explorer {
        if !folder.join("index.html").is_file() {
            return Err(Failure::Usage(format!("--explorer {}: it has no index.html", folder.display())));
        }
        cluster = cluster.explorer(folder);
    }
    if let Some(size) = sim.generate {
        cluster = cluster.topology(Topology::generate(size));
    }
    if let Some(source) = &sim.topology {
        cluster = cluster.topology(topology::read(source, terminal.console.input)?);
    }
    if let Some(source) = &sim.scenario {
        let text = match built_in(source) {
            Some(scenario) => scenario.text.to_owned(),
            None => input::contents(source, terminal.console.input)?,
        };
        cluster = cluster.scenario(&text).map_err(|error| Failure::Usage(format!("{source}: {error}")))?;
    }
    // Options take precedence over a file.
    if let Some(start) = sim.start {
        cluster = cluster.start(start);
    }
    let cluster = match &sim.state {
        None => cluster.build(),
        Some(file) => cluster.open_state(file).map_err(|error| {
            let problem = format!("--state {}: {error}", file.display());
            if matches!(error, StateError::Io(_)) { Failure::Other(problem) } else { Failure::Usage(problem) }
        })?,
    };
    let failed = |error| Failure::Other(format!("--listen {}: cannot listen: {error}", sim.listen));
    let listener = TcpListener::bind(sim.listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    if !address.ip().is_loopback() {
        terminal.warn("anyone who can reach this address can use the simulated cluster");
    }
    terminal.result(&format!("listening on http://{address}\n"))?;
    tokio::select! {
        served = listen::serve(cluster.clone(), listener) => served.map_err(|error| Failure::Other(error.to_string()))?,
        () = interrupts.any() => {}
    }
    let unsaved = |error| Failure::Other(format!("the time of the cluster could not be saved: {error}"));
    cluster.save().map_err(unsaved)
}
