//! Limits on the size of responses.

use sf_backup_proto::error::TransportErrorKind as How;
use sf_backup_proto::flow::RetryPolicy;
use sf_backup_proto::{ErrorKind, GetBackupPolicyList, ResumeServiceBackup};

use super::double::{Connection, Double};
use super::scenarios;
use super::transport::{Fault, Settings, Transport, fault};

scenarios! {
    everywhere: [],
    clients: [
        a_body_of_the_limit_is_accepted,
        one_byte_more_is_refused,
        a_length_beyond_the_limit_is_refused_unread,
        a_body_without_end_is_cut_off,
        bytes_one_by_one_count_as_bytes,
        the_limit_holds_for_errors_too,
        nothing_fits_a_limit_of_nothing,
        a_response_that_is_too_large_is_requested_once,
    ],
}

const LIMIT: usize = 100_000;

fn limited<T: Transport, R: Send + 'static>(double: &Double<R>, limit: usize) -> T {
    let mut settings = Settings::at(double.endpoint());
    settings.response_limit = Some(limit);
    settings.retry = RetryPolicy::default();
    T::with(settings)
}

/// An empty page of `length` bytes.
fn page(length: usize) -> String {
    let page = r#"{"Items":[]}"#;
    page.to_owned() + &" ".repeat(length - page.len())
}

/// The same page, with each of the three ways to mark the end of a body.
fn framed(length: usize) -> [String; 3] {
    let page = page(length);
    let (left, right) = page.split_at(length / 3);
    [
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{page}"),
        format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{left}\r\n{:x}\r\n{right}\r\n0\r\n\r\n",
            left.len(),
            right.len()
        ),
        format!("HTTP/1.1 200 OK\r\n\r\n{page}"),
    ]
}

fn a_body_of_the_limit_is_accepted<T: Transport>() {
    for response in framed(LIMIT) {
        let double = Double::responding(response);
        let page = limited::<T, _>(&double, LIMIT).send(GetBackupPolicyList::new());
        assert_eq!(page.unwrap().items, []);
        double.finish();
    }
}

fn one_byte_more_is_refused<T: Transport>() {
    for response in framed(LIMIT + 1) {
        let double = Double::responding(response);
        let result = limited::<T, _>(&double, LIMIT).send(GetBackupPolicyList::new());
        assert_eq!(fault(result), (How::Rejected, Fault::TooLarge { limit: LIMIT }));
        double.finish();
    }
}

/// Sends a resume to a server that responds with `head`, then runs `body` until the client closes the connection.
fn refused<T: Transport>(head: &'static str, body: fn(&mut Connection)) -> Fault {
    let double = Double::new(move |listener| {
        let mut connection = listener.accept();
        connection.request();
        connection.say(head);
        body(&mut connection);
    });
    let result = limited::<T, _>(&double, LIMIT).send(ResumeServiceBackup::new("A/S".parse().unwrap()));
    assert!(result.as_ref().unwrap_err().may_have_changed());
    double.finish();
    fault(result).1
}

fn a_length_beyond_the_limit_is_refused_unread<T: Transport>() {
    for head in [
        "HTTP/1.1 202 Accepted\r\ncontent-length: 100001\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\ncontent-length: 9223372036854775807\r\n\r\n",
    ] {
        let fault = refused::<T>(head, Connection::wait_for_the_end);
        assert_eq!(fault, Fault::TooLarge { limit: LIMIT });
    }
}

fn a_body_without_end_is_cut_off<T: Transport>() {
    let fault = refused::<T>("HTTP/1.1 202 Accepted\r\n\r\n", |connection| {
        connection.flood(&[b' '; 4096]);
    });
    assert_eq!(fault, Fault::TooLarge { limit: LIMIT });
    let chunked = "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n";
    let fault = refused::<T>(chunked, |connection| {
        connection.flood(b"6\r\nchunk!\r\n");
    });
    assert_eq!(fault, Fault::TooLarge { limit: LIMIT });
}

fn bytes_one_by_one_count_as_bytes<T: Transport>() {
    let limit = 10_000;
    let chunks: String = page(limit).chars().map(|byte| format!("1\r\n{byte}\r\n")).collect();
    let double = Double::responding(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"));
    let page = limited::<T, _>(&double, limit).send(GetBackupPolicyList::new());
    assert_eq!(page.unwrap().items, []);
    double.finish();
}

fn the_limit_holds_for_errors_too<T: Transport>() {
    let fault = refused::<T>("HTTP/1.1 500 Oh\r\n\r\n", |connection| {
        connection.flood(&[b'!'; 4096]);
    });
    assert_eq!(fault, Fault::TooLarge { limit: LIMIT });
}

fn nothing_fits_a_limit_of_nothing<T: Transport>() {
    let resume = || ResumeServiceBackup::new("A/S".parse().unwrap());
    let double = Double::responding("HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n");
    limited::<T, _>(&double, 0).send(resume()).unwrap();
    double.finish();
    let double = Double::responding("HTTP/1.1 202 Accepted\r\n\r\n!");
    let result = limited::<T, _>(&double, 0).send(resume());
    assert_eq!(fault(result).1, Fault::TooLarge { limit: 0 });
    double.finish();
}

/// A retry would return the same response, so it is not requested again, and the connection is not the cause.
fn a_response_that_is_too_large_is_requested_once<T: Transport>() {
    for response in framed(LIMIT + 1) {
        let double = Double::responding(response);
        let error = limited::<T, _>(&double, LIMIT).send(GetBackupPolicyList::new()).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::UnreadableResponse, 1));
        assert!(!error.is_transient());
        double.finish();
    }
}
