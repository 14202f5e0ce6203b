//! Connections: TCP to the endpoint or its proxy, and TLS. Only connections to verified servers enter the pool.

use std::pin::Pin;
use std::task::{Context, Poll};

use http::Uri;
use sf_backup_transport::ConnectionPolicy;
use tower_service::Service;

#[cfg(feature = "tls")]
use super::route::Route;
use super::stream::Stream;
use super::tcp::{self, BoxError, Tcp};

#[derive(Debug, Clone)]
pub(crate) struct Connector {
    tcp: Tcp,
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "plain http needs none"))]
    policy: ConnectionPolicy,
}

impl Connector {
    pub(super) fn new(policy: ConnectionPolicy) -> Self {
        Self { tcp: tcp::connector(), policy }
    }

    async fn connect(self, uri: Uri) -> Result<Stream, BoxError> {
        #[cfg(feature = "tls")]
        if let Some(tls) = self.policy.connector(&uri)? {
            let until = tokio::time::Instant::now() + tcp::CONNECT_TIMEOUT;
            let route = Route { tcp: self.tcp, proxy: self.policy.proxy(&uri), uri: &uri, until };
            return Ok(Stream::new(route.connect(tls).await?));
        }
        Ok(Stream::new(tcp::open(self.tcp, uri).await?))
    }
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
