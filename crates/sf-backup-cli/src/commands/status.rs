//! `sf-backup status`

use std::time::Duration;

use clap::Args;
use serde::Serialize;
use sf_backup_ops::audit::{Audit, Day, Problem, ServiceOverview, State, Verdict};
use sf_backup_proto::GetBackupPolicyList;

use crate::cluster::context::CommandContext;
use crate::cluster::readings::{self, Plan};
use crate::cluster::runtime::Waiter;
use crate::cluster::session::Session;
use crate::cluster::subject::Subject;
use crate::options::duration::DurationArg;
use crate::options::scope::AuditScope;
use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::{Format, audit, document};

/// Arguments of `sf-backup status`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup status
  sf-backup status Shop
  sf-backup status Shop/Cart --watch=10s")]
pub(crate) struct Status {
    /// An application, a service or a partition (its id, the first 8 digits or more, or a name such as Shop/Cart#3); if not
    /// given, the whole cluster
    #[arg(value_name = "SCOPE", conflicts_with_all = ["app", "service", "partition"])]
    pub(crate) scope: Option<String>,

    #[command(flatten)]
    pub(crate) part: AuditScope,

    /// Refresh the screen at this interval until Ctrl-C; 30 seconds if not given
    #[arg(long, value_name = "DURATION", num_args = 0..=1, default_missing_value = "30s", require_equals = true)]
    pub(crate) watch: Option<DurationArg>,
}

/// Moves the cursor to the top and clears the screen.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J";

pub(crate) fn run(args: &Status, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let watch = args.watch.map(DurationArg::length);
    let shows_screen = terminal.console.width.is_some() && terminal.options.format == Format::Table;
    if watch.is_some() && !shows_screen {
        return Err(Failure::usage("--watch needs a terminal and the table format"));
    }
    let interruptible = terminal.console.interruptible;
    let scope = match &args.scope {
        Some(text) => Subject::read(text, "<SCOPE>", context, terminal)?.into(),
        None => readings::scope(&args.part, context, terminal)?,
    };
    let mut session = context.session(None, terminal)?;
    let mut plan = Plan::new(&args.part, scope, session.terminal().clock.clone());
    plan.history = Duration::from_secs(86_400 * (ServiceOverview::DAYS as u64));
    // A dry run shows the first of many requests.
    if !session.begin(&GetBackupPolicyList::new(), "status", None)? {
        return Ok(());
    }
    let waiter = Waiter::new()?;
    let read = |session: &mut Session<'_, '_>, pause: Duration| {
        waiter.block_on(interruptible, None, async {
            tokio::time::sleep(pause).await;
            readings::read_patiently(&plan, session).await
        })
    };
    let mut audit = read(&mut session, Duration::ZERO)?;
    if let Some(pause) = watch {
        loop {
            session.terminal().painted(CLEAR)?;
            show(&audit, session.terminal())?;
            audit = match read(&mut session, pause) {
                Ok(audit) => audit,
                Err(Failure::Interrupted { .. }) => break,
                Err(failure) => return Err(failure),
            };
        }
    } else {
        show(&audit, session.terminal())?;
    }
    match audit.summary().verdict() {
        Verdict::Protected => Ok(()),
        Verdict::Unprotected => Err(Failure::Verdict(Exit::Unprotected)),
        Verdict::Unknown => Err(Failure::Verdict(Exit::Undetermined)),
    }
}

fn show(found: &Audit, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let (services, problems) = (found.services(), found.problems());
    if terminal.options.format != Format::Table {
        let view = StatusView::of(found, &services, &problems);
        return terminal.result(&document(terminal.options.format, &view)?);
    }
    let view = terminal.view();
    terminal.tables(&[audit::services(&services, true, &view), audit::problems(found, &problems, &view)])?;
    terminal.remark(&format!("\n{}\n", found.summary()))
}

/// The status as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct StatusView {
    seen_utc: String,
    services: Vec<ServiceView>,
    problems: Vec<ProblemView>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ServiceView {
    application_name: String,
    service_name: String,
    partitions: usize,
    states: Vec<StateCount>,
    last_backup_utc: Option<String>,
    due_utc: Option<String>,
    days: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct StateCount {
    state: &'static str,
    count: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProblemView {
    state: &'static str,
    reason: String,
    reason_code: &'static str,
    service_name: Option<String>,
    partitions: Vec<PartitionView>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PartitionView {
    partition_id: String,
    partition_name: String,
}

impl StatusView {
    fn of(audit: &Audit, services: &[ServiceOverview], problems: &[Problem<'_>]) -> Self {
        let gaps = audit.gaps.iter().map(|gap| ProblemView {
            state: State::Unknown.name(),
            reason: gap.unread.message.clone(),
            reason_code: "Unread",
            service_name: gap.entity.clone(),
            partitions: Vec::new(),
        });
        Self {
            seen_utc: audit.now.to_string(),
            services: services.iter().map(ServiceView::from).collect(),
            problems: gaps.chain(problems.iter().filter_map(ProblemView::of)).collect(),
        }
    }
}

impl From<&ServiceOverview> for ServiceView {
    fn from(one: &ServiceOverview) -> Self {
        let counts =
            State::ALL.into_iter().map(|state| StateCount { state: state.name(), count: one.summary.count(state) });
        Self {
            application_name: one.application.to_string(),
            service_name: one.service.to_string(),
            partitions: one.summary.total(),
            states: counts.filter(|one| one.count > 0).collect(),
            last_backup_utc: one.last_backup.map(|at| at.to_string()),
            due_utc: one.due.map(|at| at.to_string()),
            days: one.days.iter().copied().map(Day::name).collect(),
        }
    }
}

impl ProblemView {
    fn of(problem: &Problem<'_>) -> Option<Self> {
        let first = problem.partitions.first()?;
        let partition = |one: &&sf_backup_ops::audit::Assessment| PartitionView {
            partition_id: one.partition.id.to_string(),
            partition_name: one.partition.name.clone(),
        };
        Some(Self {
            state: first.state.name(),
            reason: first.reason.to_string(),
            reason_code: first.reason.name(),
            service_name: Some(first.partition.service.to_string()),
            partitions: problem.partitions.iter().map(partition).collect(),
        })
    }
}
