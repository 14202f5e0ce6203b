//! Starts one backup or restore, or finds it, and follows it to its end.

use std::time::{Duration, Instant};

use sf_backup_ops::duration;
use sf_backup_proto::ErrorKind;
use sf_backup_proto::flow::{HasPhase, Observed, Phase, PollEvent, WaitOutcome};

use super::ending::Ending;
use super::kind::{Kind, Observable};
use super::wait_target::{End, News, ProgressSnapshot};
use crate::cluster::bulk::OutcomeName;
use crate::cluster::calls::name;
use crate::cluster::client::Client;
use crate::output::exit::Exit;
use crate::output::failure::Report;
use crate::output::ordered_json::OrderedJson;
use crate::output::render::View;
use crate::output::render::table::describe;

/// Maximum consecutive failed reads, each with all the attempts of a call.
pub(super) const PATIENCE: u32 = 5;
/// An operation that stays accepted for longer than this may be stuck.
const SUSPICIOUS: Duration = Duration::from_secs(120);

/// Follows an operation; with `attach`, one that was started before.
pub(super) async fn follow<O: Kind>(
    client: Client,
    call: O,
    attach: bool,
    view: View,
    send_news: impl Fn(News),
) -> End {
    let name = name(&call);
    send_news(News::Begins);
    let run = if attach { Ok(client.attach(call)) } else { client.start(call).await };
    let mut run = match run {
        Ok(run) => run,
        Err(error) => return End::NotStarted(error.into()),
    };
    send_news(News::Started);
    let started = Instant::now();
    let mut failed = 0;
    loop {
        match run.next_status().await {
            Ok(PollEvent::Ended(ended)) => return End::Ended(ending::<O>(&name, &ended, started.elapsed())),
            Ok(PollEvent::Reading(_, None)) if attach => return End::Ended(absent::<O>(&name)),
            Ok(PollEvent::Reading(observed, reading)) => {
                failed = 0;
                if let (Observed::Run(phase), Some(reading)) = (observed, reading) {
                    let idle = phase == Phase::Accepted && started.elapsed() >= SUSPICIOUS;
                    send_news(News::Seen(sight::<O>(&name, reading, idle, &view)));
                }
            }
            Err(error) => {
                failed += 1;
                if failed > PATIENCE || !may_pass(error.kind()) {
                    return End::Lost(error, format!("the {} continues, but its progress cannot be read", O::WHAT));
                }
                send_news(News::Trouble(error));
                tokio::time::sleep(Duration::from_secs(1) * failed).await;
            }
        }
    }
}

/// Whether a later read may succeed.
pub(super) fn may_pass(kind: ErrorKind) -> bool {
    !kind.is_about_access()
        && !matches!(
            kind,
            ErrorKind::InvalidRequest | ErrorKind::InvalidArgument | ErrorKind::EntityNotFound | ErrorKind::NotFound
        )
}

fn sight<O: Kind>(name: &str, reading: O::Progress, idle: bool, view: &View) -> ProgressSnapshot {
    ProgressSnapshot {
        state: reading.state(),
        lsn: reading.lsn(),
        hint: idle.then(|| format!("no progress: {}", O::remedy(name))),
        progress: OrderedJson::of(&reading).ok(),
        record: reading.record(view),
        missing: None,
    }
}

fn absent<O: Kind>(name: &str) -> Ending {
    let problem = format!("no {} of partition {name} has been requested; nothing to wait for", O::WHAT);
    Ending::new(OutcomeName::Failed, Exit::NotFound, Some(Report::about("absent", name, problem, None)))
}

fn ending<O: Kind>(name: &str, ended: &WaitOutcome<O::Progress>, waited: Duration) -> Ending {
    let what = O::WHAT;
    let progress = match ended {
        WaitOutcome::Final(progress) => progress,
        WaitOutcome::Stuck { .. } | WaitOutcome::Deadline { .. } => {
            let waited = duration::measured(waited);
            let problem =
                format!("the {what} of partition {name} is stuck: the cluster has not started it after {waited}");
            let report = Report::about("stuck", name, problem, Some(O::remedy(name))).uncertain();
            return Ending { goes_on: true, ..Ending::new(OutcomeName::Failed, Exit::TimedOut, Some(report)) };
        }
    };
    match progress.phase() {
        Phase::Failure => {
            let why = progress.failure().map(describe::failure);
            let why = why.unwrap_or_else(|| "the cluster does not report a reason".to_owned());
            let problem = format!("the {what} of partition {name} failed: {why}");
            let hint = progress.failure().and_then(describe::action).map(|hint| hint.to_string());
            let report = Report::about("failure", name, problem, hint);
            Ending { printed: true, ..Ending::new(OutcomeName::Failed, Exit::OperationFailed, Some(report)) }
        }
        Phase::Timeout => {
            let problem = format!(
                "the cluster gave up on the {what} of partition {name} after its own time limit; it may have \
                    succeeded anyway"
            );
            let hint =
                format!("check whether it succeeded before requesting another; --{what}-timeout extends the limit");
            let report = Report::about("timeout", name, problem, Some(hint)).uncertain();
            Ending { printed: true, ..Ending::new(OutcomeName::Unknown, Exit::TimedOut, Some(report)) }
        }
        _ => Ending::done(),
    }
}

#[cfg(test)]
mod tests {
    use sf_backup_proto::model::progress::{BackupProgressInfo, BackupState, RestoreProgressInfo, RestoreState};
    use sf_backup_proto::{BackupPartition, RestorePartition};

    use super::*;

    #[test]
    fn exit_codes_follow_the_phase_of_the_operation() {
        let of = |state| {
            let ended = WaitOutcome::Final(BackupProgressInfo::new().backup_state(state));
            let ending = ending::<BackupPartition>("p", &ended, Duration::ZERO);
            (ending.exit.unwrap().code(), ending.word, ending.goes_on)
        };
        assert_eq!(of(BackupState::Success), (0, OutcomeName::Done, false));
        assert_eq!(of(BackupState::Failure), (8, OutcomeName::Failed, false));
        assert_eq!(of(BackupState::Timeout), (6, OutcomeName::Unknown, false));
    }

    #[test]
    fn a_stuck_operation_names_the_remedy() {
        let stuck: WaitOutcome<RestoreProgressInfo> = WaitOutcome::Stuck { last: None };
        let ending = ending::<RestorePartition>("p", &stuck, Duration::from_secs(720));
        assert_eq!((ending.exit, ending.goes_on), (Some(Exit::TimedOut), true));
        let report = ending.report.unwrap();
        assert!(report.line().contains("has not started it after 12m"), "{report:?}");
        for remedy in ["FaultAnalysisService", "skip-restore p", "policy update"] {
            assert!(report.hint().unwrap().contains(remedy), "{report:?}");
        }
    }

    #[test]
    fn an_operation_that_stays_accepted_gets_a_hint() {
        let reading = || RestoreProgressInfo::new().restore_state(RestoreState::Accepted);
        let view = View { now: sf_backup_proto::Timestamp::UNIX_EPOCH, wide: false, ascii: false };
        assert_eq!(sight::<RestorePartition>("p", reading(), false, &view).hint, None);
        let hint = sight::<RestorePartition>("p", reading(), true, &view).hint.unwrap();
        assert!(hint.starts_with("no progress: ") && hint.contains("FaultAnalysisService"), "{hint}");
    }
}
