//! `sf-backup apply`

use std::cell::Cell;
use std::collections::BTreeMap;

use sf_backup_hyper::{Client, Error};
use sf_backup_ops::manifest::{Actual, Change, Comparison, Entity, Phase, Policy, Scope, compare, phases, reveals};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{
    CreateBackupPolicy, DeleteBackupPolicy, DisableApplicationBackup, DisablePartitionBackup, DisableServiceBackup,
    EnableApplicationBackup, EnablePartitionBackup, EnableServiceBackup, PolicyName, ResumeApplicationBackup,
    ResumePartitionBackup, ResumeServiceBackup, SuspendApplicationBackup, SuspendPartitionBackup, SuspendServiceBackup,
    UpdateBackupPolicy,
};

use super::outcome::{Outcome, Row, done};
use super::{ManifestFile, actual, changes, listed, tell};
use crate::args::manifest::Apply;
use crate::console::Terminal;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::parallel;
use crate::reach::{Reach, block_on};
use crate::render::table::plain;
use crate::render::{Format, document};
use crate::secret_ref::Fetch;
use crate::session::Session;

/// How often the cluster is looked at, at the most. Each look can show suspensions that could not be seen before, those of
/// services under those of applications.
const LOOKS: usize = 4;

pub(crate) fn run(apply: &Apply, reach: Reach<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let file = ManifestFile::read(&apply.file, terminal)?;
    let interruptible = terminal.console.interruptible;
    let change = (!reach.options.dry_run).then_some("apply");
    let mut session = reach.session(None, terminal)?;
    block_on(interruptible, change, all(apply, reach.options.yes, &file, &mut session))
}

async fn all(
    apply: &Apply,
    confirmed: bool,
    file: &ManifestFile,
    session: &mut Session<'_, '_>,
) -> Result<(), Failure> {
    let mut applying = Applying { apply, file, rows: Vec::new() };
    let Planned { mut actual, comparison } = applying.plan(session).await?;
    let mut orders = comparison.orders();
    tell(&comparison, apply.prune, session.terminal());
    applying.warn(&orders, session);
    if session.is_dry_run() || orders.is_empty() {
        return applying.show_plan(&orders, &actual, session);
    }
    let policies = applying.policies(&orders, session)?;
    say_plan(&orders, &actual, session);
    let taken_away = listed(orders.iter().filter(|change| change.takes_away()));
    session.confirm("apply", Some(taken_away).filter(|loss| !(confirmed || loss.is_empty())))?;

    let mut result = Ok(());
    for look in 1..=LOOKS {
        result = applying.carry_out(phases(&orders, &actual), &policies, session).await;
        if result.is_err() || look == LOOKS || !reveals(&orders, &actual) {
            break;
        }
        let again = applying.plan(session).await?;
        (actual, orders) = (again.actual, again.comparison.changes);
        orders.retain(|change| matches!(change, Change::Suspend(_) | Change::Resume(_)));
        if orders.is_empty() {
            break;
        }
        session.terminal().note("now that something is enabled there, more can be seen:");
        say_plan(&orders, &actual, session);
    }
    applying.conclude(result, session)
}

/// One run.
struct Applying<'a> {
    apply: &'a Apply,
    file: &'a ManifestFile,
    rows: Vec<Row>,
}

/// What is, and what is to be done about it.
struct Planned {
    actual: Actual,
    comparison: Comparison,
}

/// Policies as they are sent, secrets and all.
type Policies = BTreeMap<PolicyName, BackupPolicyDescription>;

impl Applying<'_> {
    async fn plan(&self, session: &mut Session<'_, '_>) -> Result<Planned, Failure> {
        let reading = actual::read(session.client().clone(), self.apply.pace.parallel);
        let actual = session.patiently(reading).await?.actual;
        let scope = Scope { prune: self.apply.prune, rewrite_secrets: self.apply.rewrite_secrets };
        let comparison = compare(&self.file.manifest, &actual, scope).map_err(|error| self.file.blame(&error))?;
        Ok(Planned { actual, comparison })
    }

    /// What should be said of the policies that are written.
    fn warn(&self, changes: &[Change], session: &mut Session<'_, '_>) {
        for (name, policy) in written(changes) {
            for remark in input::remarks(policy.description()) {
                session.terminal().warn(&format!("{}: policy {name}: {remark}", self.file.source));
            }
        }
    }

    /// The policies that are written, with their secrets fetched and checked, before anything is sent.
    fn policies(&self, changes: &[Change], session: &Session<'_, '_>) -> Result<Policies, Failure> {
        let mut policies = Policies::new();
        for (name, policy) in written(changes) {
            let blame = |problem: String| Failure::Usage(format!("{}: policy {name}: {problem}", self.file.source));
            policy.complete().map_err(|missing| blame(missing.to_string()))?;
            let fetched: Result<_, Unfetched> = policy.resolved(|reference| reference.fetch().map_err(Unfetched));
            let fetched = fetched.map_err(|Unfetched(problem)| blame(problem))?;
            session.check(&CreateBackupPolicy::new(fetched.clone()))?;
            policies.insert(name.clone(), fetched);
        }
        Ok(policies)
    }

    /// The plan as the result.
    fn show_plan(&self, changes: &[Change], actual: &Actual, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        let terminal = session.terminal();
        let ordered: Vec<Change> = phases(changes, actual).into_iter().flat_map(|phase| phase.changes).collect();
        match terminal.manner.format {
            Format::Table if ordered.is_empty() => {
                terminal.note(&format!("nothing to change: the cluster is as {} says", self.file.source));
                Ok(())
            }
            Format::Table => {
                let lines: String = ordered.iter().map(|change| plain(&change.to_string()) + "\n").collect();
                terminal.result(&lines)
            }
            format => terminal.result(&document(format, &ordered)?),
        }
    }

    /// Makes the changes phase by phase, up to the first failure. What is under way then is waited for.
    async fn carry_out(
        &mut self,
        phases: Vec<Phase>,
        policies: &Policies,
        session: &mut Session<'_, '_>,
    ) -> Result<(), Failure> {
        let stopped = Cell::new(false);
        let mut failure = None;
        for phase in phases {
            let first = self.rows.len();
            let row = |change| Row { change, outcome: Outcome::NotBegun };
            self.rows.extend(phase.changes.iter().cloned().map(row));
            let at_once = if phase.one_by_one { std::num::NonZeroUsize::MIN } else { self.apply.pace.parallel };
            let client = session.client().clone();
            let make = |(index, change): (usize, Change)| {
                let call = make(client.clone(), change, policies);
                async move { (index, call.await) }
            };
            let begun = phase.changes.into_iter().enumerate().take_while(|_| !stopped.get());
            parallel::each(begun, at_once, make, |(index, result)| {
                session.tell_exchanges();
                let Some(row) = self.rows.get_mut(first + index) else { return true };
                let told = match result {
                    Ok(()) => {
                        row.outcome = Outcome::Done;
                        say_done(&row.change, session)
                    }
                    Err(error) => {
                        let failed = Failure::from(error);
                        row.outcome = if failed.exit() == Exit::Unknown { Outcome::Unknown } else { Outcome::Failed };
                        Err(failed)
                    }
                };
                if let Err(error) = told {
                    stopped.set(true);
                    failure.get_or_insert(error);
                }
                true
            })
            .await;
        }
        failure.map_or(Ok(()), Err)
    }

    fn conclude(self, result: Result<(), Failure>, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        let terminal = session.terminal();
        if terminal.manner.format != Format::Table {
            terminal.result(&document(terminal.manner.format, &self.rows)?)?;
        }
        let of = |outcome| self.rows.iter().filter(move |row| row.outcome == outcome);
        let made = of(Outcome::Done).count();
        if result.is_ok() {
            terminal.note(&format!("{} made; the cluster is as {} says", changes(made), self.file.source));
            return result;
        }
        for (outcome, said) in
            [(Outcome::Failed, "failed"), (Outcome::Unknown, "may have been done"), (Outcome::NotBegun, "not begun")]
        {
            for row in of(outcome) {
                terminal.note(&format!("{said}: {}", row.change));
            }
        }
        terminal
            .note(&format!("{made} of {} made; applying the file again goes on from there", changes(self.rows.len())));
        result
    }
}

/// Why there is no secret.
struct Unfetched(String);

impl From<sf_backup_ops::manifest::Missing> for Unfetched {
    fn from(missing: sf_backup_ops::manifest::Missing) -> Self {
        Self(missing.to_string())
    }
}

/// The policies that are created or replaced.
fn written(changes: &[Change]) -> impl Iterator<Item = (&PolicyName, &Policy)> {
    changes.iter().filter_map(|change| match change {
        Change::CreatePolicy(name, policy) => Some((name, &**policy)),
        Change::UpdatePolicy(name, replaced) => Some((name, &replaced.policy)),
        _ => None,
    })
}

/// The plan before it is carried out.
fn say_plan(all: &[Change], actual: &Actual, session: &mut Session<'_, '_>) {
    let terminal = session.terminal();
    terminal.note(&format!("plan: {}", changes(all.len())));
    for change in phases(all, actual).iter().flat_map(|phase| &phase.changes) {
        terminal.note(&format!("  {change}"));
    }
}

fn say_done(change: &Change, session: &mut Session<'_, '_>) -> Result<(), Failure> {
    let terminal = session.terminal();
    match terminal.manner.format {
        Format::Table if !terminal.manner.quiet => terminal.result(&(plain(&done(change)) + "\n")),
        _ => Ok(()),
    }
}

/// The call that makes a change.
fn make(
    client: Client,
    change: Change,
    policies: &Policies,
) -> impl Future<Output = Result<(), Error>> + Send + 'static + use<> {
    // A policy that is written has been resolved before.
    let description = match &change {
        Change::CreatePolicy(name, _) | Change::UpdatePolicy(name, _) => policies.get(name).cloned(),
        _ => None,
    };
    async move {
        match (change, description) {
            (Change::CreatePolicy(..), Some(policy)) => client.send(CreateBackupPolicy::new(policy)).await,
            (Change::UpdatePolicy(name, _), Some(policy)) => client.send(UpdateBackupPolicy::new(name, policy)).await,
            (Change::CreatePolicy(..) | Change::UpdatePolicy(..), None) => Ok(()),
            (Change::DeletePolicy(name, _), _) => client.send(DeleteBackupPolicy::new(name)).await,
            (Change::Enable(entity, policy) | Change::Move(entity, _, policy), _) => match entity {
                Entity::Application(id) => client.send(EnableApplicationBackup::new(id, policy)).await,
                Entity::Service(id) => client.send(EnableServiceBackup::new(id, policy)).await,
                Entity::Partition { id, .. } => client.send(EnablePartitionBackup::new(id, policy)).await,
            },
            (Change::Disable(entity, _), _) => match entity {
                Entity::Application(id) => client.send(DisableApplicationBackup::new(id)).await,
                Entity::Service(id) => client.send(DisableServiceBackup::new(id)).await,
                Entity::Partition { id, .. } => client.send(DisablePartitionBackup::new(id)).await,
            },
            (Change::Suspend(entity), _) => match entity {
                Entity::Application(id) => client.send(SuspendApplicationBackup::new(id)).await,
                Entity::Service(id) => client.send(SuspendServiceBackup::new(id)).await,
                Entity::Partition { id, .. } => client.send(SuspendPartitionBackup::new(id)).await,
            },
            (Change::Resume(entity), _) => match entity {
                Entity::Application(id) => client.send(ResumeApplicationBackup::new(id)).await,
                Entity::Service(id) => client.send(ResumeServiceBackup::new(id)).await,
                Entity::Partition { id, .. } => client.send(ResumePartitionBackup::new(id)).await,
            },
        }
    }
}
