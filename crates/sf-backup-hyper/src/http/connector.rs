//! Connections: TCP to the endpoint or its proxy, and TLS. Only connections to verified servers enter the pool.

use http::Uri;
use sf_backup_transport::ConnectionPolicy;

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

    /// Connects to the endpoint in `uri`.
    pub(super) async fn connect(self, uri: Uri) -> Result<Stream, BoxError> {
        #[cfg(feature = "tls")]
        if let Some(tls) = self.policy.connector(&uri)? {
            let until = tokio::time::Instant::now() + tcp::CONNECT_TIMEOUT;
            let route = Route { tcp: self.tcp, proxy: self.policy.proxy(&uri), uri: &uri, until };
            return Ok(Stream::new(route.connect(tls).await?));
        }
        Ok(Stream::new(tcp::open(self.tcp, uri).await?))
    }
}
