//! TCP connections and the resolver of host names.

use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiResolver, Name};
use tokio::net::TcpStream;
use tower_service::Service;

/// Time limit for connecting, much shorter than that of a response, to distinguish a dead host from a slow one.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) type BoxError = Box<dyn StdError + Send + Sync>;
pub(super) type Tcp = HttpConnector<Resolver>;

pub(super) fn connector() -> Tcp {
    let mut tcp = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    tcp
}

/// Opens a TCP connection.
pub(super) async fn open(mut tcp: Tcp, uri: Uri) -> Result<TcpStream, BoxError> {
    Ok(tcp.call(uri).await?.into_inner())
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
