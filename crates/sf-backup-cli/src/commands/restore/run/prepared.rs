//! A restore run that is ready to be shown, or confirmed and carried out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sf_backup_ops::restore::journal::Entry;
use sf_backup_ops::restore::{Limits, Line, Outcome, Plan, Run};
use sf_backup_proto::RestorePartition;

use super::Carried;
use crate::cluster::calls::Calls;
use crate::cluster::confirm::ask_first;
use crate::cluster::runtime::Interrupts;
use crate::cluster::session::Session;
use crate::commands::restore::drive::{Driver, Ended, Restores};
use crate::commands::restore::journal_file::{self, JournalFile};
use crate::commands::restore::question::Question;
use crate::commands::restore::report::{self, Failures};
use crate::options::command_line::CommandLine;
use crate::options::ids::Concurrency;
use crate::output::atomic_write::create_whole;
use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::{Format, document};

pub(super) struct Prepared {
    pub(super) verb: &'static str,
    pub(super) plan: Plan,
    pub(super) journal: PathBuf,
    pub(super) calls: Restores,
    pub(super) limits: Limits,
    /// The command line.
    pub(super) command: CommandLine,
    pub(super) reports: bool,
}

impl Prepared {
    /// Prints what would be sent.
    pub(super) fn show(&mut self, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        let found = JournalFile::peek(&self.journal)?;
        let run = self.begin(&found)?;
        let left = run.lines().into_iter().filter(|line| line.outcome.name() == "NotBegun").map(|line| line.partition);
        let left: Vec<RestorePartition> = left.filter_map(|partition| self.calls.get(&partition).cloned()).collect();
        if !found.is_empty() {
            session.terminal().note(&format!("so far: {}", report::summary(&run.lines())));
        }
        let count = left.len();
        session.begin_all(&Calls::new(left, Some(Concurrency::default())), self.verb, None)?;
        session.terminal().note(&format!(
            "{count} restores, {} at a time; each is recorded in {} before it is sent",
            self.limits.parallel,
            self.journal.display()
        ));
        Ok(())
    }

    /// Confirms the loss of data.
    pub(super) fn confirm(&self, run: &Run, confirmed: bool, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        for call in self.calls.values() {
            session.check(call)?;
        }
        if let Some(elsewhere) = self.elsewhere(session) {
            if confirmed {
                session.terminal().warn(&elsewhere);
            } else {
                let what = format!("continue ({elsewhere})");
                ask_first(session.terminal(), self.verb, &format!("{}: {elsewhere}. Continue?", self.verb), &what)?;
            }
        }
        let lines = run.lines();
        let left = lines.iter().filter(|line| may_have_been_sent(line, self.limits.retry_failed));
        let times: Vec<_> = left.clone().filter_map(|line| line.created).collect();
        let (Some(oldest), Some(newest)) = (times.iter().min(), times.iter().max()) else {
            // Everything is running already, and was confirmed when it was started.
            return Ok(());
        };
        let question = Question {
            now: times.len(),
            all: self.plan.restores.len(),
            services: left.map(|line| &line.service).collect(),
            made: (*oldest, *newest),
        };
        if confirmed {
            return Ok(());
        }
        if !JournalFile::peek(&self.journal)?.is_empty() {
            session.terminal().note(&self.resuming(&lines));
        }
        let now = session.terminal().now();
        ask_first(session.terminal(), self.verb, &question.text(now), &format!("restore {}", question.what(now)))
    }

    /// Writes the plan to a new file.
    pub(super) fn keep(&self, path: &Path, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        let text = document(Format::Yaml, &self.plan)?;
        let kept = create_whole(path, &text);
        let kept = kept.map_err(|error| Failure::Usage(format!("{}: cannot be written: {error}", path.display())))?;
        if let Some(warning) = kept.warning(path) {
            terminal.warn(&warning);
        }
        terminal.note(&format!("the plan is saved in {}, its journal in {}", path.display(), self.journal.display()));
        Ok(())
    }

    /// A note if the plan was made for another cluster.
    fn elsewhere(&self, session: &Session<'_, '_>) -> Option<String> {
        let (ours, theirs) = (session.client().endpoints(), &self.plan.endpoints);
        let same = ours.iter().any(|endpoint| theirs.iter().any(|other| other == endpoint));
        (!same).then(|| format!("the plan was made for {theirs}, but this is {ours}"))
    }

    fn resuming(&self, lines: &[Line]) -> String {
        format!("resuming from {}: {}", self.journal.display(), report::summary(lines))
    }

    pub(super) async fn carry_out(
        &mut self,
        interrupts: Interrupts,
        session: &mut Session<'_, '_>,
    ) -> Result<Carried, Failure> {
        let (mut journal, found) = JournalFile::open(&self.journal)?;
        let run = self.begin(&found)?;
        for warning in journal.begin()? {
            session.terminal().warn(&warning);
        }
        if !found.is_empty() {
            let text = self.resuming(&run.lines());
            session.terminal().note(&text);
        }
        let mut driver = Driver::new(run, journal, std::mem::take(&mut self.calls), interrupts, session);
        let ended = driver.drive().await?;
        let conditions = if matches!(ended, Ended::Over) { driver.look_afterwards().await } else { BTreeMap::new() };
        let (run, failures) = driver.into_parts();
        let mut lines = run.lines();
        for line in &mut lines {
            line.condition = conditions.get(&line.partition).cloned();
        }
        if self.reports {
            report::show(&lines, &failures, session.terminal())?;
        }
        let again = self.command.line();
        let exit = report::worst(&lines, &failures);
        let over = matches!(ended, Ended::Over);
        let result = match ended {
            Ended::Interrupted => Err(Failure::Interrupted {
                problem: format!("interrupted; {}; running restores continue in the cluster", report::summary(&lines)),
                may_have_changed: true,
                hint: Some(format!("to resume: {again}")),
            }),
            Ended::Unwritable(problem) => {
                let problem = format!(
                    "journal {}: cannot be written: {problem}; nothing was sent after that; to resume: {again}",
                    self.journal.display()
                );
                if exit == Exit::Done {
                    Err(Failure::Other(problem))
                } else {
                    session.terminal().warn(&problem);
                    Err(Failure::AlreadyReported(Exit::worst([exit, Exit::Failed])))
                }
            }
            Ended::Over => {
                if self.reports && run.is_resumable() {
                    session.terminal().hint(&format!("to restore the rest: {again}"));
                }
                self.hint_at_retry(&lines, session.terminal());
                result_of(exit)
            }
        };
        Ok(Carried { lines, over, result })
    }

    /// Nothing remains to be done: the result is that of earlier runs.
    pub(super) fn conclude_idle(&self, run: &Run, session: &mut Session<'_, '_>) -> Result<Carried, Failure> {
        let (lines, failures) = (run.lines(), Failures::new());
        let result = result_of(report::worst(&lines, &failures));
        if !self.reports {
            return Ok(Carried { lines, over: true, result });
        }
        let elsewhere = self.elsewhere(session);
        let terminal = session.terminal();
        if let Some(elsewhere) = elsewhere {
            terminal.warn(&elsewhere);
        }
        report::show(&lines, &failures, terminal)?;
        let with_new_journal = self.command.clone().with_journal(&free_journal(&self.journal));
        terminal.note(&format!(
            "nothing to do: {} shows that every restore of this plan has ended; to run the whole plan again, use \
                another journal: {}",
            self.journal.display(),
            with_new_journal.line()
        ));
        self.hint_at_retry(&lines, terminal);
        Ok(Carried { lines, over: true, result })
    }

    /// Running the plan again retries failed restores only on request.
    fn hint_at_retry(&self, lines: &[Line], terminal: &mut Terminal<'_>) {
        let failed = match lines.iter().filter(|line| line.outcome.has_failed()).count() {
            _ if !self.reports => return,
            0 => return,
            1 => "1 partition failed or timed out; restore it".to_owned(),
            failed => format!("{failed} partitions failed or timed out; restore them"),
        };
        terminal.hint(&format!("{failed} again with: {}", self.command.clone().with("--retry-failed").line()));
    }

    pub(super) fn begin(&self, found: &[Entry]) -> Result<Run, Failure> {
        let run = Run::new(self.plan.clone(), found, self.limits);
        run.map_err(|error| journal_file::failure(&self.journal, &error.to_string()))
    }
}

fn result_of(exit: Exit) -> Result<(), Failure> {
    if exit == Exit::Done { Ok(()) } else { Err(Failure::AlreadyReported(exit)) }
}

/// Whether this run may overwrite the partition: a running restore was confirmed when it was started.
fn may_have_been_sent(line: &Line, retry_failed: bool) -> bool {
    match &line.outcome {
        Outcome::NotBegun | Outcome::Unknown(_) => true,
        outcome => retry_failed && outcome.has_failed(),
    }
}

/// An unused name of a journal: `plan.yaml.journal.2`.
fn free_journal(journal: &Path) -> PathBuf {
    let mut name = journal.to_owned();
    for number in 2..100 {
        let mut text = journal.as_os_str().to_owned();
        text.push(format!(".{number}"));
        name = text.into();
        if !name.exists() {
            break;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_journal_has_the_next_number() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("j");
        assert!(free_journal(&journal).ends_with("j.2"));
        std::fs::write(folder.path().join("j.2"), "").unwrap();
        assert!(free_journal(&journal).ends_with("j.3"));
    }
}
