//! Failed handshakes, after which no request was sent.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use openssl::ssl::{SslAcceptor, SslMethod};
use sf_backup_proto::error::TransportErrorKind;
use sf_backup_transport::HttpError;

use super::forge;
use super::{Secured, Settings, endpoint, resume, secured, transport};

secured! {
    a_server_that_speaks_plain_http,
    a_server_that_hangs_up,
    a_server_that_sends_nothing,
    nobody_listens,
    a_refused_server_that_sends_nothing_the_second_time,
}

/// A server for one connection.
fn server(serve: impl FnOnce(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || serve(listener.accept().unwrap().0));
    address
}

/// Asserts that the connection fails before anything is sent.
fn failed<T: Secured>(settings: Settings, check: impl FnOnce(&HttpError)) {
    let result = T::try_with(settings).unwrap().send(resume());
    let (fault, source) = transport(&result);
    assert_eq!(fault, TransportErrorKind::Unreachable);
    check(source);
    assert!(!result.unwrap_err().may_have_changed());
}

fn a_server_that_speaks_plain_http<T: Secured>() {
    let address = server(|mut stream| {
        // Unread bytes would turn the end of the connection into a reset.
        let _hello = stream.read(&mut [0; 4096]).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let place = format!("localhost:{}", address.port());
    failed::<T>(Settings::at(endpoint(address)), |error| {
        assert_eq!(error.to_string(), format!("no TLS connection with {place}"));
        let HttpError::Handshake { source, .. } = error else { panic!("{error:?}") };
        assert!(source.to_string().contains("wrong version number"), "{source}");
    });
}

fn a_server_that_hangs_up<T: Secured>() {
    let address = server(|mut stream| {
        let _hello = stream.read(&mut [0; 4096]).unwrap();
    });
    failed::<T>(Settings::at(endpoint(address)), |error| {
        assert!(matches!(error, HttpError::Handshake { .. }), "{error:?}")
    });
}

fn a_server_that_sends_nothing<T: Secured>() {
    let (gone, wait) = std::sync::mpsc::channel();
    let address = server(move |mut stream| {
        while let Ok(1..) = stream.read(&mut [0; 4096]) {}
        gone.send(()).unwrap();
    });
    let mut settings = Settings::at(endpoint(address));
    settings.deadline = Duration::from_millis(250);
    failed::<T>(settings, |error| {
        assert!(matches!(error, HttpError::Deadline { after } if after.as_millis() == 250), "{error:?}");
    });
    wait.recv_timeout(Duration::from_secs(20)).unwrap();
}

fn nobody_listens<T: Secured>() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    failed::<T>(Settings::at(endpoint(address)), |error| {
        let HttpError::Connect { address: tried, source } = error else { panic!("{error:?}") };
        assert_eq!(*tried, format!("localhost:{}", address.port()));
        assert_eq!(source.kind(), ErrorKind::ConnectionRefused);
    });
}

/// The second connection, which reads the certificate of an untrusted server, has no time limit of its own.
fn a_refused_server_that_sends_nothing_the_second_time<T: Secured>() {
    let pair = forge::names("localhost").self_signed();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
        acceptor.set_private_key(&pair.key).unwrap();
        acceptor.set_certificate(&pair.certificate).unwrap();
        acceptor.build().accept(listener.accept().unwrap().0).unwrap_err();
        let (mut second, _) = listener.accept().unwrap();
        let mut read = 0;
        while let Ok(count @ 1..) = second.read(&mut [0; 4096]) {
            read += count;
        }
        read
    });
    let mut settings = Settings::at(endpoint(address));
    settings.deadline = Duration::from_secs(1);
    let started = Instant::now();
    let result = T::try_with(settings).unwrap().send(resume());
    let elapsed = started.elapsed();
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
    let (_, source) = transport(&result);
    assert!(matches!(source, HttpError::IdentityRefused(_) | HttpError::Deadline { .. }), "{source:?}");
    assert!(!result.unwrap_err().may_have_changed());
    // The start of the second handshake, and nothing else.
    assert!((1..2048).contains(&server.join().unwrap()));
}
