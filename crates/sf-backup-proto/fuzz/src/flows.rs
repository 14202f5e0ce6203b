use std::time::Duration;

use bytes::Bytes;
use http::Response;
use sf_backup_proto::error::{LostOutcome, TransportErrorKind};
use sf_backup_proto::flow::{
    Cluster, Exchange, HasPhase, Moment, Observed, Outcome, PauseReason, Progress, ProgressStep, RetryPolicy,
    SendOrder, Step, WaitOutcome,
};
use sf_backup_proto::model::progress::{BackupProgressInfo, BackupState, RestoreProgressInfo, RestoreState};
use sf_backup_proto::operation::Visitor;
use sf_backup_proto::operations::{self, inventory};
use sf_backup_proto::{
    ApiVersion, ContinuationToken, Endpoints, GetBackupPolicyList, Operation, Page, Pager, RequestOptions, Secret,
    Target, Timestamp,
};

/// The bytes of an input, consumed from the front; zeros at the end.
struct Source<'a>(&'a [u8]);

impl<'a> Source<'a> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().map_or((0, self.0), |(first, rest)| (*first, rest));
        self.0 = rest;
        first
    }

    /// Up to the next line break.
    fn line(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == b'\n').unwrap_or(self.0.len());
        let (line, rest) = self.0.split_at(end);
        self.0 = rest.strip_prefix(b"\n").unwrap_or(rest);
        line
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Uses the bytes as the outcomes of the requests of one call. The first byte selects the operation, or with 255 every
/// one; the next bytes are the client's settings. Then each request has a byte that selects the failure or the status,
/// a byte for the elapsed time, and a line of body.
///
/// In any case, a call ends, repeats no change that must not be repeated and may have been made, and does not deny that
/// it may have been made.
pub fn exchange(data: &[u8]) {
    let mut source = Source(data);
    calls(source.byte(), source.0);
}

/// Uses the bytes as the reads about a change whose response was lost, one response per line; the first is the read
/// before the change, if there is one. The first byte selects the operation, as above.
pub fn resolve(data: &[u8]) {
    let mut source = Source(data);
    let (which, data) = (source.byte(), source.0);
    // Four attempts, one endpoint, no token, and a known version.
    const SETTINGS: u8 = 4 | 128;
    let readings = data.split(|byte| *byte == b'\n').flat_map(|line| [b"\0\x01", line, b"\n"].concat());
    let readings: Vec<u8> = readings.collect();
    let (first, rest) = readings.split_at(readings.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1));
    calls(which, &[&[SETTINGS], &b"~\x01"[..], &readings].concat());
    calls(which, &[&[SETTINGS], first, &b"~\x01"[..], rest].concat());
}

fn calls(which: u8, data: &[u8]) {
    let count = operations::OPERATIONS.len() + inventory::INVENTORY.len();
    let chosen = (which != u8::MAX).then_some(usize::from(which) % count);
    let mut calls = Calls { chosen, passed: 0, data };
    operations::visit(&mut calls);
    inventory::visit(&mut calls);
}

struct Calls<'a> {
    /// All operations if `None`.
    chosen: Option<usize>,
    passed: usize,
    data: &'a [u8],
}

impl Visitor for Calls<'_> {
    fn operation<O: Operation>(&mut self) {
        let here = self.passed;
        self.passed += 1;
        if self.chosen.is_none_or(|chosen| chosen == here)
            && let Some(call) = crate::server_read::sample::<O>()
        {
            drive(call, Source(self.data));
        }
    }
}

fn drive<O: Operation>(call: O, mut source: Source<'_>) {
    let settings = source.byte();
    let policy = RetryPolicy {
        max_attempts: u32::from(settings & 7),
        total: (settings & 8 != 0).then(|| Duration::from_secs(u64::from(source.byte()))),
        resolve: settings & 16 == 0,
        ..RetryPolicy::default()
    };
    let target = Target::new("http://localhost:19080".parse().expect("an endpoint"));
    let mut options = RequestOptions::new().retry(policy);
    let own = call.to_request(&target).map(|request| request.uri().path().to_owned()).unwrap_or_default();
    if settings & 32 != 0 {
        options = options.bearer(Secret::from("token"));
    }
    let endpoints = if settings & 64 != 0 { "http://a:1,http://b:2" } else { "http://a:1" };
    if settings & 128 != 0 {
        options = options.api_version(ApiVersion::V6_4);
    }
    let endpoints: Endpoints = endpoints.parse().expect("endpoints");
    let mut exchange = Exchange::new(&Cluster::new(endpoints, u64::from(settings)), call, options);
    let (mut now, mut doubt) = (Duration::ZERO, false);
    // All attempts, a read before, and reads for minutes after: far fewer than this.
    for _ in 0..1_000 {
        match exchange.step(Moment::after(now)) {
            Step::Send(SendOrder { request, deadline, fresh_connection, .. }) => {
                let is_call = request.uri().path() == own;
                assert!(!(is_call && doubt && !O::SPEC.idempotent), "{} is sent again", O::SPEC.name);
                assert!(!is_call || fresh_connection != O::SPEC.idempotent);
                assert!(deadline > Duration::ZERO, "sent without time");
                assert!(matches!(exchange.step(Moment::after(now)), Step::Pending), "two orders at once");
                let (outcome, took) = befalls(&mut source, deadline);
                doubt |= is_call
                    && match &outcome {
                        Outcome::Response(response) => {
                            response.status().is_success() || response.status().is_server_error()
                        }
                        Outcome::Failed { fault, .. } => fault.may_have_been_sent(),
                    };
                now += took;
                exchange.report(outcome, Moment::after(now));
            }
            Step::Wait(pause) => {
                let (duration, reason) = (pause.duration, pause.reason);
                assert!(duration > Duration::ZERO && duration <= Duration::from_secs(300), "a pause of {duration:?}");
                assert!(!O::SPEC.idempotent || reason != PauseReason::Verify);
                now += duration;
            }
            Step::Token(_) => exchange.token(match source.byte() % 3 {
                0 => Ok(Some(Secret::from("fresh"))),
                1 => Ok(None),
                _ => Err("no token"),
            }),
            Step::Pending => panic!("nothing is due"),
            Step::Done(Ok(_)) => return,
            Step::Done(Err(error)) => {
                crate::assert_presentable(&error);
                let _ = (error.kind(), sf_backup_ops::advice::hint(&error));
                let denied = !error.may_have_changed() && error.lost_outcome() != Some(&LostOutcome::NotDone);
                assert!(!(doubt && denied && O::SPEC.changes()), "{} denies: {error}", O::SPEC.name);
                assert!(O::SPEC.changes() || !error.may_have_changed());
                return;
            }
        }
    }
    panic!("{} does not end", O::SPEC.name);
}

/// The outcome of a request, and its duration.
fn befalls(source: &mut Source<'_>, deadline: Duration) -> (Outcome<&'static str>, Duration) {
    const STATUSES: &[u16] =
        &[200, 201, 202, 204, 301, 400, 401, 403, 404, 409, 410, 429, 500, 500, 502, 503, 504, 999, 100, 200];
    let failed = |fault| Outcome::Failed { fault, source: "cut" };
    let kind = source.byte();
    let took = Duration::from_millis(u64::from(source.byte()) * 16).min(deadline);
    match kind {
        b'!' => return (failed(TransportErrorKind::Unreachable), took),
        b'?' => return (failed(TransportErrorKind::IdentityRefused), took),
        b'~' => return (failed(TransportErrorKind::Lost), took),
        b'^' => return (failed(TransportErrorKind::TimedOut), deadline),
        _ => {}
    }
    let body = source.line();
    let mut response = Response::new(Bytes::copy_from_slice(body));
    let status = STATUSES.get(usize::from(kind) % STATUSES.len()).copied().unwrap_or(200);
    *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
    if kind >= 128 {
        response.headers_mut().insert(http::header::RETRY_AFTER, http::HeaderValue::from(u16::from(kind) * 2));
    }
    (Outcome::Response(response), took)
}

/// Uses the bytes as the tokens of a list's pages, one per line; an empty line is the last page, `!` an error.
///
/// A list ends at the latest when a token is repeated, and a pager never requests a page twice.
pub fn pager(data: &[u8]) {
    let mut source = Source(data);
    let mut pager = Pager::new(GetBackupPolicyList::new());
    let (mut pages, lines) = (0_usize, data.iter().filter(|byte| **byte == b'\n').count());
    while let Some(call) = pager.next_call() {
        assert_eq!(call.continuation_token.as_ref(), pager.token());
        pages += 1;
        assert!(pages <= lines + 2, "more pages than there are");
        let line = source.line();
        let before = pager.token().cloned();
        let token = str::from_utf8(line).ok().and_then(ContinuationToken::new);
        let reply = match line {
            b"!" => Err(sf_backup_proto::Error::unsent(&call, sf_backup_proto::error::NotAttempted::Credential, "cut")),
            _ => Ok(Page::new(Vec::new(), token.clone())),
        };
        match pager.accept(reply) {
            Ok(_) => assert_eq!(pager.token(), token.as_ref()),
            Err(error) => {
                crate::assert_presentable(&error);
                assert!(pager.next_call().is_none(), "it goes on after an error");
                assert_eq!(pager.token(), before.as_ref());
            }
        }
    }
    assert!(pager.next_call().is_none());
}

/// Uses the bytes as readings of the progress of a backup and a restore, with the time between them: three bytes each.
///
/// Waiting ends by what the readings show or by its deadline, and not earlier.
pub fn progress(data: &[u8]) {
    watch(data, |byte, at| {
        let state = match byte % 7 {
            0 => return None,
            1 => BackupState::Accepted,
            2 => BackupState::BackupInProgress,
            3 => BackupState::Success,
            4 => BackupState::Failure,
            5 => BackupState::Timeout,
            _ => BackupState::from("FromTheFuture"),
        };
        let info = BackupProgressInfo::new().backup_state(state);
        Some(match at {
            Some(at) => info.time_stamp_utc(at),
            None => info,
        })
    });
    watch(data, |byte, at| {
        let state = match byte % 6 {
            0 => return None,
            1 => RestoreState::Accepted,
            2 => RestoreState::RestoreInProgress,
            3 => RestoreState::Success,
            4 => RestoreState::Failure,
            _ => RestoreState::Timeout,
        };
        let info = RestoreProgressInfo::new().restore_state(state);
        Some(match at {
            Some(at) => info.time_stamp_utc(at),
            None => info,
        })
    });
}

fn watch<P: HasPhase + std::fmt::Debug>(data: &[u8], reading: impl Fn(u8, Option<Timestamp>) -> Option<P>) {
    let mut source = Source(data);
    let next = |source: &mut Source<'_>| {
        let (state, at) = (source.byte(), source.byte());
        let at = Timestamp::from_unix(i64::from(at)).filter(|_| at > 128);
        (reading(state, at), Duration::from_millis(u64::from(source.byte()) * 100))
    };
    let (baseline, deadline) = next(&mut source);
    let deadline = (!deadline.is_zero()).then_some(deadline * 100);
    let mut progress = Progress::new(baseline.clone());
    if let Some(deadline) = deadline {
        progress = progress.deadline(deadline);
    }
    let (mut now, mut last) = (Duration::ZERO, None);
    let mut progress = progress.started_at(Moment::START);
    // A run that never ends, or is no longer visible, is waited for until the caller's deadline.
    while !source.is_empty() {
        match progress.step(Moment::after(now)) {
            ProgressStep::Ended(WaitOutcome::Final(ended)) => {
                assert!(ended.phase().is_final() && last == Some(ended));
                return;
            }
            ProgressStep::Ended(WaitOutcome::Deadline { last: seen }) => {
                assert!(deadline.is_some_and(|deadline| now >= deadline) && last == seen);
                return;
            }
            ProgressStep::Ended(WaitOutcome::Stuck { last: seen }) => {
                assert!(now >= Progress::<P>::STUCK_AFTER && last == seen);
                return;
            }
            ProgressStep::Wait(pause) => {
                assert!(pause > Duration::ZERO && pause <= Progress::<P>::LONGEST_PAUSE);
                now += pause;
            }
            ProgressStep::Poll => {
                let (seen, took) = next(&mut source);
                now += took;
                match progress.accept(seen.clone(), Moment::after(now)) {
                    Observed::Nothing => assert!(seen.is_none() || (last.is_none() && seen == baseline)),
                    Observed::Run(phase) => {
                        assert_eq!(seen.as_ref().map(HasPhase::phase), Some(phase));
                        last = seen;
                    }
                }
            }
        }
    }
}
