//! Whether a change may have been applied: across several attempts, concurrent calls and failed reads.

use std::time::Duration;

use http::{Method, Request, Response};

use super::{
    Call, Dead, NOT_ENABLED, Outcome, REFUSAL, Trace, cluster, drive, endpoints, failed, negotiated, options, response,
    resume, run, seconds_in,
};
use crate::error::{Cause, Error, ErrorKind, LostOutcome, TransportErrorKind};
use crate::flow::exchange::{SendOrder, Step};
use crate::flow::{Moment, RetryPolicy};
use crate::operation::Operation;
use crate::operations::inventory::GetClusterVersion;
use crate::operations::{BackupPartition, DisableApplicationBackup, DisableServiceBackup, RestorePartition};
use crate::secret::Secret;
use crate::wire::body::Body;

fn backup() -> BackupPartition {
    BackupPartition::new("6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap())
}

fn disable() -> Call<DisableServiceBackup> {
    Call::new(DisableServiceBackup::new("A/B".parse().unwrap()), options())
}

fn changes<R>(trace: &Trace<R>) -> usize {
    trace.requests.iter().filter(|request| request.method() == Method::POST).count()
}

/// The first request is lost; then `read` responds, given the time since.
fn lost<O: Operation>(
    exchange: Call<O>,
    mut read: impl FnMut(&Request<Body>, Duration) -> Outcome<Dead>,
) -> Trace<O::Response> {
    let mut sent = None;
    drive(exchange, &cluster("http://a"), |request, now| match (request.method() == Method::POST, sent) {
        (true, None) => {
            sent = Some(now);
            failed(TransportErrorKind::Lost)
        }
        (_, at) => read(request, now - at.unwrap_or(now)),
    })
}

#[test]
fn an_unverified_change_is_not_resent() {
    let policy = RetryPolicy { resolve: false, ..RetryPolicy::default() };
    for policy in [policy, RetryPolicy::never()] {
        let trace = run(disable().retry(policy), &cluster("http://a"), [failed(TransportErrorKind::Lost)]);
        let error = trace.result.unwrap_err();
        assert_eq!((error.kind(), error.may_have_changed()), (ErrorKind::ResponseLost, true));
    }
    // A request that certainly did nothing is repeated nevertheless.
    let script = [failed(TransportErrorKind::Unreachable), response(429, ""), response(202, "")];
    run(disable().retry(policy), &cluster("http://a"), script).result.unwrap();
}

#[test]
fn a_doubt_outlives_the_attempt_that_raised_it() {
    let endings = [failed(TransportErrorKind::Unreachable), response(404, NOT_ENABLED), response(401, "")];
    for ending in endings {
        let exchange = Call::new(resume(), options()).retry(RetryPolicy { max_attempts: 2, ..RetryPolicy::default() });
        let error = run(exchange, &cluster("http://a"), [failed(TransportErrorKind::Lost), ending]).result.unwrap_err();
        assert!(error.may_have_changed(), "{error}");
        assert!(error.to_string().ends_with("; an earlier attempt may have done it"), "{error}");
    }
}

#[test]
fn without_a_new_token_the_first_response_is_final() {
    let cluster = cluster("http://a");
    let mut exchange = Call::new(resume(), options().bearer(Secret::from("stale"))).on(&cluster);
    let now = seconds_in(1);
    assert!(matches!(exchange.step(now), Step::Send(SendOrder { .. })));
    exchange.report(response(401, ""), now);
    assert!(matches!(exchange.step(now), Step::Token(_)));
    exchange.token(Ok(None));
    let Step::Done(Err(error)) = exchange.step(now) else { panic!("sent again") };
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unauthorized, 1));
}

#[test]
fn calls_that_began_together_find_the_preview_each() {
    let cluster = cluster("http://a");
    let now = seconds_in(1);
    let mut exchanges: Vec<_> = (0..3).map(|_| negotiated().on(&cluster)).collect();
    for exchange in &mut exchanges {
        assert!(matches!(exchange.step(now), Step::Send(SendOrder { .. })));
    }
    for exchange in &mut exchanges {
        exchange.report(response(400, REFUSAL), now);
        let Step::Send(SendOrder { request, .. }) = exchange.step(now) else { panic!("given up") };
        assert!(request.uri().query().unwrap().ends_with("6.2-preview"));
        exchange.report(response(202, ""), now);
        assert!(matches!(exchange.step(now), Step::Done(Ok(()))));
    }
}

#[test]
fn only_the_backup_services_own_responses_show_its_version() {
    let denied = r#"{"Error":{"Code":"E_ACCESSDENIED","Message":"Access Denied."}}"#;
    for (status, body) in [(404, ""), (403, denied), (403, ""), (401, ""), (413, ""), (400, "")] {
        let cluster = cluster("http://a");
        run(negotiated(), &cluster, [response(400, REFUSAL), response(status, body)]).result.unwrap_err();
        assert_eq!(cluster.version(), None, "{status} {body}");
    }
    let cluster = cluster("http://a");
    let trace = drive(negotiated(), &cluster, |request, _| {
        let preview = request.uri().query().unwrap().ends_with("preview");
        if preview { response(503, "") } else { response(400, REFUSAL) }
    });
    assert_eq!((trace.result.unwrap_err().kind(), cluster.version()), (ErrorKind::Unavailable, None));
}

#[test]
fn a_query_of_another_version_shows_nothing_about_that_of_the_backup_service() {
    let cluster = cluster("http://a");
    let exchange = || Call::new(GetClusterVersion::new(), options()).negotiate();
    run(exchange(), &cluster, [response(200, r#"{"Version":"6.2.301.9494"}"#)]).result.unwrap();
    assert_eq!(cluster.version(), None);
    let trace = run(exchange(), &cluster, [response(400, REFUSAL)]);
    assert_eq!(trace.result.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn what_cannot_be_built_is_refused_before_any_read() {
    let masked = crate::model::storage::AzureBlobBackupStorageDescription::new("****", "c");
    let exchange = Call::new(backup().storage(masked.into()), options());
    let error = run(exchange, &cluster("http://a"), []).result.unwrap_err();
    assert!(matches!(error.cause(), Cause::Build(_)), "{error}");
}

#[test]
fn a_missing_operation_is_reported_once_a_read_finds_the_preview() {
    let restore = RestorePartition::new(backup().partition).latest(true);
    let exchange = Call::new(restore, options()).negotiate();
    let trace = run(exchange, &cluster("http://a"), [response(400, REFUSAL), response(200, "null")]);
    assert_eq!(changes(&trace), 0);
    let error = trace.result.unwrap_err().to_string();
    assert!(
        error.contains("Latest was introduced in runtime 9.1 and cannot be sent with api-version 6.2-preview"),
        "{error}"
    );
}

#[test]
fn what_an_early_read_showed_is_not_the_last_word() {
    // The gateway delivers after 50 s, while reads fail until after the last delivery.
    let enabled = r#"{"Items":[{"Kind":"Service","ServiceName":"fabric:/A/B","PolicyInheritedFrom":"Service"}]}"#;
    let trace = lost(disable(), |_, passed| match passed.as_secs() {
        0..5 => response(200, enabled),
        5..131 => response(503, ""),
        _ => response(404, NOT_ENABLED),
    });
    assert_eq!(changes(&trace), 1);
    trace.result.unwrap();

    // If reads keep failing, the outcome is unknown.
    let trace =
        lost(disable(), |_, passed| if passed.as_secs() < 5 { response(200, enabled) } else { response(503, "") });
    assert!(trace.waited < Duration::from_secs(200), "{:?}", trace.waited);
    let error = trace.result.unwrap_err();
    assert!(matches!(error.lost_outcome(), Some(&LostOutcome::Unknown(_))), "{error}");
}

#[test]
fn another_applications_policy_is_not_this_ones() {
    let disable = DisableApplicationBackup::new("App1".parse().unwrap());
    let neighbour =
        r#"{"Items":[{"Kind":"Application","ApplicationName":"fabric:/App10","PolicyInheritedFrom":"Application"}]}"#;
    lost(Call::new(disable.clone(), options()), |_, _| response(200, neighbour)).result.unwrap();

    let both = r#"{"Items":[{"Kind":"Application","ApplicationName":"fabric:/App10","PolicyInheritedFrom":"Application"},
        {"Kind":"Application","ApplicationName":"fabric:/App1","PolicyInheritedFrom":"Application"}]}"#;
    let error = lost(Call::new(disable, options()), |_, _| response(200, both)).result.unwrap_err();
    assert_eq!(error.lost_outcome(), Some(&LostOutcome::NotDone));
}

#[test]
fn a_run_that_looks_like_the_one_before_may_be_a_new_one() {
    for state in ["Accepted", "BackupInProgress", "Failure", "Timeout"] {
        let progress = format!(r#"{{"BackupState":"{state}"}}"#);
        let trace = lost(Call::new(backup(), options()), |_, _| response(200, progress.clone()));
        let error = trace.result.unwrap_err();
        assert!(matches!(error.lost_outcome(), Some(&LostOutcome::Unknown(_))), "{state}: {error}");
    }
    let success = r#"{"BackupState":"Success","BackupId":"6b1c2f7e-0000-4000-8000-000000000002"}"#;
    let error = lost(Call::new(backup(), options()), |_, _| response(200, success)).result.unwrap_err();
    assert_eq!(error.lost_outcome(), Some(&LostOutcome::NotDone));
}

#[test]
fn a_code_that_passes_is_waited_out_under_any_5xx_and_one_that_does_not_is_final() {
    let coded = |status, code| response(status, format!(r#"{{"Error":{{"Code":"{code}","Message":"m"}}}}"#));
    let script = [coded(500, "FABRIC_E_RECONFIGURATION_PENDING"), response(202, "")];
    run(Call::new(resume(), options()), &cluster("http://a"), script).result.unwrap();
    let script = [coded(503, "FABRIC_E_VALUE_TOO_LARGE")];
    run(Call::new(resume(), options()), &cluster("http://a"), script).result.unwrap_err();
}

fn busy(seconds: u32) -> Outcome<Dead> {
    let response = Response::builder().status(429).header("retry-after", seconds);
    Outcome::Response(response.body(bytes::Bytes::new()).unwrap())
}

#[test]
fn a_server_cannot_put_a_call_to_sleep() {
    let trace = run(Call::new(resume(), options()), &cluster("http://a"), [busy(299), response(202, "")]);
    assert_eq!(trace.waited, Duration::from_secs(299));
    let trace = run(Call::new(resume(), options()), &cluster("http://a"), [busy(301)]);
    assert_eq!((trace.result.unwrap_err().kind(), trace.waited), (ErrorKind::Unavailable, Duration::ZERO));
}

#[test]
fn a_timeout_that_the_gateway_does_not_take_does_not_lengthen_the_search() {
    let disable = DisableServiceBackup::new("A/B".parse().unwrap());
    let enabled = r#"{"Items":[{"Kind":"Service","PolicyInheritedFrom":"Service"}]}"#;
    for (timeout, longest) in [("4294967295", 131), ("300", 311)] {
        let exchange = Call::new(disable.clone(), options().timeout(timeout.parse().unwrap()));
        let trace = lost(exchange, |_, _| response(200, enabled));
        assert!(trace.waited < Duration::from_secs(longest), "{timeout}: {:?}", trace.waited);
        assert!(trace.waited > Duration::from_secs(longest - 2), "{timeout}: {:?}", trace.waited);
    }
}

#[test]
fn when_the_time_is_over_no_further_endpoint_is_asked() {
    let policy = RetryPolicy { total: Some(Duration::from_secs(5)), ..RetryPolicy::default() };
    let cluster = endpoints("http://a,http://b", 7);
    let mut exchange = disable().retry(policy).on(&cluster);
    assert!(matches!(exchange.step(Moment::START), Step::Send(SendOrder { .. })));
    exchange.report(failed(TransportErrorKind::Unreachable), seconds_in(5));
    let step = exchange.step(seconds_in(5));
    let Step::Done(Err(error)) = step else { panic!("{step:?}") };
    assert_eq!((Error::kind(&error), error.may_have_changed()), (ErrorKind::Unreachable, false));
}
