//! `sf-backup audit`

mod notify;

use std::collections::BTreeMap;
use std::time::Duration;

use clap::{Args, ValueEnum};
use sf_backup_ops::audit::{self, Clock, Finding, PartitionView, State, Verdict};
use sf_backup_ops::duration;
use sf_backup_ops::report::{self, NagiosStatus, Origin};
use sf_backup_proto::GetBackupPolicyList;

use crate::cluster::configuration::save_again;
use crate::cluster::context::CommandContext;
use crate::cluster::drill_history::DrillHistories;
use crate::cluster::policy_gate;
use crate::cluster::readings::{self, Plan};
use crate::cluster::runtime::block_on;
use crate::options::files::OutputFile;
use crate::options::scope::{AuditScope, Scope};
use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::table::Record;
use crate::output::render::{self, Format, document};
use notify::Notify;

/// Arguments of `sf-backup audit`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup audit
  sf-backup audit --app fabric:/CalcApp --max-age 26h
  sf-backup audit --all
  sf-backup audit --state Stale --state Failing
  sf-backup -o json audit --service fabric:/CalcApp/CalcService
  sf-backup audit --report html -f audit.html
  sf-backup audit --report html --drill-history drill.yaml.history -f audit.html
  sf-backup audit --notify env:WEBHOOK_URL --notify-state audit.state --notify-format teams")]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) part: AuditScope,

    /// Show every partition, worst first, instead of services and problems; -o wide, json and yaml always do
    #[arg(long, conflicts_with_all = ["states", "report"])]
    pub(crate) all: bool,

    /// Show only partitions in this state; may be repeated. The exit code still reflects all partitions
    #[arg(long = "state", value_name = "STATE", ignore_case = true)]
    pub(crate) states: Vec<State>,

    /// Print a report instead of the -o format
    #[arg(long, value_name = "FORM", conflicts_with = "states")]
    pub(crate) report: Option<Report>,

    #[command(flatten)]
    pub(crate) drills: DrillHistories,

    #[command(flatten)]
    pub(crate) notify: Notify,

    #[command(flatten)]
    pub(crate) file: OutputFile,
}

/// Formats of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Report {
    /// JUnit XML, one test case per partition
    Junit,
    /// Nagios plugin output with performance data; the exit code is 0 (protected), 1 (pending), 2 (not protected) or 3
    /// (unknown, or the cluster cannot be reached), even if the notification fails
    Nagios,
    /// Markdown, for tickets
    Markdown,
    /// One HTML page with a timeline of every partition's backups
    Html,
}

pub(crate) fn run(args: &Audit, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let result = make(args, context, terminal);
    if args.report != Some(Report::Nagios) {
        return result;
    }
    match result {
        // The line was printed.
        Ok(()) | Err(Failure::Verdict(_) | Failure::Output(_)) => result,
        Err(failure) => {
            let problem = failure.report().map(|report| report.line().to_owned()).unwrap_or_default();
            plugin_failed(&problem, terminal)
        }
    }
}

/// The output for a monitor if there is no audit.
pub(crate) fn plugin_failed(problem: &str, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    terminal.result(&report::nagios_failed(problem))?;
    Err(Failure::Verdict(plugin_exit(NagiosStatus::Unknown)))
}

/// The exit code of a plugin, 0 to 3, whatever these codes mean elsewhere.
fn plugin_exit(status: NagiosStatus) -> Exit {
    match status {
        NagiosStatus::Ok => Exit::Done,
        NagiosStatus::Warning => Exit::Failed,
        NagiosStatus::Critical => Exit::Usage,
        NagiosStatus::Unknown => Exit::NotFound,
    }
}

fn make(args: &Audit, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    args.notify.check()?;
    if args.report != Some(Report::Html) && !args.drills.is_empty() {
        return Err(Failure::usage("--drill-history <FILE>: requires --report html"));
    }
    let interruptible = terminal.console.interruptible;
    let scope = readings::scope(&args.part, context, terminal)?;
    let mut session = context.session(None, terminal)?;
    let plan = Plan::new(&args.part, scope, session.terminal().clock.clone());
    // A dry run shows the first of many requests.
    if !session.begin(&GetBackupPolicyList::new(), "audit", None)? {
        return Ok(());
    }
    let audit = block_on(interruptible, None, async { readings::read_patiently(&plan, &mut session).await })?;
    // The page contains the release.
    let runtime = match args.report {
        Some(Report::Html) => {
            block_on(interruptible, None, async { Ok(policy_gate::runtime(session.client()).await) })?
        }
        _ => None,
    };
    let origin = session.origin(runtime);
    let terminal = session.terminal();
    if args.report == Some(Report::Nagios) {
        return plugin(args, &audit, &plan.scope, &origin, terminal);
    }
    show(args, &audit, &origin, terminal)?;
    if let Some(problem) = args.notify.send_changes(&audit, &plan.scope, &origin, terminal)? {
        terminal.side_failures.add(Exit::NotNotified, problem);
    }
    match audit.summary().verdict() {
        Verdict::Protected => Ok(()),
        Verdict::Unprotected => Err(Failure::Verdict(Exit::Unprotected)),
        Verdict::Unknown => Err(Failure::Verdict(Exit::Undetermined)),
    }
}

/// Prints the line of a monitoring plugin. It reports a failed notification if there is no worse problem.
fn plugin(
    args: &Audit,
    audit: &audit::Audit,
    scope: &Scope,
    origin: &Origin,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let problem = args.notify.send_changes(audit, scope, origin, terminal)?;
    match (NagiosStatus::of(audit), problem) {
        (NagiosStatus::Ok, Some(problem)) => return plugin_failed(&problem, terminal),
        (_, Some(problem)) => terminal.side_failures.add(Exit::NotNotified, problem),
        (_, None) => {}
    }
    show(args, audit, origin, terminal)?;
    match plugin_exit(NagiosStatus::of(audit)) {
        Exit::Done => Ok(()),
        exit => Err(Failure::Verdict(exit)),
    }
}

fn show(args: &Audit, audit: &audit::Audit, origin: &Origin, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if let Some(form) = args.report {
        let text = match form {
            Report::Junit => report::junit(audit),
            Report::Nagios => report::nagios(audit),
            Report::Markdown => report::markdown(audit),
            Report::Html => report::html(audit, &args.drills.read(terminal), origin),
        };
        return terminal.result(&text);
    }
    let wanted = |state: State| args.states.is_empty() || args.states.contains(&state);
    match terminal.options.format {
        Format::Table => {
            let view = terminal.view();
            if args.all || view.wide || !args.states.is_empty() {
                terminal.table(&render::audit::partitions(audit, wanted, &view))?;
            } else {
                let (services, problems) = (audit.services(), audit.problems());
                terminal.tables(&[
                    render::audit::services(&services, false, &view),
                    render::audit::problems(audit, &problems, &view),
                ])?;
                terminal.remark("\n")?;
            }
            // The summary is part of the result.
            terminal.remark(&format!("{}\n", audit.summary()))?;
            terminal.remark_record(&causes(audit, wanted, terminal))?;
            advise(audit, terminal);
            Ok(())
        }
        format => {
            let view: Vec<PartitionView> =
                PartitionView::of(audit).filter(|(state, _)| wanted(*state)).map(|(_, view)| view).collect();
            terminal.result(&document(format, &view)?)
        }
    }
}

/// The reasons that the table may truncate, each once; empty if it truncates none.
fn causes(audit: &audit::Audit, wanted: impl Fn(State) -> bool, terminal: &Terminal<'_>) -> Record {
    let mut counts: BTreeMap<(State, String), usize> = BTreeMap::new();
    let cuts = terminal.console.width.is_some() && !terminal.options.wide;
    let serious = |state: State| state != State::NotCovered && (state.is_unprotected() || state == State::Unknown);
    for assessed in audit.partitions.iter().filter(|one| cuts && serious(one.state) && wanted(one.state)) {
        *counts.entry((assessed.state, assessed.reason.to_string())).or_default() += 1;
    }
    counts.iter().fold(Record::default(), |record, ((state, reason), count)| {
        let partitions = if *count == 1 { "1 partition".to_owned() } else { format!("{count} partitions") };
        record.prose(state.name(), Some(format!("{partitions}: {reason}")))
    })
}

/// Prints the advice for findings that have some, once per policy, and the clock if it is not the cluster's.
fn advise(audit: &audit::Audit, terminal: &mut Terminal<'_>) {
    let findings = audit.partitions.iter().flat_map(|one| &one.findings);
    let stopped = findings.filter_map(|finding| match finding {
        Finding::PolicyStopped(policy) => Some((policy, finding)),
        _ => None,
    });
    for (policy, finding) in stopped.collect::<BTreeMap<_, _>>() {
        terminal.hint(&format!("{finding}: {}", save_again(policy)));
    }
    match audit.clock {
        Clock::Local => terminal.note("the responses have no Date header; ages use the clock of this machine"),
        Clock::Cluster { ahead } if ahead.unsigned_abs() >= SKEW => {
            let which = if ahead > 0 { "ahead of" } else { "behind" };
            terminal.warn(&format!(
                "the cluster's clock is {} {which} that of this machine; ages use the cluster's clock",
                duration::measured(Duration::from_secs(ahead.unsigned_abs()))
            ));
        }
        Clock::Cluster { .. } => {}
    }
}

/// A larger difference between the clocks, in seconds, is mentioned.
const SKEW: u64 = 300;
