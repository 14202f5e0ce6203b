//! Reads many entities: prints one list of the results, and the failures.

use serde::Serialize;
use sf_backup_proto::Paged;

use super::outcome::NONE;
use super::{BatchResult, CallOutcome};
use crate::cluster::calls::{AnyCall, Calls, names};
use crate::cluster::session::Session;
use crate::options::ids::Concurrency;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, Report};
use crate::output::ordered_json::OrderedJson;
use crate::output::render::table::{Record, records};
use crate::output::render::{self, Format, SingleView};

/// The member for the partition of a response.
const PARTITION: &str = "PartitionId";

/// The items that were read, and the outcome of reading them.
#[derive(Debug)]
pub(crate) struct ListResult<T> {
    pub(crate) items: Vec<T>,
    /// Whether the list is known to be empty: at least one request was made, and none failed.
    pub(crate) none: bool,
    pub(crate) end: Result<(), Failure>,
}

impl Session<'_, '_> {
    /// Reads the items of several lists. Prints failures.
    pub(crate) async fn gather<O: Paged>(&mut self, calls: Calls<O>) -> Result<ListResult<O::Item>, Failure> {
        let (calls, concurrency) = match calls.take() {
            Ok(call) => {
                let read = self.items(call.clone()).await;
                if let Some(absent) = Box::pin(self.absence(&call, &read, Vec::is_empty)).await {
                    return Err(absent);
                }
                let items = read?;
                return Ok(ListResult { none: items.is_empty(), items, end: Ok(()) });
            }
            Err((calls, concurrency)) => (Calls::new(calls, Some(concurrency)).whole(), concurrency),
        };
        self.gather_all(calls.all(), concurrency).await
    }

    async fn gather_all<T: Send + 'static>(
        &mut self,
        calls: &[AnyCall<Vec<T>>],
        concurrency: Concurrency,
    ) -> Result<ListResult<T>, Failure> {
        let mut run = self.run(calls, concurrency, |client, call| call.send(client)).await;
        self.find_absent(calls, &mut run, Vec::is_empty).await;
        self.print_failures(calls, &run);
        let end = run.end("", false);
        let items = run.outcomes.into_iter().filter_map(|outcome| match outcome {
            CallOutcome::Done(items) => Some(items),
            _ => None,
        });
        let items: Vec<_> = items.flatten().collect();
        Ok(ListResult { none: items.is_empty() && !calls.is_empty() && end.is_ok(), items, end })
    }

    /// Runs reads that return one object each, and prints all of them.
    pub(crate) async fn one_of_all<R: SingleView + Send + 'static>(
        &mut self,
        calls: Vec<AnyCall<R>>,
        concurrency: Concurrency,
    ) -> Result<(), Failure> {
        let mut run = self.run(&calls, concurrency, |client, call| call.send(client)).await;
        self.find_absent(&calls, &mut run, |_| false).await;
        self.print_failures(&calls, &run);
        let responses = calls.iter().zip(&run.outcomes).filter_map(|(call, outcome)| match outcome {
            CallOutcome::Done(response) => Some((call.name(), response)),
            _ => None,
        });
        let format = self.terminal().options.format;
        if format == Format::Table {
            let view = self.terminal().view();
            let rows = responses.map(|(partition, response)| {
                let record = response.record(&view);
                let nothing = || Record::default().prose("State", Some(R::NOTHING));
                (partition, record.unwrap_or_else(nothing))
            });
            let rows: Vec<_> = rows.collect();
            if !rows.is_empty() {
                self.terminal().table(&records("PARTITION", &rows))?;
            }
        } else {
            let documents: Vec<_> =
                responses.map(|(partition, response)| with_partition(&partition, response)).collect();
            let text = render::document(format, &documents)?;
            self.terminal().result(&text)?;
        }
        let verdicts = run.outcomes.iter().filter_map(|outcome| match outcome {
            CallOutcome::Done(response) => response.verdict(),
            _ => None,
        });
        let verdict = Exit::worst(verdicts);
        match run.end("", false) {
            Ok(()) if verdict == Exit::Done => Ok(()),
            Ok(()) => Err(Failure::AlreadyReported(verdict)),
            Err(Failure::AlreadyReported(exit)) => Err(Failure::AlreadyReported(Exit::worst([exit, verdict]))),
            Err(failure) => Err(failure),
        }
    }

    /// Prints the failures, and what was not requested because of them.
    fn print_failures<T>(&mut self, calls: &[AnyCall<T>], run: &BatchResult<T>) {
        if calls.is_empty() {
            self.terminal().note(NONE);
        }
        let (mut errors, mut left_out) = (Vec::new(), Vec::new());
        for (call, outcome) in calls.iter().zip(&run.outcomes) {
            match outcome {
                CallOutcome::Failed(failure) => {
                    errors.extend(failure.report().map(|report| (failure.exit(), report)));
                }
                CallOutcome::NotSent => left_out.push(call.name()),
                CallOutcome::Done(_) | CallOutcome::UnderWay => {}
            }
        }
        if !left_out.is_empty() && !run.interrupted {
            let problem = format!("not requested after that: {}", names(&left_out));
            errors.push((Exit::Done, Report::plain("notSent", &problem)));
        }
        if self.terminal().options.format == Format::Json {
            // One document: the worst error, which contains the others.
            let worst = Exit::worst(errors.iter().map(|(exit, _)| *exit));
            if let Some(at) = errors.iter().position(|(exit, _)| *exit == worst) {
                let (_, first) = errors.remove(at);
                let others = errors.into_iter().map(|(_, report)| report).collect();
                self.terminal().error(&first.with_errors(others));
            }
            return;
        }
        for (_, report) in &errors {
            self.terminal().error(report);
        }
    }
}

/// Adds the partition to a response, because not every response contains it. Without a response, only the partition.
fn with_partition(partition: &str, response: &impl Serialize) -> OrderedJson {
    let mut members = match OrderedJson::of(response) {
        Ok(OrderedJson::Object(members)) => members,
        _ => Vec::new(),
    };
    if !members.iter().any(|(name, _)| name == PARTITION) {
        members.insert(0, (PARTITION.to_owned(), OrderedJson::text(partition)));
    }
    OrderedJson::Object(members)
}
