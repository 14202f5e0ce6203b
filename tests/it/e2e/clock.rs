//! The cluster's clock, from the `Date` header of its responses.

use std::time::{Duration, SystemTime};

use sf_backup_proto::{ResumeServiceBackup, Timestamp};

use super::double::Double;
use super::scenarios;
use super::transport::Transport;

scenarios! {
    everywhere: [],
    clients: [
        a_clock_six_hours_ahead_is_known_after_one_call,
        an_error_response_shows_the_clock_as_well,
        without_a_usable_date_the_clock_is_unknown,
    ],
}

const SIX_HOURS: Duration = Duration::from_secs(6 * 3_600);

fn local() -> Timestamp {
    SystemTime::now().try_into().unwrap()
}

/// A client that received one response with this status and these headers.
fn client_after<T: Transport>(status: &'static str, headers: String) -> T {
    let double = Double::responding(format!("HTTP/1.1 {status}\r\n{headers}content-length: 0\r\n\r\n"));
    let client = T::at(double.endpoint());
    assert_eq!(client.clock(), None);
    let result = client.send(ResumeServiceBackup::new("A/S".parse().unwrap()));
    assert_eq!(result.is_ok(), status.starts_with('2'));
    double.finish();
    client
}

fn is_six_hours_ahead(client: &impl Transport) {
    let clock = client.clock().unwrap();
    assert!(clock.is_ahead());
    let error = clock.difference().abs_diff(SIX_HOURS);
    assert!(error <= clock.uncertainty(), "{clock:?}");
    assert!(clock.uncertainty() < Duration::from_secs(30), "{clock:?}");
}

fn six_hours_ahead() -> String {
    format!("date: {}\r\n", local().checked_add(SIX_HOURS).unwrap().to_http_date())
}

fn a_clock_six_hours_ahead_is_known_after_one_call<T: Transport>() {
    is_six_hours_ahead(&client_after::<T>("202 Accepted", six_hours_ahead()));
}

fn an_error_response_shows_the_clock_as_well<T: Transport>() {
    is_six_hours_ahead(&client_after::<T>("404 Not Found", six_hours_ahead()));
}

fn without_a_usable_date_the_clock_is_unknown<T: Transport>() {
    for headers in [
        "",
        "date: yesterday\r\n",
        "date: Fri, 31 Dec 9999 23:59:59 GMT\r\n",
        "date: Sat, 09 Mar 2024 04:10:22 GMT\r\ndate: Sat, 09 Mar 2024 05:10:22 GMT\r\n",
    ] {
        assert_eq!(client_after::<T>("202 Accepted", headers.to_owned()).clock(), None, "{headers}");
    }
}
