//! A test gateway with TLS, and a proxy.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use openssl::ssl::{HandshakeError, SslAcceptor, SslAcceptorBuilder, SslMethod, SslStream, SslVerifyMode};

use super::forge::Pair;

pub(super) const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

/// Time limit of a test, long enough for a loaded machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A loopback server that serves one connection at a time. Stops when dropped.
pub(super) struct Server {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn new(mut serve: impl FnMut(TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stopped = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&stopped);
        let thread = thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if shared.load(Ordering::SeqCst) {
                    break;
                }
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                serve(stream);
            }
        });
        Self { address, stopped, thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let ended = thread.join();
            assert!(ended.is_ok() || thread::panicking(), "the server's thread has panicked");
        }
    }
}

/// Observations of a gateway.
#[derive(Default)]
pub(super) struct Record {
    /// The number of completed handshakes.
    pub(super) handshakes: AtomicUsize,
    /// All bytes received after handshakes.
    pub(super) received: Mutex<Vec<u8>>,
    /// The common names of client certificates.
    pub(super) clients: Mutex<Vec<String>>,
}

pub(super) struct Gateway {
    pub(super) address: SocketAddr,
    record: Arc<Record>,
    _server: Server,
}

impl Gateway {
    /// Responds to every request with 202.
    pub(super) fn new(pair: &Pair) -> Self {
        Self::with(pair, |_| {}, |_| ACCEPTED)
    }

    /// Requests a client certificate in the handshake and accepts any.
    pub(super) fn asking(pair: &Pair) -> Self {
        let ask = |acceptor: &mut SslAcceptorBuilder| {
            acceptor.set_verify_callback(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT, |_, _| true);
        };
        Self::with(pair, ask, |_| ACCEPTED)
    }

    /// Requests a client certificate in the handshake and rejects all.
    pub(super) fn refusing(pair: &Pair) -> Self {
        let ask = |acceptor: &mut SslAcceptorBuilder| {
            acceptor.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
        };
        Self::with(pair, ask, |_| ACCEPTED)
    }

    /// Requests a client certificate, but the handshake fails earlier: no cipher works with its key.
    pub(super) fn without_a_common_cipher(pair: &Pair) -> Self {
        let ask = |acceptor: &mut SslAcceptorBuilder| {
            acceptor.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
            acceptor.set_cipher_list("PSK").unwrap();
        };
        Self::with(pair, ask, |_| ACCEPTED)
    }

    /// Responds after the head of each request.
    pub(super) fn responding(pair: &Pair, response: impl FnMut(&str) -> &'static str + Send + 'static) -> Self {
        Self::with(pair, |_| {}, response)
    }

    fn with(
        pair: &Pair,
        configure: impl FnOnce(&mut SslAcceptorBuilder),
        mut response: impl FnMut(&str) -> &'static str + Send + 'static,
    ) -> Self {
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
        acceptor.set_private_key(&pair.key).unwrap();
        acceptor.set_certificate(&pair.certificate).unwrap();
        configure(&mut acceptor);
        let acceptor = acceptor.build();
        let record = Arc::new(Record::default());
        let shared = Arc::clone(&record);
        let server = Server::new(move |stream| match acceptor.accept(stream) {
            Ok(stream) => {
                shared.handshakes.fetch_add(1, Ordering::SeqCst);
                shared.serve(stream, &mut response);
            }
            Err(HandshakeError::Failure(failed)) => drain(failed.get_ref()),
            Err(_) => {}
        });
        Self { address: server.address, record, _server: server }
    }

    pub(super) fn handshakes(&self) -> usize {
        self.record.handshakes.load(Ordering::SeqCst)
    }

    /// The requests so far.
    pub(super) fn received(&self) -> String {
        String::from_utf8(self.record.received.lock().unwrap().clone()).unwrap()
    }

    pub(super) fn clients(&self) -> Vec<String> {
        self.record.clients.lock().unwrap().clone()
    }
}

impl Record {
    /// Serves requests without a body until the client closes the connection.
    fn serve(&self, mut stream: SslStream<TcpStream>, response: &mut impl FnMut(&str) -> &'static str) {
        let mut head = Vec::new();
        let mut buffer = [0; 1024];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            self.received.lock().unwrap().extend_from_slice(&buffer[..count]);
            head.extend_from_slice(&buffer[..count]);
            if !head.ends_with(b"\r\n\r\n") {
                continue;
            }
            if let Some(certificate) = stream.ssl().peer_certificate() {
                let name = certificate.subject_name().entries().next().unwrap().data().to_string().unwrap();
                self.clients.lock().unwrap().push(name);
            }
            let response = response(std::str::from_utf8(&head).unwrap());
            if stream.write_all(response.as_bytes()).is_err() {
                break;
            }
            head.clear();
        }
    }
}

/// A proxy whose tunnels all lead to one address, regardless of the requested host.
pub(super) struct Tunnels {
    pub(super) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    _server: Server,
}

impl Tunnels {
    pub(super) fn to(target: SocketAddr) -> Self {
        Self::responding("HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n", Some(target))
    }

    pub(super) fn refusing(response: &'static str) -> Self {
        Self::responding(response, None)
    }

    fn responding(response: &'static str, target: Option<SocketAddr>) -> Self {
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        let server = Server::new(move |mut client| {
            seen.lock().unwrap().push(head(&mut client));
            client.write_all(response.as_bytes()).unwrap();
            if let Some(target) = target {
                let target = TcpStream::connect(target).unwrap();
                target.set_read_timeout(Some(PATIENCE)).unwrap();
                let (from, to) = (client.try_clone().unwrap(), target.try_clone().unwrap());
                thread::spawn(move || pump(from, to));
                thread::spawn(move || pump(target, client));
            }
        });
        Self { address: server.address, heads, _server: server }
    }

    /// The received `CONNECT` requests.
    pub(super) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// Reads what the client still sends after an alert. Closing a socket with unread bytes would reset the connection, and
/// the client could lose the alert.
fn drain(mut stream: &TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    let _ = io::copy(&mut stream, &mut io::sink());
}

fn head(client: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    // A closed side closes the other one.
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
