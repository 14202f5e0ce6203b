//! Waits for backups and restores, of one partition or of many.

use std::time::Duration;

use serde::Serialize;
use sf_backup_proto::Operation;
use sf_backup_proto::flow::Phase;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::board::{Board, Change, TICK, line};
use super::ending::{Ending, Left, Outcome};
use super::follow::{End, News, follow};
use super::kind::{Kind, Told, Watches};
use super::{Waiting, again, elapsed};
use crate::bulk::{AtOnce, Calls, NONE, Word, name};
use crate::exit::Exit;
use crate::failure::{Failure, Report};
use crate::parallel::Crowd;
use crate::render::table::Table;
use crate::render::{self, Answer, Format};
use crate::session::Session;
use crate::written::Written;

/// A run that is accepted for longer than this gives no sign of progress worth the name.
const SUSPICIOUS: Duration = Duration::from_secs(120);

/// One of those that are waited for.
#[derive(Debug)]
struct Watch<P> {
    name: String,
    /// Since when the cluster is known to have it.
    since: Option<Instant>,
    last: Option<P>,
    /// What was told of it, so that nothing is told twice.
    shown: Option<(String, bool)>,
    ending: Option<Ending>,
    took: Duration,
}

/// The end, as the last line of JSON.
#[derive(Debug, Serialize)]
struct Last<'a> {
    event: &'static str,
    exit: u8,
    outcomes: &'a [Outcome],
}

impl Session<'_, '_> {
    /// Runs an operation that starts something; `done` says what is done, if nobody waits for its end.
    pub(crate) async fn start<O: Kind>(&mut self, calls: Calls<O>, verb: &str, done: &str) -> Result<(), Failure> {
        match calls.waiting() {
            None => self.change(calls, verb, done).await,
            Some(waiting) => self.wait_for(calls, waiting, false).await,
        }
    }

    /// Reads how something goes, once or until it has ended.
    pub(crate) async fn watch<O>(&mut self, calls: Calls<O>, verb: &str) -> Result<(), Failure>
    where
        O: Watches,
        O::Response: Answer,
    {
        match calls.waiting() {
            None => self.one(calls, verb).await,
            Some(waiting) => self.wait_for(calls.map(Watches::started), waiting, true).await,
        }
    }

    async fn wait_for<O: Kind>(&mut self, calls: Calls<O>, waiting: Waiting, attach: bool) -> Result<(), Failure> {
        let alone = !calls.are_several();
        let at_once = calls.at_once();
        let mut watches: Vec<Watch<O::Progress>> = calls.all().iter().map(Watch::new).collect();
        let mut board = Board::new(self.terminal());
        let left = self.follow_all(&calls, at_once, waiting, attach, &mut watches, &mut board).await;
        board.close(self.terminal());
        let left = left?;
        self.conclude::<O>(&mut watches, left, alone)
    }

    async fn follow_all<O: Kind>(
        &mut self,
        calls: &Calls<O>,
        at_once: AtOnce,
        waiting: Waiting,
        attach: bool,
        watches: &mut [Watch<O::Progress>],
        board: &mut Board,
    ) -> Result<Option<Left>, Failure> {
        let mut interrupts = self.take_interrupts();
        let client = self.client().clone();
        let (sender, mut news) = mpsc::unbounded_channel();
        let task = |(place, call): (usize, O)| {
            let sender = sender.clone();
            // Nobody listens only when the waiting is over.
            follow(client.clone(), call, attach, move |heard| drop(sender.send((place, heard))))
        };
        let mut crowd = Crowd::new(calls.all().iter().cloned().enumerate(), at_once.parallel, task);
        let deadline = waiting.timeout.map(|timeout| Instant::now() + timeout);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let late = async {
                match deadline {
                    Some(deadline) => sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            let left = tokio::select! {
                biased;
                () = interrupts.any() => Left::Interrupted,
                Some((place, heard)) = news.recv() => {
                    self.hear::<O>(watches.get_mut(place), heard, board)?;
                    continue;
                }
                next = crowd.next() => {
                    self.tell_exchanges();
                    let Some((place, mut end)) = next else { return Ok(None) };
                    while let Ok((place, heard)) = news.try_recv() {
                        self.hear::<O>(watches.get_mut(place), heard, board)?;
                    }
                    let Some(watch) = watches.get_mut(place) else { continue };
                    watch.took = watch.since.map(|since| since.elapsed()).unwrap_or_default();
                    if let End::Ended(sf_backup_proto::flow::Ended::Final(progress)) = &end {
                        watch.last = Some(progress.clone());
                    }
                    let ending = Ending::of::<O>(&watch.name, &mut end, watch.took, |error| self.blame(error));
                    let failed = ending.exit.filter(|exit| *exit != Exit::Done);
                    if failed == Some(Exit::NotAllowed) || (at_once.fail_fast && failed.is_some()) {
                        crowd.close();
                    }
                    board.over(&watch.name, self.terminal());
                    watch.ending = Some(ending);
                    continue;
                }
                () = late => Left::Deadline,
                _ = ticks.tick(), if board.moves() => {
                    board.tick(self.terminal());
                    continue;
                }
            };
            for place in crowd.under_way() {
                if let Some(watch) = watches.get_mut(*place) {
                    watch.took = watch.since.map(|since| since.elapsed()).unwrap_or_default();
                    watch.ending = Some(Ending::left::<O>(&watch.name, left, watch.since.is_some()));
                }
            }
            return Ok(Some(left));
        }
    }

    /// Tells what is heard of a run, if it is new.
    fn hear<O: Kind>(
        &mut self,
        watch: Option<&mut Watch<O::Progress>>,
        heard: News<O::Progress>,
        board: &mut Board,
    ) -> Result<(), Failure> {
        self.tell_exchanges();
        let Some(watch) = watch else { return Ok(()) };
        match heard {
            News::Started => {
                watch.since = Some(Instant::now());
                return Ok(());
            }
            News::Trouble(error) => {
                let problem = format!("{}; asked again", crate::failure::with_causes(&error));
                self.terminal().warn(&problem);
                return Ok(());
            }
            News::Reading(progress) => watch.last = Some(progress),
        }
        match watch.change::<O>() {
            Some(change) => board.tell(change, self.terminal()),
            None => Ok(()),
        }
    }

    /// Shows what came of all, and gives how the run ends.
    fn conclude<O: Kind>(
        &mut self,
        watches: &mut [Watch<O::Progress>],
        left: Option<Left>,
        alone: bool,
    ) -> Result<(), Failure> {
        let going_on: Vec<String> =
            watches.iter().filter(|watch| watch.goes_on()).map(|watch| watch.name.clone()).collect();
        let again = (!going_on.is_empty())
            .then(|| format!("to wait again: {}", again::command(self.again(), O::AGAIN, &going_on)));
        let exit = match left {
            Some(Left::Interrupted) => Exit::Interrupted,
            _ => Exit::worst(watches.iter().filter_map(|watch| watch.ending.as_ref()?.exit)),
        };
        // What was left before it was begun fails nothing by itself.
        let exit = if left == Some(Left::Deadline) { Exit::worst([exit, Exit::TimedOut]) } else { exit };
        let outcomes: Vec<Outcome> = watches.iter_mut().map(Watch::outcome).collect();
        let terminal = self.terminal();
        match terminal.manner.format {
            Format::Json => line(&Last { event: "end", exit: exit.code(), outcomes: &outcomes }, terminal)?,
            Format::Yaml => {
                let text = match outcomes.as_slice() {
                    [only] if alone => render::document(Format::Yaml, only)?,
                    all => render::document(Format::Yaml, &all)?,
                };
                terminal.result(&text)?;
            }
            Format::Table => match &mut *watches {
                [watch] if alone => {
                    if let Some(sheet) = watch.last.take().and_then(|last| last.sheet(&terminal.view())) {
                        terminal.sheet(&sheet)?;
                    }
                }
                [] => terminal.note(NONE),
                all => {
                    let table = table(all, &outcomes);
                    terminal.table(&table)?;
                }
            },
        }
        if exit == Exit::Done {
            return Ok(());
        }
        let reports = outcomes
            .into_iter()
            .zip(watches.iter())
            .filter_map(|(outcome, watch)| Some((outcome.error?, watch.ending.as_ref()?.told)));
        let mut reports: Vec<(Report, bool)> = reports.collect();
        if left == Some(Left::Interrupted) {
            let problem = match reports.as_slice() {
                [(report, _)] if alone => report.line().to_owned(),
                _ => format!("interrupted; {} {}s go on in the cluster", going_on.len(), O::WHAT),
            };
            return Err(Failure::Interrupted { problem, may_have_changed: true, hint: again });
        }
        match (alone, reports.pop()) {
            // The sheet tells it.
            (true, Some((_, true))) if self.terminal().manner.format == Format::Table => Err(Failure::Told(exit)),
            (true, Some((report, _))) => Err(Failure::Reported { exit, report: Box::new(report.hinting(again)) }),
            _ => {
                if let Some(again) = again {
                    self.terminal().hint(&again);
                }
                Err(Failure::Told(exit))
            }
        }
    }
}

impl<P: Told> Watch<P> {
    fn new<O: Operation>(call: &O) -> Self {
        Self { name: name(call), since: None, last: None, shown: None, ending: None, took: Duration::ZERO }
    }

    fn goes_on(&self) -> bool {
        self.ending.as_ref().is_some_and(|ending| ending.goes_on)
    }

    /// What is to be told, unless it has been.
    fn change<O: Kind<Progress = P>>(&mut self) -> Option<Change> {
        let last = self.last.as_ref()?;
        let elapsed = self.since.map(|since| since.elapsed()).unwrap_or_default();
        let idle = last.phase() == Phase::Accepted && elapsed >= SUSPICIOUS;
        let shown = (last.state(), idle);
        if self.shown.as_ref() == Some(&shown) {
            return None;
        }
        self.shown = Some(shown);
        Some(Change {
            event: "progress",
            entity: self.name.clone(),
            state: last.state(),
            elapsed,
            progress: Written::of(last),
            hint: idle.then(|| format!("no sign of progress: {}", O::remedy(&self.name))),
            aside: last.lsn().map(|lsn| format!("LSN {lsn}")).unwrap_or_default(),
        })
    }

    fn outcome(&mut self) -> Outcome {
        let ending = self.ending.get_or_insert_with(Ending::not_begun);
        Outcome {
            entity: self.name.clone(),
            outcome: ending.word,
            exit: ending.exit.map(Exit::code),
            state: self.last.as_ref().map(Told::state),
            elapsed_seconds: self.since.map(|_| self.took.as_secs()),
            progress: self.last.as_ref().and_then(Written::of),
            error: ending.report.clone(),
        }
    }
}

/// One line for each.
fn table<P: Told>(watches: &[Watch<P>], outcomes: &[Outcome]) -> Table {
    let mut table = Table::new(&["PARTITION", "OUTCOME", "STATE", "TOOK", "LSN", "ERROR"]).wrapping(&["ERROR"]);
    for (watch, outcome) in watches.iter().zip(outcomes) {
        let took = watch.since.map(|_| elapsed(watch.took)).unwrap_or_default();
        let lsn = watch.last.as_ref().and_then(Told::lsn);
        table.row([
            outcome.entity.clone(),
            Word::told(outcome.outcome).to_owned(),
            outcome.state.clone().unwrap_or_default(),
            took,
            lsn.map(|lsn| lsn.to_string()).unwrap_or_default(),
            outcome.error.as_ref().map(|report| report.line().to_owned()).unwrap_or_default(),
        ]);
    }
    table
}
