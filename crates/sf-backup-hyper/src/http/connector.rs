//! Connections: TCP to the endpoint or its proxy, and TLS. Only connections to verified servers enter the pool.

use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiResolver, Name};
use sf_backup_transport::ConnectionPolicy;
use tokio::net::TcpStream;
use tower_service::Service;

#[cfg(feature = "tls")]
use super::route::Route;
use super::stream::Stream;

/// Time limit for connecting, much shorter than that of a response, to distinguish a dead host from a slow one.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) type BoxError = Box<dyn StdError + Send + Sync>;
pub(super) type Tcp = HttpConnector<Resolver>;

#[derive(Debug, Clone)]
pub(crate) struct Connector {
    tcp: Tcp,
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "plain http needs none"))]
    policy: ConnectionPolicy,
}

impl Connector {
    pub(super) fn new(policy: ConnectionPolicy) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        Self { tcp, policy }
    }

    async fn connect(self, uri: Uri) -> Result<Stream, BoxError> {
        #[cfg(feature = "tls")]
        if let Some(tls) = self.policy.connector(&uri)? {
            let until = tokio::time::Instant::now() + CONNECT_TIMEOUT;
            let route = Route { tcp: self.tcp, proxy: self.policy.proxy(&uri), uri: &uri, until };
            return Ok(Stream::new(route.connect(tls).await?));
        }
        Ok(Stream::new(open(self.tcp, uri).await?))
    }
}

/// Opens a TCP connection.
pub(super) async fn open(mut tcp: Tcp, uri: Uri) -> Result<TcpStream, BoxError> {
    Ok(tcp.call(uri).await?.into_inner())
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// The system's resolver, with an error type of its own.
#[derive(Debug, Clone)]
pub(crate) struct Resolver(GaiResolver);

/// A name without an address.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct Unresolved(io::Error);

impl Service<Name> for Resolver {
    type Response = GaiAddrs;
    type Error = Unresolved;
    type Future = Pin<Box<dyn Future<Output = Result<GaiAddrs, Unresolved>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Unresolved>> {
        self.0.poll_ready(context).map_err(Unresolved)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let found = self.0.call(name);
        Box::pin(async { found.await.map_err(Unresolved) })
    }
}
