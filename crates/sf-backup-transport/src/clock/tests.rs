use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

use sf_backup_proto::flow::Moment;
use sf_backup_proto::{Endpoints, Timestamp};

use super::{Clocks, ServerClock};

const LOCAL: &str = "2024-03-09T04:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn local_after(seconds: u64) -> Timestamp {
    at(LOCAL).checked_add(Duration::from_secs(seconds)).unwrap()
}

fn headers(dates: &[&str]) -> HeaderMap {
    let dates = dates.iter().map(|date| (http::header::DATE, HeaderValue::from_str(date).unwrap()));
    dates.fold(HeaderMap::new(), |mut headers, (name, value)| {
        headers.append(name, value);
        headers
    })
}

/// A cluster, and the local time of its exchanges.
struct Cluster {
    clocks: Clocks,
    now: Duration,
}

impl Cluster {
    fn new(endpoints: &str) -> Self {
        let endpoints: Endpoints = endpoints.parse().unwrap();
        Self { clocks: Clocks::new(&endpoints), now: Duration::ZERO }
    }

    /// Observes a response of a server that is `ahead` seconds ahead of the local clock, after a round trip.
    fn hear(&mut self, endpoint: &str, ahead: i64, round_trip: Duration) {
        let sent = at(LOCAL).checked_add(self.now).unwrap();
        let received = sent.checked_add(round_trip).unwrap();
        let date = Timestamp::from_unix(sent.unix() + ahead).unwrap().to_http_date();
        self.hear_date(endpoint, &date, sent, received);
    }

    fn hear_date(&mut self, endpoint: &str, date: &str, sent: Timestamp, received: Timestamp) {
        let Some(date) = Timestamp::from_http_date(date) else { return };
        let local = |at: Timestamp| SystemTime::UNIX_EPOCH + at.since(Timestamp::UNIX_EPOCH);
        let (sent, received) = (local(sent), local(received));
        self.clocks.observe(&endpoint.parse().unwrap(), date, sent, received, Moment::after(self.now));
    }

    fn clock(&self) -> ServerClock {
        self.clocks.median(Moment::after(self.now)).unwrap()
    }

    fn ahead(&self) -> i64 {
        self.clock().offset_millis().div_euclid(1_000)
    }
}

#[test]
fn the_clock_is_unknown_until_a_response_shows_it() {
    let mut cluster = Cluster::new("http://a:19080");
    assert_eq!(cluster.clocks.median(Moment::START), None);
    cluster.hear("http://a:19080", 21_600, Duration::from_millis(100));
    assert_eq!(cluster.ahead(), 21_600);
    assert!(cluster.clock().is_ahead());
    assert!(cluster.clock().uncertainty() < Duration::from_millis(600));
}

#[test]
fn a_server_behind_is_distinguished_from_one_ahead() {
    let mut cluster = Cluster::new("http://a");
    cluster.hear("http://a", -3_600, Duration::from_millis(20));
    assert_eq!(cluster.ahead(), -3_600);
    assert!(!cluster.clock().is_ahead());
    assert_eq!(cluster.clock().difference().as_secs(), 3_599);
    assert_eq!(cluster.clock().server_time(at(LOCAL)).unix(), at("2024-03-09T03:00:00Z").unix());
}

#[test]
fn the_narrowest_recent_measurement_is_kept() {
    let mut cluster = Cluster::new("http://a");
    cluster.hear("http://a", 10, Duration::from_millis(100));
    let quick = cluster.clock();
    cluster.now = Duration::from_secs(60);
    cluster.hear("http://a", 10, Duration::from_secs(30));
    assert_eq!(cluster.clock().offset_millis(), quick.offset_millis());
    // It drifts meanwhile, and after a while it is too old.
    assert!(cluster.clock().uncertainty() > quick.uncertainty());
    cluster.now = Duration::from_secs(700);
    cluster.hear("http://a", 10, Duration::from_secs(30));
    assert!(cluster.clock().uncertainty() > Duration::from_secs(15));
}

#[test]
fn a_clock_that_was_set_is_followed_at_once() {
    let mut cluster = Cluster::new("http://a");
    cluster.hear("http://a", 0, Duration::from_millis(10));
    cluster.now = Duration::from_secs(5);
    cluster.hear("http://a", 7_200, Duration::from_secs(20));
    assert_eq!(cluster.ahead(), 7_190); // the round trip is in the middle of its range
}

#[test]
fn one_endpoint_of_three_that_is_wrong_moves_nothing() {
    for (wrong, at) in [(86_400 * 365, "http://a"), (-86_400, "http://b"), (86_400 * 1_000, "http://c")] {
        let mut cluster = Cluster::new("http://a,http://b,http://c");
        for endpoint in ["http://a", "http://b", "http://c"] {
            cluster.hear(endpoint, if endpoint == at { wrong } else { 3 }, Duration::from_millis(10));
        }
        assert_eq!(cluster.ahead(), 3, "{at}");
        assert!(cluster.clock().uncertainty() < Duration::from_secs(1));
    }
}

#[test]
fn where_two_endpoints_disagree_the_range_covers_both() {
    let mut cluster = Cluster::new("http://a,http://b");
    cluster.hear("http://a", 0, Duration::from_millis(10));
    cluster.hear("http://b", 600, Duration::from_millis(10));
    assert_eq!(cluster.ahead(), 300);
    assert!(cluster.clock().uncertainty() >= Duration::from_secs(300));
}

#[test]
fn only_the_clusters_own_endpoints_count() {
    let mut cluster = Cluster::new("http://a:19080/sf");
    for stranger in ["http://b:19080/sf", "http://a:1/sf", "https://a:19080/sf", "http://a:19080", "http://a:19080/sfx"]
    {
        cluster.hear(stranger, 9, Duration::ZERO);
        assert_eq!(cluster.clocks.median(Moment::after(cluster.now)), None, "{stranger}");
    }
    cluster.hear("http://a:19080/sf", 9, Duration::ZERO);
    assert_eq!(cluster.ahead(), 9);
}

#[test]
fn every_form_of_a_date_is_read_and_nothing_else() {
    let (sent, received) = (at(LOCAL), local_after(0));
    for date in ["Sat, 09 Mar 2024 04:10:22 GMT", "Saturday, 09-Mar-24 04:10:22 GMT", "Sat Mar  9 04:10:22 2024"] {
        let clock = ServerClock::measure(date, sent, received).unwrap_or_else(|| panic!("{date}"));
        assert_eq!(clock.difference().as_secs(), 622, "{date}");
    }
    for date in [
        "",
        "now",
        "0",
        "2024-03-09T04:10:22Z",
        "Sat, 09 Mar 2024 04:10:22 CET",
        "Sat, 09 Mar 2024 04:10:22 +0100",
        "Sun, 09 Mar 2024 04:10:22 GMT",
        "Sat, 32 Mar 2024 04:10:22 GMT",
        "Sat, 09 Mar 2024 25:10:22 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Sat, 09 Mar 99999999999 04:10:22 GMT",
    ] {
        assert_eq!(ServerClock::measure(date, sent, received), None, "{date}");
    }
    assert_eq!(ServerClock::measure(&"Sat, 09 Mar 2024 04:10:22 GMT ".repeat(1_000), sent, received), None);
}

#[test]
fn dates_that_contradict_each_other_or_come_from_a_cache_show_nothing() {
    let (sent, received) = (at(LOCAL), local_after(1));
    let one = "Sat, 09 Mar 2024 04:00:00 GMT";
    let measured = |headers: &HeaderMap| ServerClock::from_headers(headers, sent, received);
    assert!(measured(&headers(&[one])).is_some());
    assert!(measured(&headers(&[one, one])).is_some());
    assert_eq!(measured(&headers(&[one, "Sat, 09 Mar 2024 05:00:00 GMT"])), None);
    assert_eq!(measured(&headers(&[one, "garbage"])), None);
    assert_eq!(measured(&headers(&[])), None);
    let mut cached = headers(&[one]);
    cached.insert(http::header::AGE, HeaderValue::from_static("30"));
    assert_eq!(measured(&cached), None);
    // The local clock was set back while the response was on its way.
    assert_eq!(ServerClock::measure(one, received, sent), None);
}

proptest! {
    #[test]
    fn the_true_offset_is_within_the_range(
        offset in -10_000_000_i64..10_000_000, way_there in 0_u64..90_000, way_back in 0_u64..90_000, start in 0_u64..10_000,
    ) {
        let sent = at(LOCAL).checked_add(Duration::from_millis(start)).unwrap();
        let served = sent.checked_add(Duration::from_millis(way_there)).unwrap();
        let received = served.checked_add(Duration::from_millis(way_back)).unwrap();
        let millis = Duration::from_millis(offset.unsigned_abs());
        let server = if offset < 0 { served.checked_sub(millis) } else { served.checked_add(millis) }.unwrap();
        let clock = ServerClock::measure(&server.to_http_date(), sent, received).unwrap();
        let error = (clock.offset_millis() - offset).unsigned_abs();
        prop_assert!(Duration::from_millis(error) <= clock.uncertainty() + Duration::from_millis(1));
        prop_assert_eq!(clock.uncertainty().as_millis(), u128::from(way_there + way_back + 1_000) / 2);
        prop_assert!((clock.offset_seconds() * 1_000 - clock.offset_millis()).abs() <= 500);
    }

    #[test]
    fn no_date_and_no_local_time_makes_trouble(date in "[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{1,6} 04:10:22 GMT|.{0,60}", local: i64) {
        let local = Timestamp::from_unix(local % 200_000_000_000).unwrap_or(Timestamp::UNIX_EPOCH);
        if let Some(clock) = ServerClock::measure(&date, local, local) {
            let _ = (clock.server_time(local), clock.offset_seconds(), clock.uncertainty(), clock.difference());
        }
    }
}
