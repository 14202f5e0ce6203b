//! `sf-backup apply`

mod make;
mod outcome;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use clap::Args;
use sf_backup_hyper::Batch;
use sf_backup_ops::lint::RuntimeVersion;
use sf_backup_ops::manifest::{Actual, Change, Comparison, Phase, Scope, compare, phases, reveals};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{CreateBackupPolicy, PolicyName};

use crate::cluster::confirm::confirm;
use crate::cluster::context::CommandContext;
use crate::cluster::manifest::{
    ManifestFile, actual, changes, classify_policies, listed, print_notes, written_policies,
};
use crate::cluster::runtime::{Interrupts, block_on, fetch};
use crate::cluster::session::Session;
use crate::commands::apply::make::make;
use crate::commands::apply::outcome::{AppliedOutcome, ChangeRow, done};
use crate::options::files::Source;
use crate::options::policy_gate::Gate;
use crate::options::scope::Pace;
use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::table::plain;
use crate::output::render::{Format, document};

/// Arguments of `sf-backup apply`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup --dry-run apply -f backup.yaml
  sf-backup apply -f backup.yaml
  sf-backup apply -f backup.yaml --prune --yes
  sf-backup apply -f backup.yaml --rewrite-secrets

A file:
  apiVersion: sf-backup/v1
  kind: BackupConfiguration
  policies:                                  # a section that is left out is not managed
  - Name: Daily
    AutoRestoreOnDataLoss: false
    MaxIncrementalBackups: 5
    Schedule: {ScheduleKind: FrequencyBased, Interval: P1D}
    RetentionPolicy: {RetentionPolicyType: Basic, RetentionDuration: P20D, MinimumNumberOfBackups: 6}
    Storage:
      StorageKind: AzureBlobStore
      ConnectionString: env:BACKUP_STORAGE   # or file:PATH, or cmd:PROGRAM ARGUMENTS
      ContainerName: backups
  enablement:
  - {ServiceName: 'fabric:/CalcApp/CalcService', BackupPolicyName: Daily}
  suspensions: []")]
pub(crate) struct Apply {
    /// The configuration, as YAML or JSON; - is standard input
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub(crate) file: Source,

    /// Remove what the file's sections do not list: disable backup there and delete unused policies. Existing backups
    /// are kept. Requires --yes in a script
    #[arg(long)]
    pub(crate) prune: bool,

    /// Resend policies that contain secrets, even if unchanged (the cluster never returns secrets, so changes cannot be
    /// detected). This starts new backup chains
    #[arg(long)]
    pub(crate) rewrite_secrets: bool,

    #[command(flatten)]
    pub(crate) rules: Gate,

    #[command(flatten)]
    pub(crate) pace: Pace,
}

/// Maximum readings of the cluster. Each reading can make suspensions visible: those of services below those of
/// applications.
const LOOKS: usize = 4;

pub(crate) fn run(apply: &Apply, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let file = ManifestFile::read(&apply.file, terminal)?;
    let interruptible = terminal.console.interruptible;
    let mut session = context.session(None, terminal)?;
    session.open_log()?;
    // The run handles interrupts itself, because it must report the changes made so far.
    block_on(false, None, async {
        let interrupts = if interruptible { Interrupts::by_person() } else { Interrupts::none() };
        all(apply, context.options.yes, &file, interrupts, &mut session).await
    })
}

async fn all(
    apply: &Apply,
    confirmed: bool,
    file: &ManifestFile,
    interrupts: Interrupts,
    session: &mut Session<'_, '_>,
) -> Result<(), Failure> {
    let mut applying = Applying { apply, file, interrupts, rows: Vec::new() };
    let Planned { mut actual, comparison, runtime } = applying.plan(None, session).await?;
    let mut orders = comparison.orders();
    print_notes(&comparison, apply.prune, session.terminal());
    if session.is_dry_run() || orders.is_empty() {
        let gate = apply.rules;
        let written = written_policies(&orders).map(|(name, policy)| (name, policy.description()));
        classify_policies(written, &file.source, runtime, gate, session.terminal()).verdict()?;
        return applying.show_plan(&orders, &actual, session);
    }
    let policies = applying.policies(&orders, session)?;
    classify_policies(&policies, &file.source, runtime, apply.rules, session.terminal()).verdict()?;
    print_plan(&orders, &actual, session);
    let taken_away = listed(orders.iter().filter(|change| change.takes_away()));
    confirm(session.terminal(), "apply", Some(taken_away).filter(|loss| !(confirmed || loss.is_empty())))?;

    let mut result = Ok(());
    for look in 1..=LOOKS {
        result = applying.carry_out(phases(&orders, &actual), &policies, session).await;
        if result.is_err() || look == LOOKS || !reveals(&orders, &actual) {
            break;
        }
        let again = match applying.plan(Some("apply"), session).await {
            Ok(again) => again,
            Err(failure) => {
                result = Err(failure);
                break;
            }
        };
        (actual, orders) = (again.actual, again.comparison.changes);
        orders.retain(|change| matches!(change, Change::Suspend(_) | Change::Resume(_)));
        if orders.is_empty() {
            break;
        }
        session.terminal().note("now that backup is enabled, more changes are needed:");
        print_plan(&orders, &actual, session);
    }
    applying.conclude(result, session)
}

/// One run of `apply`.
struct Applying<'a> {
    apply: &'a Apply,
    file: &'a ManifestFile,
    interrupts: Interrupts,
    rows: Vec<ChangeRow>,
}

/// The cluster's configuration, and the changes to make.
struct Planned {
    actual: Actual,
    comparison: Comparison,
    runtime: Option<RuntimeVersion>,
}

/// Policies to send, with their secrets.
pub(super) type Policies = BTreeMap<PolicyName, BackupPolicyDescription>;

impl Applying<'_> {
    /// Reads the cluster; `change` is the command that may have changed something if that is interrupted.
    async fn plan(&mut self, change: Option<&'static str>, session: &mut Session<'_, '_>) -> Result<Planned, Failure> {
        let reading = actual::read(session.client().clone(), self.apply.pace.parallel);
        let actual::Read { actual, runtime, .. } = tokio::select! {
            read = session.patiently(reading) => read?,
            () = self.interrupts.any() => return Err(Failure::interrupted(change)),
        };
        let scope = Scope { prune: self.apply.prune, rewrite_secrets: self.apply.rewrite_secrets };
        let comparison = compare(&self.file.manifest, &actual, scope).map_err(|error| self.file.blame(&error))?;
        Ok(Planned { actual, comparison, runtime })
    }

    /// The policies to send, with their secrets resolved and checked before anything is sent.
    fn policies(&self, changes: &[Change], session: &Session<'_, '_>) -> Result<Policies, Failure> {
        let mut policies = Policies::new();
        for (name, policy) in written_policies(changes) {
            let blame = |problem: String| Failure::Usage(format!("{}: policy {name}: {problem}", self.file.source));
            let fetched = policy.resolved(fetch);
            let fetched = fetched.map_err(|unresolved| blame(unresolved.to_string()))?;
            session.check(&CreateBackupPolicy::new(fetched.clone()))?;
            policies.insert(name.clone(), fetched);
        }
        Ok(policies)
    }

    /// Prints the plan as the result.
    fn show_plan(&self, changes: &[Change], actual: &Actual, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        let terminal = session.terminal();
        let ordered: Vec<Change> = phases(changes, actual).into_iter().flat_map(|phase| phase.changes).collect();
        match terminal.options.format {
            Format::Table if ordered.is_empty() => {
                terminal.note(&format!("nothing to change: the cluster matches {}", self.file.source));
                Ok(())
            }
            Format::Table => {
                let lines: String = ordered.iter().map(|change| plain(&change.to_string()) + "\n").collect();
                terminal.remark(&lines)
            }
            format => terminal.result(&document(format, &ordered)?),
        }
    }

    /// Makes the changes phase by phase, up to the first failure. Waits for running changes, unless interrupted.
    async fn carry_out(
        &mut self,
        phases: Vec<Phase>,
        policies: &Policies,
        session: &mut Session<'_, '_>,
    ) -> Result<(), Failure> {
        let mut result = Ok(());
        for phase in phases {
            let first = self.rows.len();
            let row = |change| ChangeRow { change, outcome: AppliedOutcome::NotBegun };
            self.rows.extend(phase.changes.iter().cloned().map(row));
            if result.is_err() {
                continue;
            }
            let parallel = if phase.one_by_one { NonZeroUsize::MIN } else { self.apply.pace.parallel };
            let client = session.client().clone();
            let numbered = phase.changes.into_iter().enumerate();
            let mut batch = Batch::new(numbered, parallel, |(_, change)| make(client.clone(), change, policies));
            loop {
                let next = tokio::select! {
                    next = session.patiently(batch.catch_next()) => next,
                    () = self.interrupts.any() => {
                        for (place, _) in batch.in_flight() {
                            self.became(first + place, AppliedOutcome::Unknown);
                        }
                        result = Err(Failure::interrupted(Some("apply")));
                        break;
                    }
                };
                let Some(((place, _), made)) = next else { break };
                let (outcome, printed) = match made {
                    Ok(Ok(())) => (AppliedOutcome::Done, self.print_done(first + place, session)),
                    Err(panicked) => (AppliedOutcome::Unknown, Err(Failure::panicked_with_change(&panicked))),
                    Ok(Err(error)) => {
                        let failure = Failure::from(error);
                        let unknown = failure.exit() == Exit::Unknown;
                        (if unknown { AppliedOutcome::Unknown } else { AppliedOutcome::Failed }, Err(failure))
                    }
                };
                self.became(first + place, outcome);
                if printed.is_err() {
                    batch.stop();
                    result = result.and(printed);
                }
            }
        }
        result
    }

    fn became(&mut self, place: usize, outcome: AppliedOutcome) {
        if let Some(row) = self.rows.get_mut(place) {
            row.outcome = outcome;
        }
    }

    fn print_done(&self, place: usize, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        let terminal = session.terminal();
        match self.rows.get(place) {
            Some(row) if terminal.options.format == Format::Table && !terminal.options.quiet => {
                terminal.remark(&(plain(&done(&row.change)) + "\n"))
            }
            _ => Ok(()),
        }
    }

    fn conclude(self, result: Result<(), Failure>, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        let terminal = session.terminal();
        if terminal.options.format != Format::Table {
            terminal.result(&document(terminal.options.format, &self.rows)?)?;
        }
        let of = |outcome| self.rows.iter().filter(move |row| row.outcome == outcome);
        let made = of(AppliedOutcome::Done).count();
        if result.is_ok() {
            terminal.note(&format!("{} made; the cluster matches {}", changes(made), self.file.source));
            return result;
        }
        for (outcome, label) in [
            (AppliedOutcome::Failed, "failed"),
            (AppliedOutcome::Unknown, "may have been done"),
            (AppliedOutcome::NotBegun, "not sent"),
        ] {
            for row in of(outcome) {
                terminal.note(&format!("{label}: {}", row.change));
            }
        }
        terminal.note(&format!("{made} of {} made; apply the file again to continue", changes(self.rows.len())));
        result
    }
}

/// The plan before it is carried out.
fn print_plan(all: &[Change], actual: &Actual, session: &mut Session<'_, '_>) {
    let terminal = session.terminal();
    terminal.note(&format!("plan: {}", changes(all.len())));
    for change in phases(all, actual).iter().flat_map(|phase| &phase.changes) {
        terminal.note(&format!("  {change}"));
    }
}
