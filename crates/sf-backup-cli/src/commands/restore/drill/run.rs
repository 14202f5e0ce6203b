//! `sf-backup drill run`

use sf_backup_ops::drill::{Drill, DrillOutcome, DrillRecord};
use sf_backup_ops::restore::{Limits, Plan, Run as RestoreRun};

use super::super::plan::{Made, Planning, print_plan};
use super::super::run::{Carried, Job};
use super::super::storage_file::StorageFile;
use super::super::{Choice, How};
use super::state::DrillState;
use super::{LISTED, Run, probe, refused, service, table};
use crate::cluster::context::CommandContext;
use crate::cluster::input;
use crate::cluster::runtime::block_on;
use crate::cluster::session::Session;
use crate::options::files::Source;
use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::{Format, document};

const VERB: &str = "drill run";

/// The restores of a drill.
enum Work {
    /// A plan, and whether an earlier run has started it.
    Plan { plan: Box<Plan>, file: Option<StorageFile>, resumed: bool },
    /// The plan lacks backups, so nothing is restored: the drill has failed already.
    Lacking { plan: Box<Plan>, exit: Exit },
}

pub(super) fn run(args: &Run, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    terminal.check_sort(table::PARTITION_COLUMNS)?;
    let source = Source::File(args.files.file.clone());
    let value = input::value(&source, terminal.console.input)?;
    let drill = Drill::read(&value).map_err(|error| Failure::Usage(format!("{source}: {error}")))?;
    drill.check_file().map_err(|refusal| refused(&source, &refusal))?;
    let choice = choice(args, &drill);
    let mut planning = Planning::read(&choice, LISTED, context, terminal)?;
    let document = planning.document.take();
    let mut session = context.session(document, terminal)?;
    if !planning.begin(VERB, &mut session)? {
        return Ok(());
    }
    session.open_log()?;
    let mut state = DrillState::open(&args.files.history(), session.terminal())?;
    let work = prepare(&drill, &source, planning, &state, &mut session)?;
    let (plan, carried) = match work {
        Work::Lacking { plan, exit } => {
            let run = RestoreRun::new((*plan).clone(), &[], Limits::default());
            let lines = run.map_err(|error| Failure::Other(error.to_string()))?.lines();
            (plan, Carried { lines, over: true, result: Err(Failure::AlreadyReported(exit)) })
        }
        Work::Plan { plan, file, resumed } => {
            let how = how(args);
            let job = Job {
                verb: VERB,
                plan: (*plan).clone(),
                source: state.plan().display().to_string(),
                file,
                journal: state.journal(),
                how: &how,
                retry_failed: false,
                command: context.typed.clone(),
                keep: (!resumed).then(|| state.plan()),
                reports: false,
            };
            let carried = job.carry_out(context, terminal)?;
            (plan, carried)
        }
    };
    if !carried.over {
        return carried.result;
    }
    let mut record = DrillRecord::of(&drill, &plan, &carried.lines, terminal.now());
    if record.outcome.is_success() {
        record = probe::run(&drill.probe, args.probe_timeout.length(), record, terminal)?;
    }
    state.add(&record)?;
    if record.outcome != DrillOutcome::Unfinished {
        state.clear()?;
    }
    show(&record, terminal)?;
    match record.outcome {
        DrillOutcome::ProbeFailed => Err(Failure::AlreadyReported(Exit::ProbeFailed)),
        _ => carried.result,
    }
}

/// Checks the two services, and reads or creates the plan. Changes nothing yet.
fn prepare(
    drill: &Drill,
    source: &Source,
    planning: Planning<'_>,
    state: &DrillState,
    session: &mut Session<'_, '_>,
) -> Result<Work, Failure> {
    let interruptible = session.terminal().console.interruptible;
    let client = session.client().clone();
    let reading = async { Ok((service(&client, &drill.service).await?, service(&client, &drill.scratch).await?)) };
    let (from, into) = block_on(interruptible, None, session.patiently(reading))?;
    drill.check(&from, &into).map_err(|refusal| refused(source, &refusal))?;
    let path = state.plan();
    if let Some(plan) = state.interrupted(session.terminal())? {
        drill.check_plan(&plan).map_err(|refusal| refused(&path.display(), &refusal))?;
        session.terminal().note(&format!("resuming the drill of {}, whose plan is {}", plan.created, path.display()));
        return Ok(Work::Plan { plan: Box::new(plan), file: planning.into_file(), resumed: true });
    }
    let Made { plan, notes, unlisted, now, file } = block_on(interruptible, None, planning.make(session))?;
    print_plan(&plan, &notes, now, session.terminal());
    drill.check_plan(&plan).map_err(|refusal| refused(source, &refusal))?;
    let plan = Box::new(plan);
    if plan.missing.is_empty() {
        return Ok(Work::Plan { plan, file, resumed: false });
    }
    let exit = if unlisted == Exit::Done { Exit::NotFound } else { unlisted };
    Ok(Work::Lacking { plan, exit })
}

fn choice(args: &Run, drill: &Drill) -> Choice {
    Choice {
        service: Some(drill.service.clone()),
        app: None,
        partition: None,
        latest: args.at.is_none(),
        at: args.at,
        into: Some(drill.scratch.to_string()),
        from_storage: args.from_storage.clone(),
        from_policy: args.from_policy.clone(),
        source_service: None,
        source_app: None,
        force: args.force,
    }
}

fn how(args: &Run) -> How {
    How {
        journal: None,
        parallel: args.parallel,
        // A drill tries every partition.
        keep_going: true,
        partial: false,
        restore_timeout: args.restore_timeout,
    }
}

fn show(record: &DrillRecord, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    match terminal.options.format {
        Format::Table => {
            terminal.one_of_tables(&table::partitions(record))?;
            terminal.remark(&format!("{}\n", table::summary(record)))
        }
        format => terminal.result(&document(format, record)?),
    }
}
