//! Endless responses in unusual places, and responses with content encodings.

use std::time::{Duration, Instant};

use sf_backup_proto::error::TransportErrorKind as How;
use sf_backup_proto::{ErrorKind, GetBackupPolicyList, GetServiceBackupList, ResumeServiceBackup};

use super::double::{Connection, Double, json};
use super::scenarios;
use super::transport::{Fault, Settings, Transport, fault};

scenarios! {
    everywhere: [],
    clients: [
        a_status_line_without_end,
        interim_responses_as_fast_as_they_come,
        trailers_without_end,
        an_extension_of_a_chunk_without_end,
        a_packed_body_is_not_unpacked,
        ten_million_empty_items,
    ],
}

const DEADLINE: Duration = Duration::from_millis(500);

fn resume() -> ResumeServiceBackup {
    ResumeServiceBackup::new("CalcApp/CalcService".parse().unwrap())
}

/// The result of a call to a server with this behaviour, and the number of bytes sent to the client.
fn flooded<T: Transport>(flood: fn(&mut Connection) -> usize) -> (How, Fault, usize) {
    let double = Double::new(move |listener| {
        let mut connection = listener.accept();
        connection.request();
        flood(&mut connection)
    });
    let mut settings = Settings::at(double.endpoint());
    settings.deadline = Some(DEADLINE);
    settings.response_limit = Some(100_000);
    let begun = Instant::now();
    let (how, fault) = fault(T::with(settings).send(resume()));
    assert!(begun.elapsed() < DEADLINE * 20, "{:?}", begun.elapsed());
    (how, fault, double.finish())
}

fn a_status_line_without_end<T: Transport>() {
    let (how, fault, taken) = flooded::<T>(|connection| {
        connection.say("HTTP/1.1 202 ");
        connection.flood(&[b'A'; 4096])
    });
    assert_eq!((how, fault), (How::Rejected, Fault::Malformed));
    // Includes bytes in the system's buffers.
    assert!(taken < 16 << 20, "{taken} bytes");
}

/// The deadline ends the call even if there is always more to read.
fn interim_responses_as_fast_as_they_come<T: Transport>() {
    let (_, fault, _) = flooded::<T>(|connection| connection.flood(&b"HTTP/1.1 100 Continue\r\n\r\n".repeat(100)));
    assert!(matches!(fault, Fault::Deadline { .. } | Fault::Malformed), "{fault:?}");
}

/// The deadline ends the call.
fn trailers_without_end<T: Transport>() {
    let (_, fault, _) = flooded::<T>(|connection| {
        connection.say("HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n0\r\n");
        connection.flood(&b"x-flood: 0123456789\r\n".repeat(100))
    });
    assert!(matches!(fault, Fault::Deadline { .. } | Fault::Malformed | Fault::Closed { .. }), "{fault:?}");
}

/// The deadline ends the call here, too.
fn an_extension_of_a_chunk_without_end<T: Transport>() {
    let (_, fault, _) = flooded::<T>(|connection| {
        connection.say("HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n5;x=");
        connection.flood(&[b'y'; 4096])
    });
    assert!(matches!(fault, Fault::Deadline { .. } | Fault::Malformed | Fault::Closed { .. }), "{fault:?}");
}

/// Clients request no content encoding. An encoded body is not decoded and is invalid JSON.
fn a_packed_body_is_not_unpacked<T: Transport>() {
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        let body = "\u{1f}x".repeat(500);
        let length = body.len();
        let double = Double::responding(format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: {encoding}\r\n\
             content-length: {length}\r\n\r\n{body}"
        ));
        let error = T::at(double.endpoint()).send(GetBackupPolicyList::new()).unwrap_err();
        let seen = double.finish();
        assert_eq!(error.kind(), ErrorKind::UnreadableResponse, "{encoding}: {error}");
        assert!(error.to_string().contains(&format!("{length} bytes")), "{error}");
        assert_eq!(seen.header("accept-encoding"), None);
    }
}

fn ten_million_empty_items<T: Transport>() {
    let double = Double::responding(json(&format!(r#"{{"Items":[{}{{}}]}}"#, "{},".repeat(9_999_999))));
    let list = GetServiceBackupList::new("CalcApp/CalcService".parse().unwrap());
    let error = T::at(double.endpoint()).send(list).unwrap_err();
    double.finish();
    assert_eq!(error.kind(), ErrorKind::UnreadableResponse);
    assert!(error.to_string().contains("more than 500000 objects"), "{error}");
}
