//! Drivers that break the contract: whatever they do, no request that must not be repeated is sent twice.

use std::time::Duration;

use http::Method;
use proptest::prelude::*;

use super::{Dead, Exchange, Outcome, SendOrder, Step, cluster, failed, options, response};
use crate::error::{ErrorKind, TransportErrorKind};
use crate::flow::Moment;
use crate::operation::Operation;
use crate::operations::{BackupPartition, DeleteBackupPolicy, GetBackupPolicyList, SkipRestorePartition};
use crate::secret::Secret;

/// What a driver may do at any time, also out of turn.
#[derive(Debug, Clone, Copy)]
enum Act {
    Step,
    ReportSuccess,
    ReportLost,
    ReportNeverSent,
    ReportBusy,
    ReportStaleToken,
    GiveToken,
    GiveNoToken,
    LetTimePass(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => Just(Act::Step),
        1 => Just(Act::ReportSuccess),
        1 => Just(Act::ReportLost),
        1 => Just(Act::ReportNeverSent),
        1 => Just(Act::ReportBusy),
        1 => Just(Act::ReportStaleToken),
        1 => Just(Act::GiveToken),
        1 => Just(Act::GiveNoToken),
        2 => (0_u64..200).prop_map(Act::LetTimePass),
    ]
}

fn outcome(act: Act) -> Option<Outcome<Dead>> {
    Some(match act {
        Act::ReportSuccess => response(200, "null"),
        Act::ReportLost => failed(TransportErrorKind::Lost),
        Act::ReportNeverSent => failed(TransportErrorKind::Unreachable),
        Act::ReportBusy => response(429, ""),
        Act::ReportStaleToken => response(401, ""),
        _ => return None,
    })
}

/// Performs these acts, then continues with steps. After a report that leaves open whether the change was made, no
/// further change is sent; after the result, nothing is.
fn misuse<O: Operation>(call: O, acts: &[Act]) -> Result<(), TestCaseError> {
    let mut exchange = Exchange::<O, Dead>::new(&cluster("http://a,http://b"), call, options().bearer("t".into()));
    let mut now = Duration::from_secs(1);
    // Whether a change has been sent, and whether it may have been made.
    let (mut on_its_way, mut maybe_done, mut over) = (false, false, false);
    for act in acts.iter().copied().chain(std::iter::repeat_n(Act::Step, 5)) {
        match act {
            Act::Step => match exchange.step(Moment::after(now)) {
                Step::Send(SendOrder { request, fresh_connection, .. }) => {
                    prop_assert!(!over, "sent after the end");
                    let change = request.method() == Method::POST;
                    prop_assert!(!(change && (on_its_way || maybe_done)), "sent twice");
                    prop_assert_eq!(change, fresh_connection);
                    on_its_way = change;
                }
                Step::Done(_) => {
                    prop_assert!(!over, "two results");
                    over = true;
                }
                Step::Pending | Step::Wait(_) | Step::Token(_) => {}
            },
            Act::GiveToken => exchange.token(Ok(Some(Secret::from("other")))),
            Act::GiveNoToken => exchange.token(Ok(None)),
            Act::LetTimePass(seconds) => now += Duration::from_secs(seconds),
            report => {
                maybe_done |= on_its_way && matches!(act, Act::ReportSuccess | Act::ReportLost);
                on_its_way = false;
                exchange.report(outcome(report).unwrap(), Moment::after(now));
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_misuse_sends_a_change_twice(acts in proptest::collection::vec(act(), 0..60)) {
        let partition = "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap();
        misuse(BackupPartition::new(partition), &acts)?;
        misuse(DeleteBackupPolicy::new("p".parse().unwrap()), &acts)?;
        misuse(SkipRestorePartition::new(partition), &acts)?;
    }
}

#[test]
fn a_second_step_without_a_report_and_any_step_after_the_end_is_pending() {
    let partition = "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap();
    let mut exchange = Exchange::<_, Dead>::new(&cluster("http://a"), SkipRestorePartition::new(partition), options());
    assert!(matches!(exchange.step(Moment::START), Step::Send(_)));
    assert!(matches!(exchange.step(Moment::START), Step::Pending));
    exchange.report(response(202, ""), Moment::START);
    // A second report is ignored.
    exchange.report(failed(TransportErrorKind::Lost), Moment::START);
    assert!(matches!(exchange.step(Moment::START), Step::Done(Ok(()))));
    for _ in 0..3 {
        assert!(matches!(exchange.step(Moment::START), Step::Pending));
        exchange.report(response(202, ""), Moment::START);
    }
}

/// The obvious loop, with a cluster that every call shares: nothing is locked while the driver works.
#[test]
fn a_cluster_can_be_used_while_a_step_is_matched() {
    let cluster = cluster("http://a");
    let mut exchange = Exchange::<_, Dead>::new(&cluster, GetBackupPolicyList::new(), options());
    loop {
        match exchange.step(Moment::START) {
            Step::Send(_) => {
                let mut other = Exchange::<_, Dead>::new(&cluster.clone(), GetBackupPolicyList::new(), options());
                assert!(matches!(other.step(Moment::START), Step::Send(_)));
                exchange.report(response(200, "{}"), Moment::START);
            }
            Step::Done(result) => {
                result.unwrap();
                break;
            }
            step => panic!("{step:?}"),
        }
    }
}

/// A driver that gives up gets an error, which says whether the change may have been made.
#[test]
fn a_call_that_is_given_up_has_no_response() {
    let begun =
        || Exchange::<_, Dead>::new(&cluster("http://a"), DeleteBackupPolicy::new("P".parse().unwrap()), options());
    let kind_and_doubt = |exchange: Exchange<DeleteBackupPolicy, Dead>| {
        let error = exchange.into_response().unwrap_err();
        (error.kind(), error.may_have_changed())
    };
    assert_eq!(kind_and_doubt(begun()), (ErrorKind::Timeout, false));
    let mut sent = begun();
    assert!(matches!(sent.any().step(Moment::START), Step::Send(_)));
    assert!(kind_and_doubt(sent).1);
    let mut done = begun();
    assert!(matches!(done.any().step(Moment::START), Step::Send(_)));
    done.any().report(response(200, ""), Moment::START);
    assert!(matches!(done.any().step(Moment::START), Step::Done(Ok(()))));
    assert!(done.into_response().is_ok());
}
