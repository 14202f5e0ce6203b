//! A call ends at its deadline, at whatever point the server delays it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use sf_backup_proto::error::TransportErrorKind as How;
use sf_backup_proto::flow::RetryPolicy;
use sf_backup_proto::{Endpoint, ErrorKind, ResumeServiceBackup};

use super::double::{ACCEPTED, Connection, Double};
use super::scenarios;
use super::transport::{Fault, Settings, Transport, fault};

scenarios! {
    everywhere: [],
    clients: [
        a_server_that_sends_nothing,
        a_head_that_drips,
        a_body_that_drips,
        interim_responses_without_end,
        a_host_that_accepts_no_connection,
        a_host_that_accepts_no_connection_in_place_of_a_kept_one,
        the_total_time_ends_a_call_before_a_longer_deadline,
        the_longest_timeout_is_no_trouble,
    ],
}

const DEADLINE: Duration = Duration::from_millis(250);
const PAUSE: Duration = Duration::from_millis(20);

/// Sends a resume with a deadline and checks that it ends in time.
fn overdue<T: Transport>(endpoint: Endpoint) -> (How, ErrorKind) {
    let mut settings = Settings::at(endpoint);
    settings.deadline = Some(DEADLINE);
    let client = T::with(settings);
    let started = Instant::now();
    let result = client.send(ResumeServiceBackup::new("A/S".parse().unwrap()));
    let elapsed = started.elapsed();
    // The system's timers have a resolution of milliseconds.
    assert!(elapsed + PAUSE >= DEADLINE, "{elapsed:?}");
    assert!(elapsed < DEADLINE * 8, "{elapsed:?}");
    let error = result.as_ref().unwrap_err();
    assert!(error.is_transient());
    let kind = error.kind();
    let (how, fault) = fault(result);
    assert_eq!(fault, Fault::Deadline { after: DEADLINE });
    (how, kind)
}

/// The server reads the request and runs `delay`. It must see the client close the connection.
fn delayed<T: Transport>(delay: fn(&mut Connection)) {
    let double = Double::new(move |listener| {
        let mut connection = listener.accept();
        connection.request();
        delay(&mut connection);
        connection.wait_for_the_end();
    });
    assert_eq!(overdue::<T>(double.endpoint()), (How::TimedOut, ErrorKind::Timeout));
    double.finish();
}

fn a_server_that_sends_nothing<T: Transport>() {
    delayed::<T>(|_| {});
}

fn a_head_that_drips<T: Transport>() {
    delayed::<T>(|connection| {
        connection.say("HTTP/1.1 202 Accepted\r\nx: ");
        connection.drip(b"y", PAUSE);
    });
}

fn a_body_that_drips<T: Transport>() {
    delayed::<T>(|connection| {
        connection.say("HTTP/1.1 202 Accepted\r\ncontent-length: 100000\r\n\r\n");
        connection.drip(b"y", PAUSE);
    });
}

fn interim_responses_without_end<T: Transport>() {
    delayed::<T>(|connection| connection.drip(b"HTTP/1.1 100 Continue\r\n\r\n", PAUSE));
}

/// A listener whose queue of connections is short.
fn narrow() -> (TcpListener, SocketAddr) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let _guard = runtime.enter();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let listener = socket.listen(1).unwrap().into_std().unwrap();
    listener.set_nonblocking(false).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Fills the queue, so that the host completes no further connection.
fn fill(address: SocketAddr) -> Vec<TcpStream> {
    let mut queue = Vec::new();
    while let Ok(waiting) = TcpStream::connect_timeout(&address, DEADLINE) {
        queue.push(waiting);
        assert!(queue.len() < 100, "the queue does not fill");
    }
    queue
}

fn a_host_that_accepts_no_connection<T: Transport>() {
    let (_listener, address) = narrow();
    let _queue = fill(address);
    let overdue = overdue::<T>(format!("http://{address}").parse().unwrap());
    assert_eq!(overdue, (How::Unreachable, ErrorKind::Unreachable));
}

/// A connection that was kept from an earlier call does not mean that this request was sent.
fn a_host_that_accepts_no_connection_in_place_of_a_kept_one<T: Transport>() {
    let (listener, address) = narrow();
    let mut settings = Settings::at(format!("http://{address}").parse().unwrap());
    settings.deadline = Some(DEADLINE * 4);
    let client = T::with(settings);
    let resume = || ResumeServiceBackup::new("A/S".parse().unwrap());
    let (_listener, mut kept) = thread::scope(|scope| {
        let server = scope.spawn(move || {
            let mut connection = listener.accept().unwrap().0;
            assert!(connection.read(&mut [0; 4096]).unwrap() > 0);
            connection.write_all(ACCEPTED.as_bytes()).unwrap();
            (listener, connection)
        });
        client.send(resume()).unwrap();
        server.join().unwrap()
    });
    let _queue = fill(address);
    // It can no longer be used for a request.
    kept.write_all(ACCEPTED.as_bytes()).unwrap();
    let result = client.send(resume());
    assert!(!result.as_ref().unwrap_err().may_have_changed());
    assert_eq!(fault(result), (How::Unreachable, Fault::Deadline { after: DEADLINE * 4 }));
    drop(kept);
}

fn the_total_time_ends_a_call_before_a_longer_deadline<T: Transport>() {
    let double = Double::new(move |listener| {
        let mut connection = listener.accept();
        connection.request();
        connection.wait_for_the_end();
    });
    let mut settings = Settings::at(double.endpoint());
    settings.deadline = Some(DEADLINE * 24);
    settings.retry = RetryPolicy { total: Some(DEADLINE), ..RetryPolicy::default() };
    let client = T::with(settings);
    let started = Instant::now();
    let result = client.send(ResumeServiceBackup::new("A/S".parse().unwrap()));
    let elapsed = started.elapsed();
    assert!(elapsed < DEADLINE * 8, "{elapsed:?}");
    assert_eq!(result.as_ref().unwrap_err().attempts(), 1);
    let (how, fault) = fault(result);
    assert_eq!(how, How::TimedOut);
    assert!(matches!(fault, Fault::Deadline { after } if after <= DEADLINE), "{fault:?}");
    // An idle runtime closes nothing.
    drop(client);
    double.finish();
}

fn the_longest_timeout_is_no_trouble<T: Transport>() {
    let double = Double::responding(ACCEPTED);
    let mut settings = Settings::at(double.endpoint());
    settings.timeout = Some("4294967295".parse().unwrap());
    T::with(settings).send(ResumeServiceBackup::new("A/S".parse().unwrap())).unwrap();
    assert!(double.finish().line.contains("&timeout=4294967295 "));
}
