//! A small storm on each transport. `cargo xtask storm` runs large ones.

// The module also has items that only the large storms use.
#[allow(dead_code)]
#[path = "../../storm/storm.rs"]
mod calls;

use calls::act::CallResult;
use calls::tally::is_true;
use calls::{Blocking, FaultProfile, Hyper, Patience, Proxy, Round};

/// A fixed seed, so that the test is repeatable.
const SEED: u64 = 11;

fn round() -> Round {
    Round { seed: SEED, faults: FaultProfile::Mixed, first: 1, calls: 300, at_once: 100 }
}

#[test]
fn results_under_injected_faults_match_the_effect_log_on_hyper() {
    let proxy = Proxy::new(SEED);
    let tally = round().run(&proxy, &Hyper::new(&proxy.endpoints, Patience::Short));
    assert_eq!((tally.calls, &tally.violations[..]), (300, &[][..]), "{tally}");
    assert_eq!(proxy.strayed(), 0);
}

#[test]
fn results_under_injected_faults_match_the_effect_log_on_blocking() {
    let proxy = Proxy::new(SEED);
    let tally = round().run(&proxy, &Blocking::new(&proxy.endpoints, Patience::Short));
    assert_eq!((tally.calls, &tally.violations[..]), (300, &[][..]), "{tally}");
    assert_eq!(proxy.strayed(), 0);
}

#[test]
fn a_result_is_true_if_it_agrees_with_the_number_of_effects() {
    for (printed, times, repeats, truth) in [
        (CallResult::Done, Some(1), false, true),
        (CallResult::Done, Some(0), false, false),
        (CallResult::Done, Some(2), false, false),
        (CallResult::Done, Some(2), true, true),
        (CallResult::Done, Some(0), true, false),
        (CallResult::NotDone, Some(0), true, true),
        (CallResult::NotDone, Some(1), true, false),
        (CallResult::Unknown, Some(1), false, true),
        (CallResult::Unknown, Some(2), false, false),
        (CallResult::Dropped, Some(2), false, false),
        (CallResult::NotDone, None, false, true),
        (CallResult::Wrong(String::new()), None, false, false),
    ] {
        assert_eq!(is_true(&printed, times, repeats), truth, "{printed:?} {times:?} {repeats}");
    }
}
