//! Connections that the server closes between calls, with and without a TLS `close_notify`.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;

use openssl::ssl::{SslAcceptor, SslMethod};
use sf_backup_transport::tls::{ServerIdentity, TlsConfig};

use super::forge::names;
use super::gateway::ACCEPTED;
use super::{Secured, Settings, endpoint, resume, secured};

secured! {
    a_connection_that_was_closed_is_replaced,
    a_connection_that_broke_off_is_replaced,
}

const CALLS: usize = 10;

fn replaced<T: Secured>(says_farewell: bool) {
    let server = names("localhost").self_signed();
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
    acceptor.set_private_key(&server.key).unwrap();
    acceptor.set_certificate(&server.certificate).unwrap();
    let acceptor = acceptor.build();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (closed, wait) = mpsc::channel();
    let gateway = thread::spawn(move || {
        for _ in 0..CALLS {
            let mut stream = acceptor.accept(listener.accept().unwrap().0).unwrap();
            let mut head = Vec::new();
            let mut buffer = [0; 1024];
            while !head.ends_with(b"\r\n\r\n") {
                let count = stream.read(&mut buffer).unwrap();
                assert_ne!(count, 0, "half a request");
                head.extend_from_slice(&buffer[..count]);
            }
            stream.write_all(ACCEPTED.as_bytes()).unwrap();
            if says_farewell {
                stream.shutdown().unwrap();
            }
            drop(stream);
            closed.send(()).unwrap();
        }
    });
    let mut settings = Settings::at(endpoint(address));
    settings.tls = TlsConfig::new().server(ServerIdentity::Insecure);
    let client = T::try_with(settings).unwrap();
    for _ in 0..CALLS {
        client.send(resume()).unwrap();
        wait.recv().unwrap();
    }
    gateway.join().unwrap();
}

fn a_connection_that_was_closed_is_replaced<T: Secured>() {
    replaced::<T>(true);
}

fn a_connection_that_broke_off_is_replaced<T: Secured>() {
    replaced::<T>(false);
}
