//! The server's timeout in requests and in deadlines, for every number and every text.

use std::time::Duration;

use http::Uri;
use proptest::prelude::*;

use super::{Dead, Exchange, Step, cluster, seconds_in};
use crate::cluster::{RequestOptions, Timeout};
use crate::flow::RetryPolicy;
use crate::operations::{GetPartitionBackupList, RestorePartition};

/// The URI and the deadline of the first request of a list and of a change, which begins with a read.
fn first_requests(options: &RequestOptions) -> [(Uri, Duration); 2] {
    let partition = "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap();
    let cluster = cluster("http://a");
    let mut list = Exchange::<_, Dead>::new(&cluster, GetPartitionBackupList::new(partition), options.clone());
    let mut change = Exchange::<_, Dead>::new(&cluster, RestorePartition::new(partition).latest(true), options.clone());
    let Step::Send(list) = list.step(seconds_in(9)) else { panic!("nothing is sent") };
    let Step::Send(change) = change.step(seconds_in(9)) else { panic!("nothing is sent") };
    [list, change].map(|order| (order.request.uri().clone(), order.deadline))
}

/// The names and values of the parameters that a server reads as the timeout, in any case.
fn timeouts(uri: &Uri) -> Vec<(&str, &str)> {
    let pairs = uri.query().unwrap_or_default().split('&').map(|pair| pair.split_once('=').unwrap());
    pairs.filter(|(name, _)| name.eq_ignore_ascii_case("timeout")).collect()
}

/// Asserts that the request has the parameter exactly once, in the spelling that the gateway needs, and that its
/// deadline is ten seconds longer than the timeout.
fn assert_carried(timeout: Timeout, seconds: u64) -> Result<(), TestCaseError> {
    for (uri, deadline) in first_requests(&RequestOptions::new().timeout(timeout)) {
        let name = if (121..=2_147_483).contains(&seconds) { "Timeout" } else { "timeout" };
        let value = seconds.to_string();
        prop_assert_eq!(timeouts(&uri), [(name, value.as_str())]);
        prop_assert_eq!(deadline, Duration::from_secs(seconds + 10));
    }
    Ok(())
}

/// Numbers near every bound, and any others.
fn seconds() -> impl Strategy<Value = u64> {
    let near = |bound: u64| bound.saturating_sub(2)..bound.saturating_add(3);
    prop_oneof![
        0_u64..600,
        near(120),
        near(2_147_483),
        near(u64::from(u32::MAX)),
        (0_u32..=u32::MAX).prop_map(u64::from),
        any::<u64>(),
    ]
}

proptest! {
    #[test]
    fn a_number_is_refused_or_carried(seconds in seconds()) {
        match Timeout::try_from(seconds) {
            Ok(timeout) => {
                prop_assert!((1..=u64::from(u32::MAX)).contains(&seconds));
                assert_carried(timeout, seconds)?;
            }
            Err(_) => prop_assert!(seconds == 0 || seconds > u64::from(u32::MAX)),
        }
    }

    #[test]
    fn a_text_is_refused_or_carried(
        text in prop_oneof![any::<String>(), "[0-9]{0,12}", "[ +-]?[0-9]{1,10}[ s.]?", seconds().prop_map(|n| n.to_string())]
    ) {
        let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
        match text.parse::<Timeout>() {
            Ok(timeout) => {
                let seconds = number.filter(|seconds| (1..=u64::from(u32::MAX)).contains(seconds));
                prop_assert!(seconds.is_some(), "{text:?} is taken");
                assert_carried(timeout, seconds.unwrap_or_default())?;
            }
            Err(error) => {
                prop_assert!(number.is_none_or(|seconds| seconds == 0 || seconds > u64::from(u32::MAX)), "{text:?}");
                let shown = format!("{text:?}");
                prop_assert!(error.to_string().contains(&shown));
            }
        }
    }

    /// The client's deadline and the time limit of the call shorten the wait, and do not change the request.
    #[test]
    fn the_shortest_limit_counts(seconds in 1_u32.., deadline in 1_u64..10_000, total in 1_u64..10_000) {
        let timeout = Timeout::try_from(u64::from(seconds)).unwrap();
        let policy = RetryPolicy { total: Some(Duration::from_secs(total)), ..RetryPolicy::default() };
        let options = RequestOptions::new().timeout(timeout).retry(policy);
        for (uri, wait) in first_requests(&options) {
            prop_assert_eq!(wait, Duration::from_secs(total.min(u64::from(seconds) + 10)));
            prop_assert_eq!(timeouts(&uri).len(), 1);
        }
        for (uri, wait) in first_requests(&options.deadline(Duration::from_secs(deadline))) {
            prop_assert_eq!(wait, Duration::from_secs(total.min(deadline)));
            prop_assert_eq!(timeouts(&uri).len(), 1);
        }
    }
}

#[test]
fn without_a_timeout_no_parameter_is_sent() {
    for (uri, deadline) in first_requests(&RequestOptions::new()) {
        assert_eq!(timeouts(&uri), []);
        assert_eq!(deadline, Duration::from_secs(70));
    }
}
