use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::{ClusterState, Exchange, Outcome, Step};
use crate::cluster::{ApiVersion, Target};
use crate::error::{Error, ErrorKind, Sent};
use crate::operation::Operation;
use crate::operations::{DisableServiceBackup, ResumeServiceBackup};

const REFUSAL: &str = r#"{"Error":{"Code":"E_INVALIDARG","Message":"Invalid API Version"}}"#;
const NOT_ENABLED: &str = r#"{"Error":{"Code":"FABRIC_E_BACKUP_NOT_ENABLED","Message":"not here"}}"#;

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the line is dead")]
struct Dead;

fn target() -> Target {
    Target::new("http://localhost:19080".parse().unwrap())
}

fn resume() -> ResumeServiceBackup {
    ResumeServiceBackup::new("fabric:/A/B".parse().unwrap())
}

fn answer(status: u16, body: &'static str) -> Outcome<Dead> {
    Outcome::Answered(Response::builder().status(status).body(Bytes::from(body)).unwrap())
}

/// Runs an exchange against a script of answers; gives the api-versions that were sent, and the result.
fn run<O: Operation>(
    mut exchange: Exchange<O, Dead>,
    cluster: &mut ClusterState,
    script: impl IntoIterator<Item = Outcome<Dead>>,
) -> (Vec<String>, Result<O::Response, Error<Dead>>) {
    let mut script = script.into_iter();
    let mut versions = Vec::new();
    loop {
        match exchange.step(cluster) {
            Step::Send { request, .. } => {
                let query = request.uri().query().unwrap();
                versions.push(query.strip_prefix("api-version=").unwrap().to_owned());
                exchange.report(script.next().expect("one more request than answers"), cluster);
            }
            Step::Done(result) => {
                assert!(script.next().is_none(), "fewer requests than answers");
                return (versions, result);
            }
        }
    }
}

#[test]
fn a_cluster_that_takes_6_4_is_asked_once_and_remembered() {
    let mut cluster = ClusterState::default();
    let (versions, result) = run(Exchange::new(resume(), target()).negotiate(), &mut cluster, [answer(202, "")]);
    assert_eq!(versions, ["6.4"]);
    result.unwrap();
    assert_eq!(cluster.version(), Some(ApiVersion::V6_4));

    // From then on a refused argument is just that.
    let (versions, result) = run(Exchange::new(resume(), target()).negotiate(), &mut cluster, [answer(400, REFUSAL)]);
    assert_eq!(versions, ["6.4"]);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_preview_cluster_is_found_out_and_remembered() {
    let mut cluster = ClusterState::default();
    let script = [answer(400, REFUSAL), answer(202, "")];
    let (versions, result) = run(Exchange::new(resume(), target()).negotiate(), &mut cluster, script);
    assert_eq!(versions, ["6.4", "6.2-preview"]);
    result.unwrap();

    let (versions, _) = run(Exchange::new(resume(), target()).negotiate(), &mut cluster, [answer(202, "")]);
    assert_eq!(versions, ["6.2-preview"]);
}

#[test]
fn an_answer_other_than_refusal_tells_the_version_as_well() {
    let mut cluster = ClusterState::default();
    let script = [answer(400, REFUSAL), answer(404, NOT_ENABLED)];
    let (_, result) = run(Exchange::new(resume(), target()).negotiate(), &mut cluster, script);
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::BackupNotEnabled, 2));
    assert_eq!(cluster.version(), Some(ApiVersion::V6_2_PREVIEW));
}

#[test]
fn if_both_are_refused_the_first_answer_stands_and_nothing_is_remembered() {
    let first = r#"{"Error":{"Code":"E_INVALIDARG","Message":"the interval is wrong"}}"#;
    let mut cluster = ClusterState::default();
    let script = [answer(400, first), answer(400, REFUSAL)];
    let (_, result) = run(Exchange::new(resume(), target()).negotiate(), &mut cluster, script);
    assert_eq!(result.unwrap_err().fabric().unwrap().message.as_deref(), Some("the interval is wrong"));
    assert_eq!(cluster.version(), None);
}

#[test]
fn what_the_preview_cannot_say_is_not_sent_again() {
    let mut cluster = ClusterState::default();
    let disable = DisableServiceBackup::new("A/B".parse().unwrap()).clean_backup(true);
    let (versions, result) = run(Exchange::new(disable, target()).negotiate(), &mut cluster, [answer(400, REFUSAL)]);
    assert_eq!(versions, ["6.4"]);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_pinned_version_is_not_negotiated() {
    let mut cluster = ClusterState::default();
    let exchange = Exchange::new(resume(), target().api_version("7.1".parse().unwrap()));
    let (versions, result) = run(exchange, &mut cluster, [answer(400, REFUSAL)]);
    assert_eq!(versions, ["7.1"]);
    assert!(result.is_err());
    assert_eq!(cluster.version(), None);
}

#[test]
fn a_lost_second_answer_leaves_the_version_open() {
    let mut cluster = ClusterState::default();
    let lost = Outcome::Failed { sent: Sent::Maybe, timed_out: false, source: Dead };
    let (_, result) = run(Exchange::new(resume(), target()).negotiate(), &mut cluster, [answer(400, REFUSAL), lost]);
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.may_have_changed()), (ErrorKind::LostAnswer, true));
    assert_eq!(cluster.version(), None);
}

#[test]
fn errors_name_operation_entity_endpoint_and_doubt() {
    let mut cluster = ClusterState::default();
    let lost = Outcome::Failed { sent: Sent::Maybe, timed_out: false, source: Dead };
    let exchange = Exchange::new(resume(), target().request_id("7c1f"));
    let error = run(exchange, &mut cluster, [lost]).1.unwrap_err();
    assert_eq!(
        error.to_string(),
        "ResumeServiceBackup of fabric:/A/B at http://localhost:19080: no answer came; it may have been done all the same"
    );
    assert_eq!(error.request_id(), Some("7c1f"));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the line is dead");
}

#[test]
fn the_client_waits_longer_than_the_server() {
    let cluster = ClusterState::default();
    for (timeout, expected) in [(None, 70), (Some("1"), 11), (Some("4294967295"), 4_294_967_305)] {
        let target = match timeout {
            Some(timeout) => target().timeout(timeout.parse().unwrap()),
            None => target(),
        };
        let mut exchange = Exchange::<_, Dead>::new(resume(), target);
        let Step::Send { deadline, .. } = exchange.step(&cluster) else { panic!("not sent") };
        assert_eq!(deadline, Duration::from_secs(expected));
    }
}
