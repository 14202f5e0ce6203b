use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use super::{Exchange, Outcome, SendOrder, Step};
use crate::cluster::{ApiVersion, Endpoints, RequestOptions};
use crate::error::{Error, ErrorKind, LostOutcome, TransportErrorKind};
use crate::flow::{Cluster, Moment, RetryPolicy};
use crate::operation::Operation;
use crate::operations::{
    DisableServiceBackup, GetServiceBackupConfigurationInfo, ResumeServiceBackup, SkipRestorePartition,
};
use crate::secret::Secret;
use crate::wire::body::Body;

mod contract;
mod defects;
mod gateways;
mod lost;
mod maybe_applied;
mod timeouts;

const REFUSAL: &str = r#"{"Error":{"Code":"E_INVALIDARG","Message":"Invalid API Version"}}"#;
const NOT_ENABLED: &str = r#"{"Error":{"Code":"FABRIC_E_BACKUP_NOT_ENABLED","Message":"not here"}}"#;

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the line is dead")]
pub(super) struct Dead;

pub(super) fn endpoints(endpoints: &str, seed: u64) -> Cluster {
    Cluster::new(endpoints.parse::<Endpoints>().unwrap(), seed)
}

pub(super) fn cluster(named: &str) -> Cluster {
    endpoints(named, 7)
}

pub(super) fn options() -> RequestOptions {
    RequestOptions::new().api_version(ApiVersion::V6_4)
}

/// A call without a cluster yet.
pub(super) struct Call<O>(O, RequestOptions);

impl<O: Operation> Call<O> {
    pub(super) fn new(operation: O, options: RequestOptions) -> Self {
        Self(operation, options)
    }

    pub(super) fn negotiate(mut self) -> Self {
        self.1.api_version = None;
        self
    }

    pub(super) fn retry(self, policy: RetryPolicy) -> Self {
        Self(self.0, self.1.retry(policy))
    }

    pub(super) fn on(self, cluster: &Cluster) -> Exchange<O, Dead> {
        Exchange::new(cluster, self.0, self.1)
    }
}

fn resume() -> ResumeServiceBackup {
    ResumeServiceBackup::new("fabric:/A/B".parse().unwrap())
}

pub(super) fn response(status: u16, body: impl Into<Bytes>) -> Outcome<Dead> {
    Outcome::Response(Response::builder().status(status).body(body.into()).unwrap())
}

pub(super) fn failed(fault: TransportErrorKind) -> Outcome<Dead> {
    Outcome::Failed { fault, source: Dead }
}

pub(super) fn seconds_in(seconds: u64) -> Moment {
    Moment::after(Duration::from_secs(seconds))
}

/// How an exchange went: what was sent, and how much time passed in pauses.
pub(super) struct Trace<R> {
    pub(super) requests: Vec<Request<Body>>,
    pub(super) refreshes: u32,
    pub(super) waited: Duration,
    pub(super) result: Result<R, Error<Dead>>,
}

impl<R> Trace<R> {
    fn versions(&self) -> Vec<&str> {
        self.requests.iter().map(|r| r.uri().query().unwrap().strip_prefix("api-version=").unwrap()).collect()
    }

    fn hosts(&self) -> Vec<&str> {
        self.requests.iter().map(|r| r.uri().host().unwrap()).collect()
    }
}

/// Drives an exchange on virtual time; `world` responds to each request.
pub(super) fn drive<O: Operation>(
    call: Call<O>,
    cluster: &Cluster,
    mut world: impl FnMut(&Request<Body>, Duration) -> Outcome<Dead>,
) -> Trace<O::Response> {
    let mut exchange = call.on(cluster);
    let (mut now, mut waited) = (Duration::from_secs(1_000), Duration::ZERO);
    let mut requests = Vec::new();
    let mut refreshes = 0;
    for _ in 0..1_000 {
        match exchange.step(Moment::after(now)) {
            Step::Send(SendOrder { request, deadline, .. }) => {
                let outcome = world(&request, now);
                // A timeout takes the whole deadline, anything else a moment.
                let took = if matches!(outcome, Outcome::Failed { fault: TransportErrorKind::TimedOut, .. }) {
                    deadline
                } else {
                    Duration::from_millis(5)
                };
                now += took;
                requests.push(request);
                exchange.report(outcome, Moment::after(now));
            }
            Step::Wait(pause) => {
                assert!(pause.duration > Duration::ZERO);
                now += pause.duration;
                waited += pause.duration;
            }
            Step::Pending => panic!("everything was reported"),
            Step::Token(_) => {
                refreshes += 1;
                exchange.token(Ok(Some(Secret::from("fresh"))));
            }
            Step::Done(result) => return Trace { requests, refreshes, waited, result },
        }
    }
    panic!("the exchange does not end");
}

/// Like [`drive`], with these responses in order; all of them must be used.
fn run<O: Operation>(
    exchange: Call<O>,
    cluster: &Cluster,
    script: impl IntoIterator<Item = Outcome<Dead>>,
) -> Trace<O::Response> {
    let mut script = script.into_iter();
    let trace = drive(exchange, cluster, |_, _| script.next().expect("one more request than responses"));
    assert!(script.next().is_none(), "fewer requests than responses");
    trace
}

fn negotiated() -> Call<ResumeServiceBackup> {
    Call::new(resume(), options()).negotiate()
}

#[test]
fn a_cluster_that_takes_6_4_is_asked_once_and_remembered() {
    let cluster = cluster("http://a");
    let trace = run(negotiated(), &cluster, [response(202, "")]);
    assert_eq!(trace.versions(), ["6.4"]);
    trace.result.unwrap();
    assert_eq!(cluster.version(), Some(ApiVersion::V6_4));

    // The version is known now, so a rejected argument is final.
    let trace = run(negotiated(), &cluster, [response(400, REFUSAL)]);
    assert_eq!(trace.versions(), ["6.4"]);
    assert_eq!(trace.result.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_preview_cluster_is_found_out_and_remembered() {
    let cluster = cluster("http://a");
    let trace = run(negotiated(), &cluster, [response(400, REFUSAL), response(202, "")]);
    assert_eq!(trace.versions(), ["6.4", "6.2-preview"]);
    trace.result.unwrap();
    assert_eq!(run(negotiated(), &cluster, [response(202, "")]).versions(), ["6.2-preview"]);
    assert_eq!(run(negotiated(), &cluster, [response(404, NOT_ENABLED)]).versions(), ["6.2-preview"]);
}

#[test]
fn a_response_other_than_a_refusal_shows_the_version_as_well() {
    let cluster = cluster("http://a");
    let error = run(negotiated(), &cluster, [response(400, REFUSAL), response(404, NOT_ENABLED)]).result.unwrap_err();
    assert_eq!((error.fabric().unwrap().status.as_u16(), error.attempts()), (404, 2));
    assert_eq!(cluster.version(), Some(ApiVersion::V6_2_PREVIEW));
}

#[test]
fn if_both_are_refused_the_first_response_counts_and_nothing_is_remembered() {
    let first = r#"{"Error":{"Code":"E_INVALIDARG","Message":"the interval is wrong"}}"#;
    let cluster = cluster("http://a");
    let error = run(negotiated(), &cluster, [response(400, first), response(400, REFUSAL)]).result.unwrap_err();
    assert_eq!(error.fabric().unwrap().message.as_deref(), Some("the interval is wrong"));
    assert_eq!(cluster.version(), None);
}

#[test]
fn requests_that_the_preview_does_not_have_are_not_resent() {
    let disable = DisableServiceBackup::new("A/B".parse().unwrap()).clean_backup(true);
    let exchange = Call::new(disable, options()).negotiate();
    let trace = run(exchange, &cluster("http://a"), [response(400, REFUSAL)]);
    assert_eq!(trace.versions(), ["6.4"]);
    assert_eq!(trace.result.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_pinned_version_is_not_negotiated() {
    let cluster = cluster("http://a");
    let exchange = Call::new(resume(), options().api_version("7.1".parse().unwrap()));
    let trace = run(exchange, &cluster, [response(400, REFUSAL)]);
    assert_eq!(trace.versions(), ["7.1"]);
    assert!(trace.result.is_err());
    assert_eq!(cluster.version(), None);
}

#[test]
fn a_lost_response_to_the_preview_is_verified_under_the_preview() {
    let cluster = cluster("http://a");
    let script = [response(400, REFUSAL), failed(TransportErrorKind::Lost), response(400, REFUSAL), response(202, "")];
    let trace = run(negotiated(), &cluster, script);
    assert_eq!(trace.versions(), ["6.4", "6.2-preview", "6.4", "6.2-preview"]);
    trace.result.unwrap();
}

#[test]
fn repeatable_calls_are_repeated_with_growing_pauses_and_a_bound() {
    for outcome in [
        || response(503, ""),
        || response(504, ""),
        || response(502, ""),
        || response(500, ""),
        || failed(TransportErrorKind::Lost),
    ] {
        let exchange = Call::new(resume(), options());
        let trace = run(exchange, &cluster("http://a"), [outcome(), outcome(), response(202, "")]);
        trace.result.unwrap();
        assert!(trace.waited < Duration::from_millis(750), "{:?}", trace.waited);

        let exchange = Call::new(resume(), options());
        let trace = run(exchange, &cluster("http://a"), [outcome(), outcome(), outcome(), outcome()]);
        let error = trace.result.unwrap_err();
        assert_eq!((error.attempts(), error.may_have_changed()), (4, true));
    }
}

#[test]
fn a_coded_failure_is_final_and_retry_after_is_a_lower_bound() {
    let coded = r#"{"Error":{"Code":"E_UNEXPECTED","Message":"Object reference not set"}}"#;
    let trace = run(Call::new(resume(), options()), &cluster("http://a"), [response(500, coded)]);
    assert_eq!(trace.result.unwrap_err().attempts(), 1);

    let busy = Response::builder().status(429).header("retry-after", "9").body(Bytes::new()).unwrap();
    let disable = DisableServiceBackup::new("A/B".parse().unwrap());
    let script = [Outcome::Response(busy), response(202, "")];
    let trace = run(Call::new(disable, options()), &cluster("http://a"), script);
    trace.result.unwrap();
    assert_eq!(trace.waited, Duration::from_secs(9));
}

#[test]
fn a_stale_token_is_refreshed_once() {
    let exchange = || Call::new(resume(), options().bearer(Secret::from("stale")));
    let trace = run(exchange(), &cluster("http://a"), [response(403, ""), response(202, "")]);
    trace.result.unwrap();
    assert_eq!(trace.refreshes, 1);
    assert_eq!(trace.requests[1].headers()["authorization"], "Bearer fresh");

    let trace = run(exchange(), &cluster("http://a"), [response(401, ""), response(401, "")]);
    assert_eq!((trace.refreshes, trace.result.unwrap_err().kind()), (1, ErrorKind::Unauthorized));

    // Without a token there is nothing to refresh.
    let trace = run(Call::new(resume(), options()), &cluster("http://a"), [response(403, "")]);
    assert_eq!((trace.refreshes, trace.result.unwrap_err().kind()), (0, ErrorKind::Unauthorized));
}

#[test]
fn dead_endpoints_are_passed_at_once_and_avoided_for_a_while() {
    for seed in 0..20 {
        let endpoints: Endpoints =
            "http://dead1,http://dead2,http://alive,http://dead3,http://dead4,http://dead5".parse().unwrap();
        let cluster = Cluster::new(endpoints.clone(), seed);
        let world = |request: &Request<Body>, _: Duration| {
            if request.uri().host() == Some("alive") {
                response(202, "")
            } else {
                failed(TransportErrorKind::Unreachable)
            }
        };
        let trace = drive(Call::new(resume(), options()), &cluster, world);
        trace.result.unwrap();
        assert_eq!(trace.waited, Duration::ZERO);
        let again = drive(Call::new(resume(), options()), &cluster, world);
        assert_eq!(again.hosts(), ["alive"]);
    }
}

#[test]
fn the_start_is_spread_over_the_endpoints_and_the_same_for_the_same_seed() {
    let endpoints: Endpoints = "http://a,http://b,http://c".parse().unwrap();
    let start = |seed| {
        let cluster = Cluster::new(endpoints.clone(), seed);
        run(Call::new(resume(), options()), &cluster, [response(202, "")]).hosts()[0].to_owned()
    };
    let starts: Vec<String> = (0..60).map(start).collect();
    for host in ["a", "b", "c"] {
        assert!(starts.iter().filter(|start| *start == host).count() > 8, "{starts:?}");
    }
    assert_eq!(starts, (0..60).map(start).collect::<Vec<_>>());
}

#[test]
fn a_failed_endpoint_is_left_alone_for_a_while_and_returned_to() {
    let cluster = cluster("http://a,http://b");
    let first = run(Call::new(resume(), options()), &cluster, [failed(TransportErrorKind::Lost), response(202, "")]);
    let [one, other] = [first.hosts()[0], first.hosts()[1]];
    assert_ne!(one, other);
    let host_after = |cluster: &Cluster, seconds: u64| {
        let mut exchange = Call::new(resume(), options()).on(cluster);
        match exchange.step(seconds_in(1_000 + seconds)) {
            Step::Send(SendOrder { request, .. }) => request.uri().host().unwrap().to_owned(),
            step => panic!("{step:?}"),
        }
    };
    assert_eq!(host_after(&cluster, 10), other);
    // The other endpoint fails later, so the first is free sooner.
    let later = seconds_in(1_020);
    cluster.failed(cluster.choose(&[], later).0, later, later);
    assert_eq!(host_after(&cluster, 31), one);
}

#[test]
fn nothing_reachable_is_said_after_a_few_rounds() {
    let trace = drive(Call::new(resume(), options()), &cluster("http://a,http://b"), |_, _| {
        failed(TransportErrorKind::Unreachable)
    });
    let error = trace.result.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.may_have_changed()), (ErrorKind::Unreachable, 8, false));
}

#[test]
fn a_gateway_with_a_wrong_identity_is_not_retried_and_others_are() {
    let lying = |request: &Request<Body>, _: Duration| {
        if request.uri().host() == Some("good") {
            response(202, "")
        } else {
            failed(TransportErrorKind::IdentityRefused)
        }
    };
    for seed in 0..10 {
        let cluster = endpoints("http://lie,http://good", seed);
        drive(Call::new(resume(), options()), &cluster, lying).result.unwrap();
    }
    let trace = drive(Call::new(resume(), options()), &cluster("http://lie"), lying);
    let error = trace.result.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.is_transient()), (ErrorKind::IdentityRefused, 1, false));
}

#[test]
fn errors_name_operation_entity_endpoint_and_doubt() {
    let exchange = Call::new(resume(), options()).retry(RetryPolicy::never());
    let error = run(exchange, &cluster("http://a:19080"), [failed(TransportErrorKind::Lost)]).result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "ResumeServiceBackup of fabric:/A/B at http://a:19080: the connection broke before the response was complete; it may have been done anyway"
    );
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the line is dead");
}

#[test]
fn every_attempt_has_its_own_request_id_and_errors_carry_the_last() {
    let exchange = Call::new(resume(), options()).retry(RetryPolicy { max_attempts: 2, ..RetryPolicy::default() });
    let trace = run(exchange, &cluster("http://a"), [response(503, ""), response(503, "")]);
    let ids: Vec<&str> =
        trace.requests.iter().map(|r| r.headers()["x-servicefabricrequestid"].to_str().unwrap()).collect();
    assert_ne!(ids[0], ids[1]);
    assert!(ids.iter().all(|id| uuid::Uuid::try_parse(id).is_ok()));
    assert_eq!(trace.result.unwrap_err().request_id(), Some(ids[1]));
}

#[test]
fn the_client_waits_longer_than_the_server_and_no_longer_than_in_total() {
    let total = |seconds| RetryPolicy { total: Some(Duration::from_secs(seconds)), ..RetryPolicy::default() };
    let cases = [
        (None, RetryPolicy::default(), 70),
        (Some("1"), RetryPolicy::default(), 11),
        (Some("4294967295"), RetryPolicy::default(), 4_294_967_305),
        (Some("60"), total(20), 20),
    ];
    for (timeout, policy, expected) in cases {
        let target = match timeout {
            Some(timeout) => options().timeout(timeout.parse().unwrap()),
            None => options(),
        };
        let mut exchange = Call::new(resume(), target).retry(policy).on(&cluster("http://a"));
        let Step::Send(SendOrder { deadline, .. }) = exchange.step(Moment::START) else { panic!("not sent") };
        assert_eq!(deadline, Duration::from_secs(expected));
    }
}

#[test]
fn attempts_stop_when_the_total_time_is_over() {
    let policy = RetryPolicy { max_attempts: 1_000, total: Some(Duration::from_secs(100)), ..RetryPolicy::default() };
    let config = GetServiceBackupConfigurationInfo::new("A/B".parse().unwrap());
    let trace = drive(Call::new(config, options()).retry(policy), &cluster("http://a"), |_, _| {
        failed(TransportErrorKind::TimedOut)
    });
    let error = trace.result.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 2));
}

#[test]
fn where_no_read_shows_it_the_outcome_is_unknown_at_once() {
    let skip = SkipRestorePartition::new("6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap());
    let trace = run(Call::new(skip, options()), &cluster("http://a"), [failed(TransportErrorKind::Lost)]);
    let error = trace.result.unwrap_err();
    assert_eq!((error.kind(), error.may_have_changed()), (ErrorKind::UnknownOutcome, true));
    assert!(matches!(error.lost_outcome(), Some(&LostOutcome::Unknown(_))));
    assert_eq!(trace.waited, Duration::ZERO);
}
