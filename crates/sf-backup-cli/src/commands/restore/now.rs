//! `sf-backup restore now`: creates a plan, shows it, confirms it once, and runs it.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use sf_backup_ops::inventory::without_scheme;
use sf_backup_ops::restore::Plan;

use super::Now;
use super::plan::{Made, Planning, print_plan};
use super::run::{Job, journal_beside};
use crate::cluster::context::CommandContext;
use crate::cluster::runtime::block_on;
use crate::connection::environment::Environment;
use crate::options::command_line::CommandLine;
use crate::options::files::Source;
use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::Failure;

const VERB: &str = "restore now";
/// Number of partitions whose backups are listed concurrently.
const LISTED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);

pub(crate) fn run(args: &Now, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if let Some(path) = args.plan.as_ref().filter(|path| path.exists()) {
        let again = resume(args, path, context).line();
        return Err(Failure::Usage(format!("--plan {}: already exists; run it with: {again}", path.display())));
    }
    let mut planning = Planning::read(&args.choice, LISTED, context, terminal)?;
    let interruptible = terminal.console.interruptible;
    let mut session = context.session(planning.document.take(), terminal)?;
    session.open_log()?;
    if !planning.begin(VERB, &mut session)? {
        return Ok(());
    }
    let Made { plan, notes, unlisted, now, file } = block_on(interruptible, None, planning.make(&mut session))?;
    print_plan(&plan, &notes, now, terminal);
    // An incomplete restore requires --partial.
    if plan.restores.is_empty() || !plan.missing.is_empty() && !args.how.partial {
        if !plan.restores.is_empty() {
            terminal.hint("--partial restores only the partitions that have a backup");
        }
        return Err(Failure::AlreadyReported(if unlisted == Exit::Done { Exit::NotFound } else { unlisted }));
    }
    let path = args.plan.clone().unwrap_or_else(|| free_name(&plan, context.environment));
    let journal = args.how.journal.clone().unwrap_or_else(|| journal_beside(&path));
    let job = Job {
        verb: VERB,
        command: resume(args, &path, context),
        source: "the plan".to_owned(),
        plan,
        file,
        journal,
        how: &args.how,
        retry_failed: false,
        keep: Some(path),
        reports: true,
    };
    job.carry_out(context, terminal)?.result
}

/// The command that resumes it, with every given option.
fn resume(args: &Now, plan: &Path, context: CommandContext<'_>) -> CommandLine {
    let how = &args.how;
    let mut words = vec!["restore".to_owned(), "run".to_owned(), plan.display().to_string()];
    let mut option = |name: &str, value: String| words.extend([name.to_owned(), value]);
    if let Some(journal) = &how.journal {
        option("--journal", journal.display().to_string());
    }
    option("--parallel", how.parallel.to_string());
    if let Some(minutes) = how.restore_timeout {
        option("--restore-timeout", minutes.to_string());
    }
    if let Some(Source::File(path)) = &args.choice.from_storage {
        option("--from-storage", path.display().to_string());
    }
    for (given, flag) in [(how.keep_going, "--keep-going"), (how.partial, "--partial"), (context.options.yes, "--yes")]
    {
        words.extend(given.then(|| flag.to_owned()));
    }
    context.typed.other(words)
}

/// A new file name in this folder: `restore-Shop-Cart-2024-03-09T12-00-00Z.yaml`.
fn free_name(plan: &Plan, environment: &Environment) -> PathBuf {
    let service = plan.restores.first().map(|restore| restore.service.to_string()).unwrap_or_default();
    let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '-' };
    let service: String = without_scheme(&service).chars().take(60).map(plain).collect();
    let created = plan.created.to_string().replace(':', "-");
    let name = |number: u32| match number {
        1 => environment.in_folder(&format!("restore-{service}-{created}.yaml")),
        number => environment.in_folder(&format!("restore-{service}-{created}-{number}.yaml")),
    };
    (1..100).map(name).find(|path| !path.exists() && !journal_beside(path).exists()).unwrap_or_else(|| name(100))
}
