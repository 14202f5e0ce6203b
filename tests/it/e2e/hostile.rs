//! Servers that break off, send invalid or endless responses; and unusual responses that are valid.

use std::io::ErrorKind::{ConnectionReset, UnexpectedEof};
use std::sync::mpsc::channel;

use sf_backup_proto::error::TransportErrorKind as How;
use sf_backup_proto::{ErrorKind, GetBackupPolicyList, ResumeServiceBackup};

use super::double::{ACCEPTED, Connection, Double, json};
use super::scenarios;
use super::transport::{Fault, Transport, fault};

scenarios! {
    everywhere: [
        interim_responses_are_skipped,
        a_body_in_chunks,
        a_body_up_to_the_end_of_the_connection,
        a_response_of_http_1_0,
        an_upgrade_that_was_not_requested,
    ],
    clients: [
        an_end_at_any_point_of_the_response,
        a_reset_at_any_point_of_the_response,
        a_half_closed_connection_without_a_response,
        what_is_not_http,
        a_head_without_end,
        a_head_of_too_many_lines,
        bytes_beyond_the_length_make_the_connection_unusable,
        unexpected_bytes_make_the_connection_unusable,
        the_status_decides_over_a_header_with_a_control_character,
    ],
}

fn resume() -> ResumeServiceBackup {
    ResumeServiceBackup::new("CalcApp/CalcService".parse().unwrap())
}

fn policies<T: Transport>(response: impl AsRef<[u8]> + Send + 'static) {
    let double = Double::responding(response);
    let page = T::at(double.endpoint()).send(GetBackupPolicyList::new()).unwrap();
    double.finish();
    assert_eq!(page.items, []);
    assert_eq!(page.continuation_token.unwrap().to_string(), "next");
}

const PAGE: &str = r#"{"ContinuationToken":"next","Items":[]}"#;

fn interim_responses_are_skipped<T: Transport>() {
    let response = json(PAGE);
    policies::<T>(format!("HTTP/1.1 100 Continue\r\n\r\n{response}"));
    policies::<T>(format!("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n{response}"));
}

fn a_body_in_chunks<T: Transport>() {
    let (first, second) = PAGE.split_at(7);
    policies::<T>(format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n{:X};q=1\r\n{second}\r\n0\r\nx: y\r\n\r\n",
        first.len(),
        second.len()
    ));
}

fn a_body_up_to_the_end_of_the_connection<T: Transport>() {
    policies::<T>(format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{PAGE}"));
}

fn a_response_of_http_1_0<T: Transport>() {
    policies::<T>(format!("HTTP/1.0 200 OK\r\n\r\n{PAGE}"));
}

/// Truncated responses.
const BROKEN_OFF: &[&str] = &[
    "",
    "H",
    "HTTP/1.1 202 Acc",
    "HTTP/1.1 202 Accepted\r\n",
    "HTTP/1.1 202 Accepted\r\ncontent-le",
    "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 404 Not Found\r\ncontent-length: 10\r\n\r\n",
    "HTTP/1.1 404 Not Found\r\ncontent-length: 10\r\n\r\n123456789",
    "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n",
    "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n5\r\n123",
    "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n",
];

fn an_end_at_any_point_of_the_response<T: Transport>() {
    for &beginning in BROKEN_OFF {
        let double = Double::responding(beginning);
        let result = T::at(double.endpoint()).send(resume());
        double.finish();
        assert!(result.as_ref().is_err_and(|error| error.may_have_changed()));
        let closed = Fault::Closed { kind: UnexpectedEof };
        assert_eq!(fault(result), (How::Lost, closed), "{beginning:?}");
    }
}

fn a_reset_at_any_point_of_the_response<T: Transport>() {
    // A response that ends with its connection is also truncated by a reset.
    let open_ended = ["HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.1 404 Not Found\r\n\r\n123"];
    for &beginning in BROKEN_OFF.iter().chain(&open_ended) {
        let double = Double::new(move |listener| {
            let mut connection = listener.accept_to_reset();
            connection.say(beginning);
        });
        let result = T::at(double.endpoint()).send(resume());
        double.finish();
        let closed = Fault::Closed { kind: ConnectionReset };
        assert_eq!(fault(result), (How::Lost, closed), "{beginning:?}");
    }
}

fn a_half_closed_connection_without_a_response<T: Transport>() {
    let double = Double::new(|listener| {
        let mut connection = listener.accept();
        connection.request();
        connection.half_close();
        connection.wait_for_the_end();
    });
    let result = T::at(double.endpoint()).send(resume());
    double.finish();
    let closed = Fault::Closed { kind: UnexpectedEof };
    assert_eq!(fault(result), (How::Lost, closed));
}

fn what_is_not_http<T: Transport>() {
    let cases: &[&[u8]] = &[
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"\x15\x03\x03\x00\x02\x02\x46 this port speaks TLS\r\n\r\n",
        b"HTTP/1.1 abc Accepted\r\n\r\n",
        b"HTTP/3.7 202 Accepted\r\n\r\n",
        b"HTTP/1.1 202 Accepted\r\nno colon\r\n\r\n",
        b"HTTP/1.1 202 Accepted\r\ncontent-length: many\r\n\r\n",
        b"HTTP/1.1 202 Accepted\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 202 Accepted\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffffff\r\n",
        b"HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n",
    ];
    for &nonsense in cases {
        let double = Double::responding(nonsense);
        let result = T::at(double.endpoint()).send(resume());
        double.finish();
        let said = String::from_utf8_lossy(nonsense);
        assert_eq!(fault(result), (How::Rejected, Fault::Malformed), "{said:?}");
    }
}

/// The result of a call to a server that sends `flood`, and the number of bytes that the client read.
fn flooded<T: Transport>(flood: fn(&mut Connection) -> usize) -> (Fault, usize) {
    let double = Double::new(move |listener| {
        let mut connection = listener.accept();
        connection.request();
        connection.say("HTTP/1.1 202 Accepted\r\n");
        flood(&mut connection)
    });
    let (sent, fault) = fault(T::at(double.endpoint()).send(resume()));
    assert_eq!(sent, How::Rejected);
    (fault, double.finish())
}

fn a_head_without_end<T: Transport>() {
    for flood in
        [(|connection| connection.flood(b"x-flood: 0123456789\r\n")) as fn(&mut Connection) -> usize, |connection| {
            connection.say("x-flood: ");
            connection.flood(&[b'x'; 4096])
        }]
    {
        let (fault, taken) = flooded::<T>(flood);
        assert_eq!(fault, Fault::Malformed);
        // Includes bytes in the system's buffers.
        assert!(taken < 16 << 20, "{taken} bytes");
    }
}

fn a_head_of_too_many_lines<T: Transport>() {
    let (fault, _) = flooded::<T>(|connection| {
        let lines: String = (0..1000).map(|n| format!("x-{n}: 1\r\n")).collect();
        connection.say(format!("{lines}content-length: 0\r\n\r\n"));
        lines.len()
    });
    assert_eq!(fault, Fault::Malformed);
}

fn bytes_beyond_the_length_make_the_connection_unusable<T: Transport>() {
    let double = Double::new(|listener| {
        let mut connection = listener.accept();
        connection.request();
        connection.say(format!("{ACCEPTED}{}", json(PAGE)));
        connection.wait_for_the_end();
        let mut connection = listener.accept();
        connection.request();
        connection.say(ACCEPTED);
    });
    let client = T::at(double.endpoint());
    client.send(resume()).unwrap();
    client.send(resume()).unwrap();
    double.finish();
}

fn an_upgrade_that_was_not_requested<T: Transport>() {
    let double = Double::responding("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n");
    let error = T::at(double.endpoint()).send(resume()).unwrap_err();
    double.finish();
    assert_eq!(error.fabric().unwrap().status.as_u16(), 101);
}

/// Bytes between two calls could be taken for the response to the second one.
fn unexpected_bytes_make_the_connection_unusable<T: Transport>() {
    let ((responded, go_on), (said, is_said)) = (channel(), channel());
    let double = Double::new(move |listener| {
        let mut connection = listener.accept();
        connection.request();
        connection.say(ACCEPTED);
        go_on.recv().unwrap();
        connection.say(ACCEPTED);
        said.send(()).unwrap();
        let mut other = listener.accept();
        other.request();
        other.say(ACCEPTED);
    });
    let client = T::at(double.endpoint());
    client.send(resume()).unwrap();
    responded.send(()).unwrap();
    is_said.recv().unwrap();
    client.send(resume()).unwrap();
    double.finish();
}

fn the_status_decides_over_a_header_with_a_control_character<T: Transport>() {
    for control in ["\u{1}", "\u{1b}[2J", "\u{7f}", "a\rb", "\0"] {
        let with = |status: &str| {
            let interim = "HTTP/1.1 100 Continue\r\n\r\n";
            format!("{interim}HTTP/1.1 {status}\r\nwww-authenticate: x{control}\r\ncontent-length: 0\r\n\r\n")
        };
        let double = Double::responding(with("401 Unauthorized"));
        let error = T::at(double.endpoint()).send(resume()).unwrap_err();
        double.finish();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unauthorized, 1), "{control:?}");
        assert!(!error.may_have_changed());

        let double = Double::responding(with("202 Accepted"));
        T::at(double.endpoint()).send(resume()).unwrap();
        double.finish();

        // Without the body of the response, the read fails.
        let double = Double::responding(with("200 OK"));
        let error = T::at(double.endpoint()).send(GetBackupPolicyList::new()).unwrap_err();
        double.finish();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::UnreadableResponse, 1), "{control:?}");
    }
}
