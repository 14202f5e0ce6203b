//! A small storm; `cargo xtask storm` makes large ones.

// What only the large ones need is in it as well.
#[allow(dead_code)]
#[path = "../../storm/storm.rs"]
mod weather;

use weather::act::Told;
use weather::tally::is_true;
use weather::{Blocking, Hyper, Patience, Proxy, Round, Weather};

/// As good as any other, and the same every time.
const SEED: u64 = 11;

fn round() -> Round {
    Round { seed: SEED, weather: Weather::Foul, first: 1, calls: 300, at_once: 100 }
}

#[test]
fn what_calls_say_in_a_storm_is_what_happened_on_hyper() {
    let proxy = Proxy::new(SEED);
    let tally = round().run(&proxy, &Hyper::new(&proxy.endpoints, Patience::Short));
    assert_eq!((tally.calls, &tally.violations[..]), (300, &[][..]), "{tally}");
    assert_eq!(proxy.strayed(), 0);
}

#[test]
fn what_calls_say_in_a_storm_is_what_happened_on_blocking() {
    let proxy = Proxy::new(SEED);
    let tally = round().run(&proxy, &Blocking::new(&proxy.endpoints, Patience::Short));
    assert_eq!((tally.calls, &tally.violations[..]), (300, &[][..]), "{tally}");
    assert_eq!(proxy.strayed(), 0);
}

#[test]
fn a_word_is_true_where_it_says_what_happened() {
    for (told, times, repeats, truth) in [
        (Told::Done, Some(1), false, true),
        (Told::Done, Some(0), false, false),
        (Told::Done, Some(2), false, false),
        (Told::Done, Some(2), true, true),
        (Told::Done, Some(0), true, false),
        (Told::NotDone, Some(0), true, true),
        (Told::NotDone, Some(1), true, false),
        (Told::Unknown, Some(1), false, true),
        (Told::Unknown, Some(2), false, false),
        (Told::Dropped, Some(2), false, false),
        (Told::NotDone, None, false, true),
        (Told::Wrong(String::new()), None, false, false),
    ] {
        assert_eq!(is_true(&told, times, repeats), truth, "{told:?} {times:?} {repeats}");
    }
}
