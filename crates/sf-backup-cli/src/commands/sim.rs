//! `sf-backup sim`: a simulated cluster on a socket.

pub(crate) mod args;
mod control;
pub(crate) mod orders;
mod topology;

use sf_backup_sim::{Cluster, Topology, listen};
use tokio::net::TcpListener;

use crate::cluster::input;
use crate::cluster::interrupt::Interrupts;
use crate::commands::sim::args::Serve;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

/// Serves until the process is asked to end.
pub(crate) async fn run(sim: Serve, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let interruptible = terminal.console.interruptible;
    // Whoever has read that it listens may end it.
    let mut interrupts = if interruptible { Interrupts::by_anybody() } else { Interrupts::none() };
    let mut cluster =
        Cluster::builder().runtime(sim.runtime).speed(sim.speed).start(terminal.now()).topology(Topology::sample());
    if sim.takes_orders() {
        cluster = cluster.control();
    }
    if let Some(size) = sim.generate {
        cluster = cluster.topology(Topology::generate(size));
    }
    if let Some(source) = &sim.topology {
        cluster = cluster.topology(topology::read(source, terminal.console.input)?);
    }
    if let Some(source) = &sim.scenario {
        let text = input::contents(source, terminal.console.input)?;
        cluster = cluster.scenario(&text).map_err(|error| Failure::Usage(format!("{source}: {error}")))?;
    }
    // What is typed wins over what a file says.
    if let Some(start) = sim.start {
        cluster = cluster.start(start);
    }
    let failed = |error| Failure::Other(format!("--listen {}: cannot listen: {error}", sim.listen));
    let listener = TcpListener::bind(sim.listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    if !address.ip().is_loopback() {
        terminal.warn("anyone who can reach this address can use the simulated cluster");
    }
    terminal.result(&format!("listening on http://{address}\n"))?;
    tokio::select! {
        served = listen::serve(cluster.build(), listener) => served.map_err(failed),
        () = interrupts.any() => Ok(()),
    }
}
