//! Follows a run's orders, and tells it what came of them.

use std::collections::BTreeMap;
use std::future::pending;
use std::io;
use std::time::{Duration, Instant};

use sf_backup_hyper::Error;
use sf_backup_ops::restore::{News, Order, Outcome, Run, Trouble, What};
use sf_backup_proto::flow::Phase;
use sf_backup_proto::model::progress::RestoreProgressInfo;
use sf_backup_proto::{GetPartitionRestoreProgress, PartitionId};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use super::journal_file::JournalFile;
use super::report::Failures;
use super::run::{Restores, now};
use crate::failure::{Failure, Report};
use crate::interrupt::Interrupts;
use crate::render::Format;
use crate::session::Session;
use crate::wait::board::{Board, Change};

/// After an interruption so much time is left to what was just sent.
const GRACE: Duration = Duration::from_secs(5);
/// How often lines on a screen are drawn.
const TICK: Duration = Duration::from_millis(200);

/// How a run ended.
#[derive(Debug)]
pub(super) enum Ended {
    Over,
    Interrupted,
    /// The journal takes no more.
    Unwritable(io::Error),
}

/// What came of a call.
enum Fact {
    Read(PartitionId, Result<Option<RestoreProgressInfo>, Error>),
    Started(PartitionId, Result<(), Error>),
}

/// A run, and all that it needs of the world.
pub(super) struct Driver<'d, 't, 'c> {
    run: Run,
    journal: JournalFile,
    calls: Restores,
    interrupts: Interrupts,
    session: &'d mut Session<'t, 'c>,
    under_way: JoinSet<Fact>,
    failures: Failures,
    board: Board,
    begun: Instant,
    /// When the restore of each partition was begun, by this run's time.
    since: BTreeMap<PartitionId, Instant>,
}

impl<'d, 't, 'c> Driver<'d, 't, 'c> {
    pub(super) fn new(
        run: Run,
        journal: JournalFile,
        calls: Restores,
        interrupts: Interrupts,
        session: &'d mut Session<'t, 'c>,
    ) -> Self {
        let board = Board::new(session.terminal());
        let (under_way, failures, since) = (JoinSet::new(), Failures::new(), BTreeMap::new());
        Self { run, journal, calls, interrupts, session, under_way, failures, board, begun: Instant::now(), since }
    }

    pub(super) async fn drive(&mut self) -> Result<Ended, Failure> {
        let mut unwritable = None;
        let mut interrupted: Option<Instant> = None;
        let ended = loop {
            let now = self.now();
            let order = self.run.next(now);
            self.tell()?;
            match order {
                Order::Write(entry) => {
                    let added = self.journal.add(&entry);
                    self.run.written(added.is_ok(), now);
                    unwritable = added.err();
                }
                Order::Read(id) => {
                    let client = self.session.client().clone();
                    self.under_way
                        .spawn(async move { Fact::Read(id, client.send(GetPartitionRestoreProgress::new(id)).await) });
                }
                Order::Start(id) => {
                    let Some(call) = self.calls.get(&id).cloned() else { continue };
                    let client = self.session.client().clone();
                    self.under_way.spawn(async move { Fact::Started(id, client.send(call).await) });
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
        self.tell()?;
        self.board.close(self.session.terminal());
        Ok(ended)
    }

    pub(super) fn into_parts(self) -> (Run, Failures) {
        (self.run, self.failures)
    }

    /// Waits for a fact, which is told to the run, or for the time to pass. Whether somebody wants it to end.
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
            let fact = tokio::select! {
                biased;
                () = self.interrupts.any() => return true,
                fact = self.under_way.join_next(), if !self.under_way.is_empty() => fact,
                () = &mut time => return false,
                _ = ticks.tick(), if self.board.moves() => {
                    self.board.tick(self.session.terminal());
                    continue;
                }
            };
            self.session.tell_exchanges();
            // A task ends without its result only when the runtime itself is going down.
            if let Some(Ok(fact)) = fact {
                self.take(fact);
            }
            return false;
        }
    }

    fn take(&mut self, fact: Fact) {
        let now = self.now();
        match fact {
            Fact::Read(id, found) => {
                let found = found.map_err(|error| self.trouble(id, error));
                self.run.read(id, found, now);
            }
            Fact::Started(id, done) => {
                let done = done.map_err(|error| self.trouble(id, error));
                self.run.started(id, done, now);
            }
        }
    }

    fn trouble(&mut self, id: PartitionId, error: Error) -> Trouble {
        let hopeless = error.kind().is_about_the_caller();
        let failure = self.session.blame(error);
        let problem = failure.report().as_ref().map(Report::line).unwrap_or_default().to_owned();
        let (may_have_changed, code) = (failure.may_have_changed(), failure.exit().code());
        self.failures.insert(id, failure);
        Trouble { problem, may_have_changed, hopeless, code }
    }

    fn now(&mut self) -> sf_backup_ops::restore::Now {
        now(self.begun, self.session.terminal())
    }

    /// Says what is new.
    fn tell(&mut self) -> Result<(), Failure> {
        let news = self.run.news();
        if news.is_empty() {
            return Ok(());
        }
        let lines = self.run.lines();
        let over = lines.iter().filter(|line| line.outcome.name() == "Restored").count();
        for News { partition, what } in news {
            let since = *self.since.entry(partition).or_insert_with(Instant::now);
            let entity = partition.to_string();
            let state = match &what {
                What::Started { found: false } => "started".to_owned(),
                What::Started { found: true } => "was started by an earlier run".to_owned(),
                What::NotStarted => "was not started by an earlier run; is started now".to_owned(),
                What::Phase(Phase::Accepted) => "accepted".to_owned(),
                What::Phase(_) => "in progress".to_owned(),
                What::Over(outcome) => outcome.to_string(),
            };
            let restored = matches!(what, What::Over(Outcome::Restored));
            let change = Change {
                event: "restore",
                entity: entity.clone(),
                state,
                elapsed: since.elapsed(),
                progress: None,
                hint: None,
                aside: if restored { format!("{over} of {}", lines.len()) } else { String::new() },
            };
            let terminal = self.session.terminal();
            // The result is one document; what comes before it is for people.
            if terminal.manner.format != Format::Json {
                self.board.tell(change, terminal)?;
            }
            if matches!(what, What::Over(_)) {
                self.board.over(&entity, terminal);
            }
        }
        Ok(())
    }
}
