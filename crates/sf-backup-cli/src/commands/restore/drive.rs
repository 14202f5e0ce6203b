//! Follows a run's orders, and reports the results to it.

mod calls;

use std::collections::BTreeMap;
use std::future::pending;
use std::io;
use std::time::{Duration, Instant};

use sf_backup_hyper::{Error, Panicked};
use sf_backup_ops::restore::{Condition, News, Now, Order, Outcome, Run, RunEvent, Trouble};
use sf_backup_proto::flow::Phase;
use sf_backup_proto::{PartitionId, RestorePartition, ServiceId};
use tokio::time::{interval, sleep};

use super::journal_file::JournalFile;
use super::report::Failures;
use crate::cluster::conditions;
use crate::cluster::runtime::Interrupts;
use crate::cluster::session::Session;
use crate::cluster::wait::progress_display::{ProgressDisplay, StateChange, Total};
use crate::output::console::Terminal;
use crate::output::failure::{Failure, Report};
use crate::output::render::Format;
use calls::{Call, Calls, Fact};

/// The calls that start the restores.
pub(super) type Restores = BTreeMap<PartitionId, RestorePartition>;

/// The time in the form that a run takes.
fn now(begun: Instant, terminal: &Terminal<'_>) -> Now {
    Now { elapsed: begun.elapsed(), at: terminal.now() }
}

/// After an interruption, time limit for requests that were just sent.
const GRACE: Duration = Duration::from_secs(5);
/// How often moving lines are redrawn.
const TICK: Duration = Duration::from_millis(200);

/// How a run ended.
#[derive(Debug)]
pub(super) enum Ended {
    Over,
    Interrupted,
    /// The journal cannot be written.
    Unwritable(io::Error),
}

/// A run with everything that it needs.
pub(super) struct Driver<'d, 't, 'c> {
    run: Run,
    journal: JournalFile,
    calls: Restores,
    interrupts: Interrupts,
    session: &'d mut Session<'t, 'c>,
    in_flight: Calls,
    failures: Failures,
    display: ProgressDisplay,
    begun: Instant,
    /// When the restore of each partition was started, by this run's time.
    since: BTreeMap<PartitionId, Instant>,
    /// The partitions that this run has restored.
    restored: Vec<PartitionId>,
    /// Number of partitions restored before this run, once known, and number that have ended since.
    before: Option<usize>,
    over: usize,
}

impl<'d, 't, 'c> Driver<'d, 't, 'c> {
    pub(super) fn new(
        run: Run,
        journal: JournalFile,
        calls: Restores,
        interrupts: Interrupts,
        session: &'d mut Session<'t, 'c>,
    ) -> Self {
        let display = ProgressDisplay::new(session.terminal());
        let client = session.client().clone();
        Self {
            run,
            journal,
            calls,
            interrupts,
            session,
            in_flight: Calls::new(move |call| call.send(client.clone())),
            failures: Failures::new(),
            display,
            begun: Instant::now(),
            since: BTreeMap::new(),
            restored: Vec::new(),
            before: None,
            over: 0,
        }
    }

    pub(super) async fn drive(&mut self) -> Result<Ended, Failure> {
        let mut unwritable = None;
        let mut interrupted: Option<Instant> = None;
        let ended = loop {
            let now = self.now();
            let order = self.run.next(now);
            self.print_changes()?;
            match order {
                Order::Write(entry) => {
                    let added = self.journal.add(&entry);
                    self.run.written(added.is_ok(), now);
                    unwritable = added.err();
                }
                Order::Read(id) => self.in_flight.order(Call::Read(id)),
                Order::Start(id) => {
                    let Some(call) = self.calls.get(&id).cloned() else { continue };
                    self.in_flight.order(Call::Start(id, Box::new(call)));
                }
                Order::Wait(pause) => {
                    if let Some(at) = interrupted
                        && at.elapsed() >= GRACE
                    {
                        break Ended::Interrupted;
                    }
                    let pause = match interrupted {
                        Some(at) => Some(GRACE.saturating_sub(at.elapsed())),
                        None => pause,
                    };
                    if self.wait(pause).await {
                        if interrupted.is_some() {
                            break Ended::Interrupted;
                        }
                        self.run.interrupt();
                        interrupted = Some(Instant::now());
                    }
                }
                Order::Done => {
                    break match unwritable {
                        Some(error) => Ended::Unwritable(error),
                        None if interrupted.is_some() => Ended::Interrupted,
                        None => Ended::Over,
                    };
                }
            }
        };
        self.print_changes()?;
        self.display.close(self.session.terminal());
        Ok(ended)
    }

    /// The condition of the partitions that this run has restored: a partition may be unusable after a successful
    /// restore.
    pub(super) async fn look_afterwards(&mut self) -> BTreeMap<PartitionId, Condition> {
        let mut services: BTreeMap<&ServiceId, Vec<PartitionId>> = BTreeMap::new();
        for restore in &self.run.plan().restores {
            if self.restored.binary_search(&restore.partition.id).is_ok() {
                services.entry(&restore.service).or_default().push(restore.partition.id);
            }
        }
        let client = self.session.client().clone();
        let looking = conditions::look(&client, services);
        tokio::select! {
            conditions = looking => conditions,
            () = self.interrupts.any() => BTreeMap::new(),
        }
    }

    pub(super) fn into_parts(self) -> (Run, Failures) {
        (self.run, self.failures)
    }

    /// Waits for a result, which is passed to the run, or for the time to pass. Returns whether the run was
    /// interrupted.
    async fn wait(&mut self, pause: Option<Duration>) -> bool {
        let time = async {
            match pause {
                Some(pause) => sleep(pause).await,
                None => pending().await,
            }
        };
        let mut time = std::pin::pin!(time);
        let mut ticks = interval(TICK);
        loop {
            let (call, fact) = tokio::select! {
                biased;
                () = self.interrupts.any() => return true,
                ended = self.in_flight.next() => ended,
                () = &mut time => return false,
                _ = ticks.tick(), if self.display.moves() => {
                    self.display.tick(self.session.terminal());
                    continue;
                }
            };
            self.session.print_exchanges();
            self.take(&call, fact);
            return false;
        }
    }

    fn take(&mut self, call: &Call, fact: Result<Fact, Panicked>) {
        let now = self.now();
        let (Call::Read(id) | Call::Start(id, _)) = *call;
        match (call, fact) {
            (_, Ok(Fact::Read(found))) => {
                let found = found.map_err(|error| self.trouble(id, error));
                self.run.read(id, found, now);
            }
            (_, Ok(Fact::Started(done))) => {
                let done = done.map_err(|error| self.trouble(id, error));
                self.run.started(id, done, now);
            }
            (Call::Read(_), Err(panicked)) => {
                let trouble = self.failed(id, panicked.into(), false);
                self.run.read(id, Err(trouble), now);
            }
            (Call::Start(..), Err(panicked)) => {
                let trouble = self.failed(id, Failure::panicked_with_change(&panicked), false);
                self.run.started(id, Err(trouble), now);
            }
        }
    }

    fn trouble(&mut self, id: PartitionId, error: Error) -> Trouble {
        let fatal = error.kind().is_about_access();
        let failure = self.session.blame(error);
        self.failed(id, failure, fatal)
    }

    fn failed(&mut self, id: PartitionId, failure: Failure, fatal: bool) -> Trouble {
        let problem = failure.report().as_ref().map(Report::line).unwrap_or_default().to_owned();
        let (may_have_changed, code) = (failure.may_have_changed(), failure.exit().code());
        self.failures.insert(id, failure);
        Trouble { problem, may_have_changed, fatal, code }
    }

    fn now(&mut self) -> Now {
        now(self.begun, self.session.terminal())
    }

    /// Prints the events.
    fn print_changes(&mut self) -> Result<(), Failure> {
        let news = self.run.news();
        if news.is_empty() {
            return Ok(());
        }
        let (restored, all) = (self.run.restored(), self.run.plan().restores.len());
        for News { partition, what } in news {
            let since = *self.since.entry(partition).or_insert_with(Instant::now);
            let entity = partition.to_string();
            let state = match &what {
                RunEvent::Started { found: false } => "started".to_owned(),
                RunEvent::Started { found: true } => "was started by an earlier run".to_owned(),
                RunEvent::NotStarted => "was not started by an earlier run; starting it now".to_owned(),
                RunEvent::Phase(Phase::Accepted) => "accepted".to_owned(),
                RunEvent::Phase(_) => "in progress".to_owned(),
                RunEvent::Over(outcome) => outcome.to_string(),
            };
            let is_restored = what == RunEvent::Over(Outcome::Restored);
            if is_restored && let Err(at) = self.restored.binary_search(&partition) {
                self.restored.insert(at, partition);
            }
            let change = StateChange {
                event: "restore",
                entity: entity.clone(),
                state,
                elapsed: since.elapsed(),
                progress: None,
                hint: None,
                aside: if is_restored { format!("{restored} of {all}") } else { String::new() },
            };
            let terminal = self.session.terminal();
            // JSON output is one document, so events are only printed for people.
            if terminal.options.format != Format::Json {
                self.display.print(change, terminal)?;
            }
            if matches!(what, RunEvent::Over(_)) {
                self.display.over(&entity, terminal);
            }
            // Partitions restored before count in the total, but not in the rate.
            let before = *self.before.get_or_insert_with(|| restored.saturating_sub(usize::from(is_restored)));
            self.over += usize::from(matches!(what, RunEvent::Over(_)));
            let total = Total { over: before + self.over, before, all, since: self.begun };
            self.display.total(total, terminal);
        }
        Ok(())
    }
}
