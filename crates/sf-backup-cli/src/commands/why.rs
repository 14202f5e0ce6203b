//! `sf-backup why`: explains the effective policy and suspension of an entity, and when its next backup is due.

mod reader;
mod subject;
mod view;

use clap::Args;
use sf_backup_ops::audit::{BackupEvent, Trouble};
use sf_backup_ops::effective_policy::{EffectivePolicy, Path};
use sf_backup_ops::schedule::NextRun;
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::configuration::BackupConfigurationInfo;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::progress::{BackupProgressInfo, RestoreProgressInfo};

use crate::cluster::context::CommandContext;
use crate::cluster::runtime::block_on;
use crate::cluster::subject::Subject;
use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::Format;
use reader::WhyReader;
use view::WhyView;

/// Arguments of `sf-backup why`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup why 6b1c2f7e-0000-4000-8000-000000000001
  sf-backup why fabric:/CalcApp/CalcService
  sf-backup -o json why CalcApp")]
pub(crate) struct Why {
    /// A service, an application or a partition (its id, the first 8 digits or more, or a name such as Shop/Cart#3)
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

/// The explanation of an entity.
#[derive(Debug)]
struct Explanation {
    path: Path,
    effective: EffectivePolicy,
    policy: Option<BackupPolicyDescription>,
    /// The items below it with their own policy or suspension.
    overrides: Vec<BackupConfigurationInfo>,
    /// The newest backup of each partition, the oldest one first.
    newest: Vec<BackupInfo>,
    /// Why there is no list of backups, if there is none.
    unlisted: Option<Unlisted>,
    /// The result of the run if something about backups could not be read.
    ends: Option<Exit>,
    next: Option<NextRun>,
    /// The problem of the partition itself.
    trouble: Option<Trouble>,
    /// Why periodic backups fail: of the partition, or of the one with the oldest newest backup.
    failing: Option<BackupEvent>,
    backup: Option<BackupProgressInfo>,
    restore: Option<RestoreProgressInfo>,
    /// What could not be read.
    problems: Vec<String>,
    /// What to do.
    hints: Vec<String>,
}

/// No list of backups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unlisted {
    /// The cluster returns this error for an empty share and for an unreadable one.
    PerhapsEmpty,
    /// It could not be read.
    Failed,
}

pub(crate) fn run(why: &Why, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let subject = Subject::read(&why.id, "<ID>", context, terminal)?;
    let interruptible = terminal.console.interruptible;
    let mut session = context.session(None, terminal)?;
    if !subject.begin(&mut session)? {
        return Ok(());
    }
    let found = block_on(interruptible, None, async {
        let (path, services) = subject.path(&mut session).await?;
        let reader = WhyReader {
            session: &mut session,
            services,
            problems: Vec::new(),
            below: Vec::new(),
            partitions: Vec::new(),
        };
        reader.read(path).await
    })?;
    let terminal = session.terminal();
    let view = terminal.view();
    let shown = WhyView::new(&found);
    match terminal.options.format {
        Format::Table => shown.show(terminal, &view)?,
        format => terminal.result(&crate::output::render::document(format, &shown)?)?,
    }
    for problem in &found.problems {
        terminal.warn(problem);
    }
    for hint in &found.hints {
        terminal.hint(hint);
    }
    found.ends.map_or(Ok(()), |exit| Err(Failure::Verdict(exit)))
}
