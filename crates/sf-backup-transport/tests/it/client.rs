//! A minimal transport: uses a [`Connector`] in the same order as every transport must.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::SystemTime;

use sf_backup_transport::tls::{Connector, PeerRefused, RefusalReason, TlsConfig, leaf, native};

use crate::gateway::PATIENCE;

/// The reason why a request failed.
#[derive(Debug)]
pub(crate) enum Failure {
    Refused(PeerRefused),
    Handshake(native::Error),
}

pub(crate) const GET: &str = "GET / HTTP/1.1\r\nHost: cluster\r\n\r\n";

/// Sends a request to `host` at `address` and returns the body of the response.
pub(crate) fn ask(config: &TlsConfig, host: &str, address: SocketAddr) -> Result<String, Failure> {
    let mut stream = connect(config, host, address)?;
    Ok(exchange(&mut stream, GET).unwrap())
}

pub(crate) fn connect(
    config: &TlsConfig,
    host: &str,
    address: SocketAddr,
) -> Result<native::TlsStream<TcpStream>, Failure> {
    let connector = config.connector().unwrap();
    let stream = match connector.native().connect(host, dial(address)) {
        Ok(stream) => stream,
        Err(native::HandshakeError::Failure(error)) => {
            return Err(match connector.refusal(&error) {
                Some(refused) => Failure::Refused(look(refused, host, address)),
                None => Failure::Handshake(error),
            });
        }
        Err(other) => panic!("a blocking stream does not block: {other:?}"),
    };
    connector.admit(&stream, SystemTime::now()).map_err(Failure::Refused)?;
    Ok(stream)
}

fn look(refused: PeerRefused, host: &str, address: SocketAddr) -> PeerRefused {
    let connector = Connector::looking().unwrap();
    let stream = connector.connect(host, dial(address)).unwrap();
    refused.with_presented(&leaf(&stream).unwrap())
}

fn dial(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

pub(crate) fn exchange(stream: &mut (impl Read + Write), request: &str) -> io::Result<String> {
    stream.write_all(request.as_bytes())?;
    stream.flush()?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    let (_, body) = response.split_once("\r\n\r\n").expect("a response with a body");
    Ok(body.to_owned())
}

/// Returns the body of the response, or the reason why the server was rejected. Panics on other failures.
pub(crate) fn verdict(config: &TlsConfig, host: &str, address: SocketAddr) -> Result<String, RefusalReason> {
    match ask(config, host, address) {
        Ok(body) => Ok(body),
        Err(Failure::Refused(refused)) => Err(refused.reason().clone()),
        Err(other) => panic!("neither responded nor refused: {other:?}"),
    }
}
