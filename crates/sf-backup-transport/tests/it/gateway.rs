//! A test gateway that responds to every request with the common name of the client certificate.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use openssl::nid::Nid;
use openssl::ssl::{SslAcceptor, SslMethod, SslStream, SslVerifyMode, SslVersion};

use crate::forge::Pair;

/// Time limit of a test, long enough for a loaded machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A running gateway. Stops when dropped.
pub(crate) struct Gateway {
    address: SocketAddr,
    record: Arc<Record>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Record {
    stopped: AtomicBool,
    handshakes: AtomicUsize,
    received: Mutex<Vec<u8>>,
}

impl Gateway {
    pub(crate) fn new(server: &Pair) -> Self {
        Self::with(server, |_| {})
    }

    /// Starts a gateway that requests a client certificate in the handshake and accepts any.
    pub(crate) fn asking(server: &Pair) -> Self {
        Self::with(server, |acceptor| {
            acceptor.set_verify_callback(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT, |_, _| true);
        })
    }

    pub(crate) fn speaking_only(server: &Pair, version: SslVersion) -> Self {
        Self::with(server, |acceptor| {
            acceptor.set_min_proto_version(Some(version)).unwrap();
            acceptor.set_max_proto_version(Some(version)).unwrap();
        })
    }

    fn with(server: &Pair, configure: impl FnOnce(&mut openssl::ssl::SslAcceptorBuilder)) -> Self {
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
        acceptor.set_private_key(&server.key).unwrap();
        acceptor.set_certificate(&server.certificate).unwrap();
        configure(&mut acceptor);
        let acceptor = acceptor.build();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let record = Arc::new(Record::default());
        let shared = Arc::clone(&record);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.stopped.load(Ordering::SeqCst) {
                    break;
                }
                let stream = stream.unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                if let Ok(stream) = acceptor.accept(stream) {
                    shared.handshakes.fetch_add(1, Ordering::SeqCst);
                    shared.serve(stream);
                }
            }
        });
        Self { address, record, thread: Some(thread) }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the gateway. Returns the number of completed handshakes and all bytes received after them.
    pub(crate) fn stop(mut self) -> (usize, Vec<u8>) {
        self.end();
        let handshakes = self.record.handshakes.load(Ordering::SeqCst);
        let received = self.record.received.lock().unwrap().clone();
        (handshakes, received)
    }

    fn end(&mut self) {
        self.record.stopped.store(true, Ordering::SeqCst);
        let woken = TcpStream::connect(self.address);
        if let (Ok(_), Some(thread)) = (woken, self.thread.take()) {
            thread.join().unwrap();
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.end();
        }
    }
}

impl Record {
    fn serve(&self, mut stream: SslStream<TcpStream>) {
        let mut request = Vec::new();
        let mut buffer = [0; 1024];
        while !request.ends_with(b"\r\n\r\n") {
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(count) => {
                    request.extend_from_slice(&buffer[..count]);
                    self.received.lock().unwrap().extend_from_slice(&buffer[..count]);
                }
            }
        }
        let client = client_name(&stream);
        let response = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{client}");
        if !request.is_empty() && stream.write_all(response.as_bytes()).is_ok() {
            let _ = stream.shutdown();
        }
    }
}

fn client_name(stream: &SslStream<TcpStream>) -> String {
    let Some(certificate) = stream.ssl().peer_certificate() else {
        return "nobody".to_owned();
    };
    let mut names = certificate.subject_name().entries_by_nid(Nid::COMMONNAME);
    names.next().unwrap().data().to_string().unwrap()
}
