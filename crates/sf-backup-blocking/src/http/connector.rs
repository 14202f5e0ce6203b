//! Connections: TCP to the endpoint or its proxy, and TLS. Only connections to verified servers enter the pool.

use http::Uri;
use sf_backup_transport::{ConnectStep, ConnectionPolicy, Head, MalformedHead};
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, TcpConnector, Transport};

use super::failure::Failed;
#[cfg(feature = "tls")]
use super::secure::{Stream, secure};

#[cfg(not(feature = "tls"))]
type Stream = <TcpConnector as Connector>::Out;

/// Resolves and opens connections by a policy.
#[derive(Debug, Default)]
pub(crate) struct Connecting {
    tcp: TcpConnector,
    resolver: DefaultResolver,
    policy: ConnectionPolicy,
}

impl Connecting {
    pub(super) fn new(policy: ConnectionPolicy) -> Self {
        Self { policy, ..Self::default() }
    }
}

impl Resolver for Connecting {
    /// The proxy resolves the address of an endpoint behind it.
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.resolver.resolve(self.policy.first_hop(uri), config, timeout);
        found.map_err(Failed::at(ConnectStep::Resolve))
    }
}

impl Connector for Connecting {
    type Out = Connected;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Connected>, Error> {
        let tcp =
            |details: &ConnectionDetails<'_>| self.tcp.connect(details, None).map_err(Failed::at(ConnectStep::Connect));
        #[cfg(feature = "tls")]
        let stream = secure(&self.policy, details, tcp)?;
        #[cfg(not(feature = "tls"))]
        let stream = tcp(details)?;
        Ok(stream.map(|stream| Connected { stream, reads_head: false }))
    }
}

/// A connection that can carry requests.
#[derive(Debug)]
pub(crate) struct Connected {
    stream: Stream,
    /// Whether the next bytes belong to the head of a response.
    reads_head: bool,
}

impl Transport for Connected {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.stream.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.reads_head = true;
        self.stream.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let more = self.stream.await_input(timeout).map_err(Failed::at(None))?;
        if self.reads_head {
            match Head::of(self.stream.buffers().input()) {
                Head::Begun => {}
                Head::Over => self.reads_head = false,
                Head::Malformed(status) => {
                    return Err(Failed::at(None)(Error::Other(Box::new(MalformedHead(status)))));
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
