//! Several endpoints, some of which respond badly.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use super::{
    Call, Dead, Exchange, NOT_ENABLED, Outcome, SendOrder, Step, Trace, drive, endpoints, failed, options, response,
    resume, run, seconds_in,
};
use crate::error::{Error, ErrorKind, NotAttempted, TransportErrorKind};
use crate::flow::{Cluster, Moment, RetryPolicy};
use crate::operation::Operation;
use crate::operations::{BackupPartition, CreateBackupPolicy, DeleteBackupPolicy, GetServiceBackupConfigurationInfo};
use crate::wire::body::Body;

fn two(seed: u64) -> Cluster {
    endpoints("http://bad,http://good", seed)
}

fn configuration() -> GetServiceBackupConfigurationInfo {
    GetServiceBackupConfigurationInfo::new("A/B".parse().unwrap())
}

/// One of two gateways gives this response to everything; the other serves.
fn one_bad<O: Operation>(
    call: O,
    seed: u64,
    bad: impl Fn() -> Outcome<Dead>,
    good: impl Fn(&Request<Body>) -> Outcome<Dead>,
) -> Trace<O::Response> {
    drive(Call::new(call, options()), &two(seed), |request, _| {
        if request.uri().host() == Some("bad") { bad() } else { good(request) }
    })
}

fn html() -> &'static str {
    "<html><head><title>Bad gateway</title></head></html>"
}

#[test]
fn one_gateway_that_fails_does_not_fail_a_call() {
    for status in [500, 502, 503, 504] {
        for (seed, body) in (0..20).flat_map(|seed| [(seed, ""), (seed, html())]) {
            let served = one_bad(resume(), seed, || response(status, body), |_| response(202, ""));
            assert!(served.requests.len() <= 2, "{status}: {:?}", served.hosts());
            served.result.unwrap_or_else(|error| panic!("{status}, seed {seed}: {error}"));
            let read = one_bad(configuration(), seed, || response(status, body), |_| response(200, r#"{"Items":[]}"#));
            read.result.unwrap_or_else(|error| panic!("{status}, seed {seed}: {error}"));
        }
    }
}

#[test]
fn calls_keep_away_from_a_gateway_that_failed() {
    for status in [500, 502, 503, 504] {
        let cluster = two(3);
        let mut asked = Vec::new();
        for _ in 0..10 {
            let trace = drive(Call::new(configuration(), options()), &cluster, |request, _| {
                if request.uri().host() == Some("bad") { response(status, "") } else { response(200, "{}") }
            });
            asked.extend(trace.hosts().iter().map(ToString::to_string));
        }
        assert!(asked.iter().filter(|host| *host == "bad").count() <= 1, "{status}: {asked:?}");
    }
}

/// The verification of a lost change goes to the other gateway as well, and finds the outcome.
#[test]
fn a_change_lost_at_one_gateway_is_verified_at_the_other() {
    for (status, seed) in [500, 502, 503, 504].into_iter().flat_map(|status| (0..20).map(move |seed| (status, seed))) {
        let delete = DeleteBackupPolicy::new("p".parse().unwrap());
        let gone = r#"{"Error":{"Code":"FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST","Message":"m"}}"#;
        let good = |request: &Request<Body>| {
            if request.method() == http::Method::POST { response(200, "") } else { response(404, gone) }
        };
        let trace = one_bad(delete, seed, || response(status, ""), good);
        assert!(trace.waited < Duration::from_secs(5), "{status}: {:?}", trace.waited);
        assert_eq!(trace.requests.iter().filter(|request| request.method() == http::Method::POST).count(), 1);
        trace.result.unwrap_or_else(|error| panic!("{status}, seed {seed}: {error}"));
    }
}

#[test]
fn a_read_that_meets_an_empty_404_asks_the_other_gateway_at_once() {
    for (seed, body) in (0..20).flat_map(|seed| [(seed, ""), (seed, html())]) {
        let trace = one_bad(configuration(), seed, || response(404, body), |_| response(200, "{}"));
        assert_eq!(trace.waited, Duration::ZERO);
        trace.result.unwrap_or_else(|error| panic!("seed {seed}: {error}"));

        // So does the read before a backup.
        let partition = "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap();
        let good = |request: &Request<Body>| {
            if request.method() == http::Method::POST { response(202, "") } else { response(200, "null") }
        };
        let bad = || response(404, body);
        let trace = drive(Call::new(BackupPartition::new(partition), options()), &two(seed), |request, _| {
            let reads = request.method() == http::Method::GET;
            if reads && request.uri().host() == Some("bad") { bad() } else { good(request) }
        });
        trace.result.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

#[test]
fn an_empty_404_is_final_where_it_is_all_that_can_be_had() {
    // From every endpoint.
    let trace = drive(Call::new(configuration(), options()), &two(1), |_, _| response(404, ""));
    assert_eq!(trace.requests.len(), 2);
    assert_eq!(trace.result.unwrap_err().kind(), ErrorKind::BackupServiceMissing);
    // For a change: it is not sent twice.
    let trace = drive(Call::new(resume(), options()), &two(1), |_, _| response(404, ""));
    assert_eq!((trace.requests.len(), trace.result.unwrap_err().kind()), (1, ErrorKind::BackupServiceMissing));
    // Without further attempts.
    let once = Call::new(configuration(), options()).retry(RetryPolicy::never());
    assert_eq!(drive(once, &two(1), |_, _| response(404, "")).requests.len(), 1);
    // With a code, it is final.
    let trace = drive(Call::new(configuration(), options()), &two(1), |_, _| response(404, NOT_ENABLED));
    assert_eq!((trace.requests.len(), trace.result.unwrap_err().kind()), (1, ErrorKind::BackupNotEnabled));
}

/// One outage counts once, however many calls fail.
#[test]
fn parallel_failures_of_one_outage_ban_an_endpoint_once() {
    for outcome in
        [|| failed(TransportErrorKind::Lost), || failed(TransportErrorKind::Unreachable), || response(503, "")]
    {
        let cluster = two(1);
        let now = seconds_in(1_000);
        let mut calls: Vec<_> =
            (0..5).map(|_| Call::new(configuration(), options()).retry(RetryPolicy::never()).on(&cluster)).collect();
        let mut first = None;
        for call in &mut calls {
            let host = asked(call, now);
            assert_eq!(*first.get_or_insert(host.clone()), host);
        }
        for (index, call) in calls.iter_mut().enumerate() {
            call.report(outcome(), now + Duration::from_secs(index as u64));
        }
        let later = |seconds| now + Duration::from_secs(seconds);
        let host_at = |seconds| {
            let mut call = Call::new(configuration(), options()).on(&cluster);
            asked(&mut call, later(seconds))
        };
        assert_ne!(Some(host_at(20)), first);
        // The other one fails, when the first is free again.
        let mut call = Call::new(configuration(), options()).retry(RetryPolicy::never()).on(&cluster);
        asked(&mut call, later(29));
        call.report(outcome(), later(29));
        let mut call = Call::new(configuration(), options()).on(&cluster);
        assert_eq!(Some(asked(&mut call, later(40))), first);
    }
}

/// The host of the request that the call sends.
fn asked<O: Operation>(call: &mut Exchange<O, Dead>, now: Moment) -> String {
    match call.step(now) {
        Step::Send(SendOrder { request, .. }) => request.uri().host().unwrap().to_owned(),
        step => panic!("{step:?}"),
    }
}

/// A deadline below the server's timeout shows nothing about an endpoint: later calls still use it.
#[test]
fn a_short_deadline_does_not_mark_endpoints_as_down() {
    let cluster = two(1);
    let mut call = Call::new(configuration(), options()).retry(RetryPolicy::never()).on(&cluster);
    let host = asked(&mut call, Moment::START);
    call.report(failed(TransportErrorKind::TimedOut), seconds_in(1));
    let mut call = Call::new(configuration(), options()).on(&cluster);
    assert_eq!(asked(&mut call, seconds_in(2)), host);
}

/// The call itself continues at the other endpoint.
#[test]
fn an_impatient_client_tries_the_other_endpoint_next() {
    let trace = drive(Call::new(configuration(), options().deadline(Duration::from_secs(1))), &two(1), |_, _| {
        failed(TransportErrorKind::TimedOut)
    });
    let hosts = trace.hosts();
    assert!(hosts.windows(2).all(|pair| pair[0] != pair[1]), "{hosts:?}");
}

/// Each consecutive outage bans the endpoint for longer; a response resets this.
#[test]
fn an_endpoint_is_left_alone_longer_after_each_outage_until_it_responds() {
    let cluster = two(1);
    let mut call = Call::new(configuration(), options()).retry(RetryPolicy::never()).on(&cluster);
    let first = asked(&mut call, Moment::START);
    call.report(failed(TransportErrorKind::Lost), Moment::START);
    let host_at = |seconds| asked(&mut Call::new(configuration(), options()).on(&cluster), seconds_in(seconds));
    let fails_at = |seconds| {
        let mut call = Call::new(configuration(), options()).retry(RetryPolicy::never()).on(&cluster);
        assert_eq!(asked(&mut call, seconds_in(seconds)), first);
        call.report(failed(TransportErrorKind::Lost), seconds_in(seconds));
    };
    assert_ne!(host_at(29), first);
    fails_at(30);
    assert_ne!(host_at(89), first);
    // Sixty seconds this time.
    let mut call = Call::new(configuration(), options()).on(&cluster);
    assert_eq!(asked(&mut call, seconds_in(90)), first);
    call.report(response(200, r#"{"Items":[]}"#), seconds_in(91));
    fails_at(100);
    assert_ne!(host_at(129), first);
    assert_eq!(host_at(130), first);
}

#[test]
fn responses_over_the_limit_are_not_requested_again() {
    let unusable = || failed(TransportErrorKind::Rejected);
    // A read: final.
    let trace = drive(Call::new(configuration(), options()), &two(1), |_, _| unusable());
    let error = trace.result.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.is_transient()), (ErrorKind::UnreadableResponse, 1, false));
    // An idempotent change: final as well, and it may have been made.
    let trace = drive(Call::new(resume(), options()), &two(1), |_, _| unusable());
    let error = trace.result.unwrap_err();
    assert_eq!((error.attempts(), error.may_have_changed()), (1, true));
    // A change that must not be repeated: verified.
    let policy = serde_json::from_str(
        r#"{"Name":"p","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
        "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT60M"},
        "Storage":{"StorageKind":"FileShare","Path":"x"}}"#,
    );
    let create = CreateBackupPolicy::new(policy.unwrap());
    let stored = create.policy.clone();
    let trace = drive(Call::new(create, options()), &two(1), |request, _| {
        if request.method() == http::Method::POST {
            unusable()
        } else {
            response(200, serde_json::to_string(&stored).unwrap())
        }
    });
    trace.result.unwrap();
    assert_eq!(trace.requests.len(), 2);
}

#[test]
fn what_was_not_attempted_is_neither_transient_nor_unreachable() {
    for (reason, kind) in
        [(NotAttempted::Settings, ErrorKind::Settings), (NotAttempted::Credential, ErrorKind::Credential)]
    {
        let error = Error::unsent(&resume(), reason, Dead);
        assert_eq!((error.kind(), error.is_transient(), error.may_have_changed()), (kind, false, false));
        assert!(error.kind().is_about_access());
        let trace =
            drive(Call::new(resume(), options()), &two(1), |_, _| failed(TransportErrorKind::NotAttempted(reason)));
        assert_eq!(trace.requests.len(), 1);
        assert_eq!(trace.result.unwrap_err().kind(), kind);
    }
}

fn busy(date: &str, until: &str) -> Outcome<Dead> {
    let response = Response::builder().status(503).header("retry-after", until);
    let response = if date.is_empty() { response } else { response.header("date", date) };
    Outcome::Response(response.body(Bytes::new()).unwrap())
}

#[test]
fn a_dated_retry_after_is_read_against_the_same_responses_date() {
    let one = || endpoints("http://a", 1);
    // The clocks of two endpoints, one of them years off: only the difference counts.
    for (date, until) in [
        ("Sat, 09 Mar 2024 04:10:00 GMT", "Sat, 09 Mar 2024 04:10:09 GMT"),
        ("Sat, 09 Mar 1985 04:10:00 GMT", "Saturday, 09-Mar-85 04:10:09 GMT"),
    ] {
        let trace = run(Call::new(resume(), options()), &one(), [busy(date, until), response(202, "")]);
        trace.result.unwrap();
        assert_eq!(trace.waited, Duration::from_secs(9), "{date}");
    }
    for (date, until) in [
        ("", "Sat, 09 Mar 2024 04:10:09 GMT"),
        ("yesterday", "Sat, 09 Mar 2024 04:10:09 GMT"),
        ("Sat, 09 Mar 2024 04:10:00 GMT", "Sat, 09 Mar 2024 04:09:00 GMT"),
        ("Sat, 09 Mar 2024 04:10:00 GMT", "soon"),
    ] {
        let trace = run(Call::new(resume(), options()), &one(), [busy(date, until), response(202, "")]);
        trace.result.unwrap();
        assert!(trace.waited < Duration::from_millis(500), "{date}, {until}: {:?}", trace.waited);
    }
    // A date that is too far away ends the call, as many seconds do.
    let far = busy("Sat, 09 Mar 2024 04:10:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT");
    let trace = run(Call::new(resume(), options()), &one(), [far]);
    assert_eq!(trace.result.unwrap_err().fabric().unwrap().retry_after, Some(u32::MAX));
}
