//! Opening connections, so that a failure can be told: no address, no connection, or a connection that broke.

use std::fmt;

use http::{StatusCode, Uri};
use sf_backup_proto::flow::Head;
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, TcpConnector, Transport};

#[cfg(feature = "tls")]
use super::secure::{Stream, secure};
use sf_backup_transport::ConnectionPolicy as Security;

/// An error, and how far it let things come. Travels in [`Error::Other`], for two reasons: ureq's own errors do not tell a
/// request that never left from one that did; and it takes a broken connection for the end of some bodies.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) step: Step,
    pub(crate) error: Error,
}

/// What did not succeed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Resolve,
    Connect,
    /// A way through the proxy.
    #[cfg(feature = "tls")]
    Tunnel,
    /// TLS, or the server was refused.
    #[cfg(feature = "tls")]
    Handshake,
    /// The request was sent, or some of it, or nothing at all.
    Exchange,
}

impl Failed {
    pub(super) fn at(step: Step) -> impl FnOnce(Error) -> Error {
        move |error| Error::Other(Box::new(Self { step, error }))
    }
}

/// What was not said by one of ours came up with a connection at hand.
impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        let step = Step::Exchange;
        match error {
            Error::Other(other) => match other.downcast() {
                Ok(failed) => *failed,
                Err(other) => Self { step, error: Error::Other(other) },
            },
            error => Self { step, error },
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl std::error::Error for Failed {}

/// The system's resolver.
#[derive(Debug)]
pub(crate) struct Resolving {
    system: DefaultResolver,
    security: Security,
}

impl Resolving {
    pub(super) fn new(security: Security) -> Self {
        Self { system: DefaultResolver::default(), security }
    }
}

impl Resolver for Resolving {
    /// Behind a proxy, the endpoint's address is the proxy's business.
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        self.system.resolve(reached(&self.security, uri), config, timeout).map_err(Failed::at(Step::Resolve))
    }
}

/// Who takes the connection: the proxy, or the endpoint itself.
#[cfg(feature = "tls")]
pub(super) fn reached<'a>(security: &'a Security, uri: &'a Uri) -> &'a Uri {
    security.proxy(uri).map_or(uri, |proxy| proxy.uri())
}

#[cfg(not(feature = "tls"))]
pub(super) fn reached<'a>(_: &'a Security, uri: &'a Uri) -> &'a Uri {
    uri
}

/// Opens connections.
#[derive(Debug)]
pub(crate) struct Connecting {
    tcp: TcpConnector,
    security: Security,
}

pub(super) type Tcp = <TcpConnector as Connector>::Out;
#[cfg(not(feature = "tls"))]
type Stream = Tcp;

impl Connecting {
    pub(super) fn new(security: Security) -> Self {
        Self { tcp: TcpConnector::default(), security }
    }

    #[cfg(feature = "tls")]
    fn secure(&self, details: &ConnectionDetails<'_>, tcp: Tcp) -> Result<Stream, Error> {
        secure(&self.security, details, tcp, |rest| self.tcp.connect(rest, None))
    }

    #[cfg(not(feature = "tls"))]
    fn secure(&self, _: &ConnectionDetails<'_>, tcp: Tcp) -> Result<Stream, Error> {
        let Security = self.security;
        Ok(tcp)
    }
}

impl Connector for Connecting {
    type Out = Connected;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Connected>, Error> {
        let opened = self.tcp.connect(details, None).map_err(Failed::at(Step::Connect))?;
        opened.map(|tcp| Ok(Connected { stream: self.secure(details, tcp)?, reads_head: false })).transpose()
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Connected {
    stream: Stream,
    /// Whether the head of a response comes next, or more of it.
    reads_head: bool,
}

/// A response with a control character in a header, and its status: the HTTP library gives up on it.
#[derive(Debug)]
pub(crate) struct Malformed(pub(crate) StatusCode);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the response has a control character in a header")
    }
}

impl std::error::Error for Malformed {}

impl Transport for Connected {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.stream.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.reads_head = true;
        self.stream.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let more = self.stream.await_input(timeout).map_err(Failed::at(Step::Exchange))?;
        if self.reads_head {
            match Head::of(self.stream.buffers().input()) {
                Head::Begun => {}
                Head::Over => self.reads_head = false,
                Head::Malformed(status) => {
                    return Err(Failed::at(Step::Exchange)(Error::Other(Box::new(Malformed(status)))));
                }
            }
        }
        Ok(more)
    }

    fn is_open(&mut self) -> bool {
        self.stream.is_open()
    }

    fn is_tls(&self) -> bool {
        self.stream.is_tls()
    }
}
