//! Opening connections, so that a failure can be told: no address, or no connection.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiResolver, Name};
use tower_service::Service;

/// How long a host has to take a connection: far less than an answer may take, so that a dead host is told from a slow one.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) type Tcp = HttpConnector<Resolver>;

pub(super) fn tcp() -> Tcp {
    let mut connector = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
    connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
    connector.set_nodelay(true);
    connector
}

#[cfg(not(feature = "tls"))]
pub(super) fn plain(_: &sf_backup_transport::ConnectionPolicy) -> Tcp {
    tcp()
}

/// The system's resolver, whose errors have a type of their own.
#[derive(Debug, Clone)]
pub(crate) struct Resolver(GaiResolver);

/// A name that has no address.
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
