//! The first steps: name resolution, and for `https` the port and TLS. No request is sent yet.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use sf_backup_hyper::tls::{ConnectError, Connector, PeerCertificate, PeerRefused, Proxy, ProxyServer, TlsConfig};
use sf_backup_ops::advice::{CLIENT_PORT, is_client_endpoint};
use sf_backup_proto::Endpoint;

use crate::cluster::checks::step::{Name, Step};
use crate::output::exit::Exit;

/// As long as the client itself waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// The route to an endpoint: directly, or through a proxy.
struct Route<'a> {
    endpoint: &'a Endpoint,
    proxy: Option<ProxyServer>,
}

/// Takes the steps up to TLS, until one fails. Blocks.
pub(crate) fn steps(endpoint: &Endpoint, tls: &TlsConfig) -> Vec<Step> {
    let proxy = if endpoint.is_https() { Proxy::from_env() } else { Ok(Proxy::none()) };
    let proxy = match proxy {
        Ok(proxy) => proxy.to(endpoint.host(), endpoint.port()).cloned(),
        Err(error) => {
            let step = Step::failed(Name::Host, Exit::Usage, error.to_string());
            return vec![step.advice("correct or unset the variable HTTPS_PROXY")];
        }
    };
    let route = Route { endpoint, proxy };
    let mut steps = Vec::new();
    let addresses = match route.addresses() {
        Ok(addresses) => addresses,
        Err(error) => {
            let step =
                Step::failed(Name::Host, Exit::Unreachable, format!("{} cannot be resolved: {error}", route.host()));
            steps.push(step.advice("check the spelling of the host name, and this machine's DNS or VPN"));
            return steps;
        }
    };
    let through = route.proxy.as_ref().map(|proxy| format!(" (the proxy {proxy}, which resolves the cluster's name)"));
    let through = through.unwrap_or_default();
    let listed: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
    steps.push(Step::passed(Name::Host, format!("{} resolves to {}{through}", route.host(), listed.join(", "))));
    if !endpoint.is_https() {
        // The first request shows whether the port accepts connections: one connection is enough for both.
        steps.push(plain());
        return steps;
    }
    if let Err(error) = connect(&addresses) {
        steps.push(no_port(endpoint, &error));
        return steps;
    }
    steps.push(Step::passed(Name::Port, format!("port {} accepts connections{through}", route.port())));
    steps.push(route.tls(&addresses, tls));
    steps
}

/// The step for a port that does not accept connections.
pub(crate) fn no_port(endpoint: &Endpoint, error: &io::Error) -> Step {
    let step =
        Step::failed(Name::Port, Exit::Unreachable, format!("port {} does not respond: {error}", endpoint.port()));
    step.advice(port_advice(endpoint))
}

fn plain() -> Step {
    Step::skipped(Name::Tls, "the endpoint is plain http: traffic is not encrypted")
}

fn port_advice(endpoint: &Endpoint) -> String {
    match endpoint.port() {
        _ if is_client_endpoint(endpoint) => CLIENT_PORT.to_owned(),
        19080 => "check that the cluster is running, and that no firewall or load balancer blocks the port".to_owned(),
        port => format!("check the port: Service Fabric's HTTP gateway listens on 19080 by default, not on {port}"),
    }
}

/// Tries the addresses in turn.
fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match TcpStream::connect_timeout(address, PATIENCE) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

impl Route<'_> {
    fn host(&self) -> &str {
        self.proxy.as_ref().map_or_else(|| self.endpoint.host(), ProxyServer::host)
    }

    fn port(&self) -> u16 {
        self.proxy.as_ref().map_or_else(|| self.endpoint.port(), ProxyServer::port)
    }

    fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        let found: Vec<_> = (self.host(), self.port()).to_socket_addrs()?.collect();
        if found.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(found) }
    }

    /// A connection to the endpoint itself.
    fn open(&self, addresses: &[SocketAddr]) -> Result<TcpStream, ConnectError> {
        let prepare = |stream: TcpStream| {
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            Ok(stream)
        };
        let mut stream = connect(addresses).and_then(prepare).map_err(|error| ConnectError::handshake(&error))?;
        if let Some(proxy) = &self.proxy {
            proxy.open(&mut stream, self.endpoint.host(), self.endpoint.port())?;
        }
        Ok(stream)
    }

    fn tls(&self, addresses: &[SocketAddr], tls: &TlsConfig) -> Step {
        let connector = match tls.connector() {
            Ok(connector) => connector,
            Err(error) => return Step::failed(Name::Tls, Exit::Usage, error.to_string()),
        };
        let inspect = |connector: &Connector| connector.inspect(self.endpoint.host(), || self.open(addresses));
        match inspect(&connector) {
            Ok(seen) => match (seen.refused, seen.presented) {
                (Some(refused), _) => self.refused(&refused),
                (None, Some(presented)) => Step::passed(Name::Tls, described(&presented)),
                (None, None) => Step::passed(Name::Tls, "the server presents no certificate"),
            },
            Err(error) => {
                let said =
                    if self.proxy.is_some() { "no TLS connection through the proxy" } else { "no TLS connection" };
                let step = Step::failed(Name::Tls, Exit::Unreachable, format!("{said}: {error}"));
                step.advice(if is_client_endpoint(self.endpoint) {
                    CLIENT_PORT
                } else {
                    "check that the cluster uses https (otherwise use http://), and whether it requires a client \
                        certificate (--cert)"
                })
            }
        }
    }

    fn refused(&self, refused: &PeerRefused) -> Step {
        let seen = refused.presented().map(described).unwrap_or_default();
        let separator = if seen.is_empty() { "" } else { "; " };
        let detail = format!("{}{separator}{seen}", refused.reason());
        let step = Step::failed(Name::Tls, Exit::NotAllowed, detail);
        match refused.presented() {
            Some(presented) if refused.reason().can_be_pinned() => {
                let endpoint = self.endpoint;
                let pin = presented.sha256();
                step.advice("compare the thumbprint with the cluster's own; if it is the same, pin it")
                    .command(Some(format!("sf-backup -e {endpoint} --server-thumbprint {pin} doctor")))
            }
            _ => step.advice("renew the cluster's certificate, or set this machine's clock"),
        }
    }
}

/// What can be pinned, and who issued the certificate.
fn described(presented: &PeerCertificate) -> String {
    let mut text = format!("thumbprint {} (SHA-256 {})", presented.sha1(), presented.sha256());
    if let Some(contents) = presented.contents() {
        if let Some(name) = contents.common_name() {
            text.push_str(&format!(", common name {:?}", shortened(name)));
        }
        text.push_str(&format!(", issuer {:?}", shortened(contents.issuer())));
    }
    text
}

/// Truncates a text that the server chose.
fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}
