//! `sf-backup doctor`: checks the connection to a cluster step by step.

mod reach;
mod service;
mod step;
mod store;
mod system;

use sf_backup_hyper::tls::TlsConfig;
use sf_backup_proto::Endpoint;
use tokio::task::spawn_blocking;

use crate::cluster::context::CommandContext;
use crate::cluster::runtime::block_on;
use crate::connection::{Connection, Source};
use crate::options::context_name::ContextName;
use crate::options::global::ConnectionArgs;
use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::{Format, document};
use service::Examined;
use step::{Name, Step, Verdict};

/// How much is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    Full,
    /// One line for each endpoint, and the failed steps.
    Short,
}

/// Checks the connection that the arguments describe.
pub(crate) fn run(
    args: &ConnectionArgs,
    detail: Detail,
    context: CommandContext<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let connection = Connection::of(args, context.environment)?;
    let interruptible = terminal.console.interruptible;
    block_on(interruptible, None, all(&connection, detail, context.options.dry_run.is_some(), terminal))
}

/// Checks every endpoint.
async fn all(
    connection: &Connection,
    detail: Detail,
    dry_run: bool,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    connection.print_warnings(terminal);
    let store = connection.stored_client();
    let store =
        store.filter(|_| !dry_run).map(|(store, query)| store::step(&store, &query, (terminal.console.clock)()));
    let tls = match &store {
        // Without the certificate there are no TLS settings, so no request is sent.
        Some(step) if step.result == Verdict::Failed => None,
        _ => Some(connection.tls()?),
    };
    if let Some(tls) = &tls {
        if let Some(warning) = tls.warning() {
            terminal.warn(warning);
        }
        // Report settings that the client would reject before any request.
        connection.client(connection.builder(tls.clone()))?;
    }
    let mut steps = Vec::new();
    for endpoint in connection.endpoints.value.iter() {
        let mut found: Vec<Step> = store.iter().cloned().collect();
        if let Some(tls) = tls.as_ref().filter(|_| !dry_run) {
            found.extend(examine(connection, endpoint, tls).await?);
        }
        let found = completed(found, endpoint, dry_run);
        if terminal.options.format == Format::Table {
            terminal.remark(&endpoint_text(endpoint, &found, detail))?;
        }
        steps.extend(found);
    }
    let exit = worst(&steps);
    match terminal.options.format {
        Format::Table if exit == Exit::Done && detail == Detail::Full && !dry_run => {
            terminal.remark(&next(connection, &steps))?;
        }
        Format::Table => {}
        format => terminal.result(&document(format, &steps)?)?,
    }
    if exit == Exit::Done { Ok(()) } else { Err(Failure::AlreadyReported(exit)) }
}

async fn examine(connection: &Connection, endpoint: &Endpoint, tls: &TlsConfig) -> Result<Vec<Step>, Failure> {
    let (place, config) = (endpoint.clone(), tls.clone());
    let reached = spawn_blocking(move || reach::steps(&place, &config)).await;
    let mut steps = reached.map_err(|error| Failure::Other(format!("the check stopped: {error}")))?;
    if steps.iter().all(|step| step.result != Verdict::Failed) {
        steps.extend(Examined { connection, endpoint, tls }.steps().await?);
    }
    Ok(steps)
}

/// All steps in order; those that were not taken are skipped ones.
fn completed(found: Vec<Step>, endpoint: &Endpoint, dry_run: bool) -> Vec<Step> {
    let failed = found.iter().find(|step| step.result == Verdict::Failed).map(|step| step.name.as_str());
    let why = match failed {
        Some(name) => format!("{name} has failed"),
        None if dry_run => "--dry-run sends no requests".to_owned(),
        None => "not checked".to_owned(),
    };
    let mut found = found;
    let from_store = found.iter().any(|step| step.name == Name::CertificateStore);
    Name::ALL
        .into_iter()
        .filter(|name| from_store || *name != Name::CertificateStore)
        .map(|name| {
            let at = found.iter().position(|step| step.name == name);
            let step = at.map(|at| found.swap_remove(at)).unwrap_or_else(|| Step::skipped(name, why.clone()));
            Step { endpoint: endpoint.to_string(), ..step }
        })
        .collect()
}

fn endpoint_text(endpoint: &Endpoint, steps: &[Step], detail: Detail) -> String {
    let failed = || steps.iter().filter(|step| step.result == Verdict::Failed);
    match detail {
        Detail::Full => std::iter::once(format!("{endpoint}\n")).chain(steps.iter().map(Step::text)).collect(),
        Detail::Short if failed().next().is_none() => format!("{endpoint}  OK\n"),
        Detail::Short => std::iter::once(format!("{endpoint}\n")).chain(failed().map(Step::text)).collect(),
    }
}

/// The commands to continue with.
fn next(connection: &Connection, steps: &[Step]) -> String {
    let arguments = connection.arguments();
    // For plain http, nothing more can be checked.
    let unknown = steps.iter().any(|step| step.result == Verdict::Skipped && step.name != Name::Tls);
    let verdict = if unknown { "No check failed; some were skipped" } else { "All checks passed" };
    let mut text = format!("\n{verdict}. Next:\n");
    if matches!(connection.endpoints.source, Source::Context(_)) {
        text.push_str("  sf-backup app list\n  sf-backup policy list\n");
    } else {
        let name = suggested(connection.endpoints.value.first());
        text.push_str(&format!("  sf-backup context add {name} {arguments}\n  sf-backup context use {name}\n"));
        text.push_str("  sf-backup app list\n  sf-backup policy list\n");
    }
    text
}

/// A name of a context for an endpoint: the first label of its host, if that is meaningful.
fn suggested(endpoint: &Endpoint) -> String {
    let host = endpoint.host();
    let label = host.split('.').next().unwrap_or_default();
    let says_something = label.starts_with(|c: char| c.is_ascii_alphabetic());
    let name = if says_something { label } else { "cluster" };
    name.parse::<ContextName>().map_or_else(|_| "cluster".to_owned(), |name| name.to_string())
}

/// The worst result of the steps.
fn worst(steps: &[Step]) -> Exit {
    Exit::worst(steps.iter().map(|step| step.exit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_contexts_come_from_hosts() {
        for (url, name) in [
            ("https://prod.westeurope.cloudapp.azure.com:19080", "prod"),
            ("http://localhost:19080", "localhost"),
            ("http://127.0.0.1:19080", "cluster"),
            ("http://[::1]:19080", "cluster"),
        ] {
            assert_eq!(suggested(&url.parse().unwrap()), name);
        }
    }

    #[test]
    fn the_worst_step_decides() {
        let failed = |exit| Step::failed(Name::Writes, exit, "");
        assert_eq!(worst(&[]), Exit::Done);
        assert_eq!(worst(&[failed(Exit::NotAllowed), failed(Exit::Lacking)]), Exit::Lacking);
        assert_eq!(worst(&[failed(Exit::NotAllowed), failed(Exit::Unreachable)]), Exit::Unreachable);
        assert_eq!(worst(&[failed(Exit::Usage)]), Exit::Usage);
    }

    #[test]
    fn every_step_is_printed_with_the_reason_if_it_was_skipped() {
        let endpoint = Endpoint::local();
        let steps = completed(vec![Step::failed(Name::Port, Exit::Unreachable, "dead\u{1b}[2J")], &endpoint, false);
        assert_eq!(steps.iter().map(|step| step.name).collect::<Vec<_>>(), Name::ALL[1..]);
        let tls = &steps[2];
        assert_eq!((tls.result, &*tls.detail), (Verdict::Skipped, "port has failed"));
        assert!(!endpoint_text(&endpoint, &steps, Detail::Full).contains('\u{1b}'));
    }
}
