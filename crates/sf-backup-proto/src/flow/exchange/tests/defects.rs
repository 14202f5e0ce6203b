//! Regression tests for defects found in use.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};

use super::{
    Call, Dead, Exchange, NOT_ENABLED, Outcome, REFUSAL, SendOrder, Step, Trace, cluster, drive, failed, options,
    response, resume, run, seconds_in,
};
use crate::cluster::{ApiVersion, RequestOptions};
use crate::error::{Cause, ErrorKind, FabricErrorCode, LostOutcome, TransportErrorKind};
use crate::flow::exchange::{PauseReason, TokenOrder};
use crate::flow::{Moment, RetryPolicy};
use crate::operations::{
    BackupPartition, DisableApplicationBackup, DisableServiceBackup, GetServiceBackupConfigurationInfo,
    RestorePartition,
};
use crate::secret::Secret;
use crate::wire::body::Body;

fn disable() -> DisableServiceBackup {
    DisableServiceBackup::new("A/B".parse().unwrap())
}

fn backup() -> BackupPartition {
    BackupPartition::new("6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap())
}

fn total(seconds: u64) -> RetryPolicy {
    RetryPolicy { total: Some(Duration::from_secs(seconds)), ..RetryPolicy::default() }
}

fn changes<R>(trace: &Trace<R>) -> usize {
    trace.requests.iter().filter(|request| request.method() == Method::POST).count()
}

/// A lost disable, and the pages of the list that shows whether it was done.
fn lost_disable(page: impl Fn(&str) -> String) -> Trace<()> {
    let application = DisableApplicationBackup::new("A".parse().unwrap());
    drive(Call::new(application, options()), &cluster("http://a"), |request: &Request<Body>, _| {
        if request.method() == Method::POST {
            return failed(TransportErrorKind::Lost);
        }
        let query = request.uri().query().unwrap();
        response(200, page(query.split("ContinuationToken=").nth(1).unwrap_or_default()))
    })
}

#[test]
fn a_lost_disable_is_verified_on_all_pages_of_the_list() {
    let own = r#"{"Items":[{"Kind":"Application","ApplicationName":"fabric:/A","PolicyInheritedFrom":"Application"}]}"#;
    let still_enabled = lost_disable(|token| match token {
        "" => r#"{"Items":[],"ContinuationToken":"t1"}"#.to_owned(),
        "t1" => r#"{"Items":[],"ContinuationToken":"t2"}"#.to_owned(),
        _ => own.to_owned(),
    });
    assert_eq!(changes(&still_enabled), 1);
    assert_eq!(still_enabled.result.unwrap_err().lost_outcome(), Some(&LostOutcome::NotDone));

    let disabled = lost_disable(|token| match token {
        "" => r#"{"Items":[],"ContinuationToken":"t1"}"#.to_owned(),
        _ => r#"{"Items":[],"ContinuationToken":null}"#.to_owned(),
    });
    disabled.result.unwrap();
}

/// A policy that a service inherits from its application is not enabled on the service itself.
#[test]
fn an_inherited_policy_is_none_of_its_own() {
    let inherited = r#"{"Items":[{"Kind":"Service","ServiceName":"fabric:/A/B","PolicyInheritedFrom":"Application"}]}"#;
    let trace = drive(Call::new(disable(), options()), &cluster("http://a"), |request, _| {
        if request.method() == Method::POST { failed(TransportErrorKind::Lost) } else { response(200, inherited) }
    });
    trace.result.unwrap();
}

#[test]
fn a_list_that_does_not_end_shows_nothing() {
    let repeated = |_: &str| r#"{"Items":[],"ContinuationToken":"t"}"#.to_owned();
    let endless = |token: &str| format!(r#"{{"Items":[],"ContinuationToken":"{token}x"}}"#);
    for trace in [lost_disable(repeated), lost_disable(endless)] {
        assert_eq!(changes(&trace), 1);
        assert!(trace.requests.len() <= 101, "{} requests", trace.requests.len());
        let error = trace.result.unwrap_err();
        assert!(matches!(error.lost_outcome(), Some(&LostOutcome::Unknown(_))), "{error}");
    }
    // A repeated token is detected at once.
    assert_eq!(lost_disable(repeated).requests.len(), 3);
}

fn first_deadline(options: RequestOptions) -> Duration {
    let mut exchange = Exchange::<_, Dead>::new(&cluster("http://a"), resume(), options);
    match exchange.step(Moment::START) {
        Step::Send(SendOrder { deadline, .. }) => deadline,
        step => panic!("{step:?}"),
    }
}

#[test]
fn the_deadline_of_an_attempt_does_not_override_the_total_time() {
    let six = options().deadline(Duration::from_secs(6));
    assert_eq!(first_deadline(six.clone()), Duration::from_secs(6));
    assert_eq!(first_deadline(six.clone().retry(total(1))), Duration::from_secs(1));
    assert_eq!(first_deadline(six.retry(total(60))), Duration::from_secs(6));
}

#[test]
fn nothing_is_sent_when_the_time_is_over() {
    // A token that takes longer than the call may.
    let cluster = cluster("http://a");
    let mut exchange = Exchange::<_, Dead>::new(&cluster, disable(), options().retry(total(5))).with_token_source();
    let Step::Token(TokenOrder { deadline, refused, .. }) = exchange.step(Moment::START) else { panic!("no token") };
    assert_eq!((deadline, refused.is_none()), (Duration::from_secs(5), true));
    exchange.token(Ok(Some(Secret::from("late"))));
    let Step::Done(Err(error)) = exchange.step(seconds_in(6)) else { panic!("sent") };
    assert_eq!((error.kind(), error.attempts(), error.may_have_changed()), (ErrorKind::Timeout, 0, false));

    // A second token.
    let mut exchange = Exchange::<_, Dead>::new(&cluster, disable(), options().bearer("old".into()).retry(total(5)));
    assert!(matches!(exchange.step(Moment::START), Step::Send(_)));
    exchange.report(response(401, ""), seconds_in(1));
    let Step::Token(TokenOrder { deadline, refused, .. }) = exchange.step(seconds_in(1)) else { panic!("no token") };
    assert_eq!((deadline, refused.unwrap().expose()), (Duration::from_secs(4), "old"));
    exchange.token(Ok(Some(Secret::from("late"))));
    let Step::Done(Err(error)) = exchange.step(seconds_in(5)) else { panic!("sent") };
    assert_eq!((error.kind(), error.may_have_changed()), (ErrorKind::Timeout, false));

    // The other version.
    let mut exchange = Exchange::<_, Dead>::new(&cluster, disable(), RequestOptions::new().retry(total(5)));
    assert!(matches!(exchange.step(Moment::START), Step::Send(_)));
    exchange.report(response(400, REFUSAL), seconds_in(5));
    let Step::Done(Err(error)) = exchange.step(seconds_in(5)) else { panic!("sent") };
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn why_there_is_no_fresh_token_is_said_beside_the_refusal() {
    let mut exchange = Exchange::<_, Dead>::new(&cluster("http://a"), resume(), options().bearer("old".into()));
    assert!(matches!(exchange.step(Moment::START), Step::Send(_)));
    exchange.report(response(401, ""), Moment::START);
    assert!(matches!(exchange.step(Moment::START), Step::Token(_)));
    exchange.token(Err(Dead));
    let Step::Done(Err(error)) = exchange.step(Moment::START) else { panic!("sent") };
    assert_eq!((error.kind(), error.no_fresh_token()), (ErrorKind::Unauthorized, Some(&Dead)));
    assert!(error.to_string().contains("; no new token was available"), "{error}");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the line is dead");
}

#[test]
fn without_a_first_token_nothing_is_sent() {
    let mut exchange = Exchange::<_, Dead>::new(&cluster("http://a"), resume(), options()).with_token_source();
    assert!(matches!(exchange.step(Moment::START), Step::Token(_)));
    exchange.token(Err(Dead));
    let Step::Done(Err(error)) = exchange.step(Moment::START) else { panic!("sent") };
    assert_eq!((error.kind(), error.attempts(), error.is_transient()), (ErrorKind::Credential, 0, false));
}

#[test]
fn a_cluster_that_is_upgraded_from_the_preview_is_followed() {
    let cluster = cluster("http://a");
    let negotiated = || Call::new(resume(), RequestOptions::new());
    run(negotiated(), &cluster, [response(400, REFUSAL), response(202, "")]).result.unwrap();
    assert_eq!(cluster.version(), Some(ApiVersion::V6_2_PREVIEW));
    let trace = run(negotiated(), &cluster, [response(400, REFUSAL), response(202, "")]);
    assert_eq!(trace.versions(), ["6.2-preview", "6.4"]);
    trace.result.unwrap();
    assert_eq!(cluster.version(), Some(ApiVersion::V6_4));
    assert_eq!(run(negotiated(), &cluster, [response(202, "")]).versions(), ["6.4"]);
}

#[test]
fn an_argument_that_both_versions_refuse_unlearns_nothing() {
    let cluster = cluster("http://a");
    let negotiated = || Call::new(resume(), RequestOptions::new());
    run(negotiated(), &cluster, [response(400, REFUSAL), response(404, NOT_ENABLED)]).result.unwrap_err();
    let trace = run(negotiated(), &cluster, [response(400, REFUSAL), response(400, REFUSAL)]);
    assert_eq!(trace.versions(), ["6.2-preview", "6.4"]);
    assert_eq!(trace.result.unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(cluster.version(), Some(ApiVersion::V6_2_PREVIEW));
}

#[test]
fn what_must_not_be_repeated_goes_out_on_a_fresh_connection_and_nothing_else_does() {
    let mut exchange = Exchange::<_, Dead>::new(&cluster("http://a"), backup(), options());
    let mut seen = Vec::new();
    loop {
        match exchange.step(Moment::START) {
            Step::Send(SendOrder { request, fresh_connection, .. }) => {
                seen.push((request.method().clone(), fresh_connection));
                let status = if request.method() == Method::POST { 202 } else { 200 };
                exchange.report(response(status, "null"), Moment::START);
            }
            Step::Done(result) => break result.unwrap(),
            step => panic!("{step:?}"),
        }
    }
    assert_eq!(seen, [(Method::GET, false), (Method::POST, true)]);
    let mut exchange = Exchange::<_, Dead>::new(&cluster("http://a"), resume(), options());
    assert!(matches!(exchange.step(Moment::START), Step::Send(SendOrder { fresh_connection: false, .. })));
}

fn busy(status: u16, seconds: u32) -> Outcome<Dead> {
    let response = Response::builder().status(status).header("retry-after", seconds);
    Outcome::Response(response.body(Bytes::new()).unwrap())
}

#[test]
fn every_call_has_a_bound_however_long_the_server_asks_to_wait() {
    for seconds in [60, 150, 290, 299] {
        let list = GetServiceBackupConfigurationInfo::new("A/B".parse().unwrap());
        let trace = drive(Call::new(list, options()), &cluster("http://a"), |_, _| busy(503, seconds));
        trace.result.unwrap_err();
        assert!(trace.waited < Duration::from_secs(300), "{seconds}: {:?}", trace.waited);
        let trace = drive(Call::new(disable(), options()), &cluster("http://a"), |_, _| busy(503, seconds));
        trace.result.unwrap_err();
        assert!(trace.waited < Duration::from_secs(300), "{seconds}: {:?}", trace.waited);
    }
    // A longer server timeout raises the limit.
    assert_eq!(first_deadline(options().timeout("1000".parse().unwrap())), Duration::from_secs(1_010));
    // Explicitly without a limit.
    let unbounded = options().retry(RetryPolicy { total: Some(Duration::MAX), ..RetryPolicy::default() });
    let list = || Call::new(GetServiceBackupConfigurationInfo::new("A/B".parse().unwrap()), unbounded.clone());
    let trace = drive(list(), &cluster("http://a"), |_, _| busy(503, 290));
    assert_eq!(trace.waited, Duration::from_secs(870));
    // Even then, no server can make a call wait for more than five minutes.
    let trace = drive(list(), &cluster("http://a"), |_, _| busy(503, 301));
    assert_eq!((trace.requests.len(), trace.waited), (1, Duration::ZERO));
}

/// A pause that the server asks for also applies to the reads that verify a change.
#[test]
fn verifying_waits_as_long_as_the_server_asks() {
    let mut reads = Vec::new();
    let trace = drive(Call::new(disable(), options()), &cluster("http://a"), |request, now| {
        if request.method() == Method::POST {
            return failed(TransportErrorKind::Lost);
        }
        reads.push(now);
        if reads.len() == 1 { busy(503, 40) } else { response(404, NOT_ENABLED) }
    });
    trace.result.unwrap();
    assert_eq!(reads.len(), 2);
    assert!(reads[1] - reads[0] >= Duration::from_secs(40), "{reads:?}");
}

#[test]
fn a_pause_says_what_it_is_for() {
    let reason = |operation: &dyn Fn() -> (Outcome<Dead>, bool)| {
        let (outcome, verifies) = operation();
        let cluster = cluster("http://a");
        if verifies {
            let mut exchange = Exchange::<_, Dead>::new(&cluster, disable(), options());
            assert!(matches!(exchange.step(Moment::START), Step::Send(_)));
            exchange.report(failed(TransportErrorKind::Lost), Moment::START);
            assert!(matches!(exchange.step(Moment::START), Step::Send(_)));
            exchange.report(outcome, Moment::START);
            exchange.step(Moment::START)
        } else {
            let mut exchange = Exchange::<_, Dead>::new(&cluster, resume(), options());
            assert!(matches!(exchange.step(Moment::START), Step::Send(_)));
            exchange.report(outcome, Moment::START);
            let Step::Wait(pause) = exchange.step(Moment::START) else { panic!("no pause") };
            return pause.reason;
        }
        .reason()
    };
    assert_eq!(reason(&|| (failed(TransportErrorKind::Lost), false)), PauseReason::Retry);
    assert_eq!(reason(&|| (busy(429, 7), false)), PauseReason::AskedByServer);
    assert_eq!(reason(&|| (response(503, ""), true)), PauseReason::Verify);
}

impl<R: std::fmt::Debug> Step<R, Dead> {
    fn reason(self) -> PauseReason {
        match self {
            Self::Wait(pause) => pause.reason,
            step => panic!("{step:?}"),
        }
    }
}

#[test]
fn fresh_progress_is_not_read_twice() {
    let partition = backup().partition;
    let mut backup = Exchange::<_, Dead>::new(&cluster("http://a"), backup(), options()).baseline(None);
    let Step::Send(SendOrder { request, .. }) = backup.step(Moment::START) else { panic!("not sent") };
    assert_eq!(request.method(), Method::POST);
    // It still shows whether a lost backup was started.
    backup.report(failed(TransportErrorKind::Lost), Moment::START);
    let Step::Send(SendOrder { request, .. }) = backup.step(Moment::START) else { panic!("not verified") };
    assert_eq!(request.method(), Method::GET);
    backup.report(response(200, r#"{"BackupState":"Accepted"}"#), Moment::START);
    assert!(matches!(backup.step(Moment::START), Step::Done(Ok(()))));

    let restore = RestorePartition::new(partition).latest(true);
    let mut restore = Exchange::<_, Dead>::new(&cluster("http://a"), restore, options()).baseline(None);
    let Step::Send(SendOrder { request, .. }) = restore.step(Moment::START) else { panic!("not sent") };
    assert_eq!(request.method(), Method::POST);
}

/// Calls follow `is_transient()` of an error: a read is repeated if, and only if, it is `true`.
#[test]
fn a_read_is_repeated_exactly_if_its_error_is_transient() {
    let codes = FabricErrorCode::KNOWN.iter().map(|code| Some(code.to_string())).chain([Some("X".to_owned()), None]);
    let policy = RetryPolicy { max_attempts: 2, ..RetryPolicy::default() };
    for code in codes {
        for status in [200, 202, 302, 400, 401, 403, 404, 408, 409, 412, 413, 429, 500, 501, 502, 503, 504, 599] {
            let body = code.as_ref().map_or(String::new(), |code| format!(r#"{{"Error":{{"Code":"{code}"}}}}"#));
            let call = Call::new(resume(), options()).retry(policy);
            let trace = drive(call, &cluster("http://a"), |_, _| response(status, body.clone()));
            let Err(error) = trace.result else { continue };
            assert_eq!(trace.requests.len() == 2, error.is_transient(), "{status} {code:?}");
        }
    }
}

/// Such a code excludes an effect, so that a change is repeated, too.
#[test]
fn codes_that_pass_are_waited_out_under_4xx_too() {
    for (status, code) in [(404, "FABRIC_E_ENDPOINT_NOT_FOUND"), (409, "FABRIC_E_WRITE_CONFLICT")] {
        let coded = response(status, format!(r#"{{"Error":{{"Code":"{code}","Message":"m"}}}}"#));
        let trace = run(Call::new(disable(), options()), &cluster("http://a"), [coded, response(202, "")]);
        assert_eq!(changes(&trace), 2, "{code}");
        trace.result.unwrap();
    }
}

#[test]
fn a_request_id_of_the_callers_own_is_sent_with_every_attempt() {
    let script = [response(503, ""), response(202, "")];
    let trace = run(Call::new(resume(), options().request_id("mine")), &cluster("http://a"), script);
    for request in &trace.requests {
        assert_eq!(request.headers()["x-servicefabricrequestid"], "mine");
    }
    trace.result.unwrap();
}

/// A source of tokens may be slow; it is not asked if nothing can be sent any more.
#[test]
fn no_token_is_requested_after_the_time_limit() {
    let call = || Call::new(resume(), options().bearer("old".into())).retry(total(60));
    let mut late = call().on(&cluster("http://a")).with_token_source();
    let Step::Token(TokenOrder { deadline, .. }) = late.step(seconds_in(5)) else { panic!("no token is requested") };
    assert_eq!(deadline, Duration::from_secs(60));
    let Step::Done(Err(error)) = late.step(seconds_in(65)) else { panic!("the call goes on") };
    assert!(matches!(error.cause(), Cause::OutOfTime), "{error}");
    assert_eq!(error.attempts(), 0);

    let mut refused = call().on(&cluster("http://a"));
    assert!(matches!(refused.step(seconds_in(5)), Step::Send(_)));
    refused.report(response(401, ""), seconds_in(65));
    let Step::Done(Err(error)) = refused.step(seconds_in(65)) else { panic!("the call goes on") };
    assert!(matches!(error.cause(), Cause::OutOfTime), "{error}");
    assert_eq!(error.attempts(), 1);
}
