//! The route to an `https` endpoint: through its proxy, with TLS to a verified server.

use std::io;
use std::time::SystemTime;

use http::Uri;
use sf_backup_transport::host_and_port;
use sf_backup_transport::tls::{ConnectError, Connector as Tls, HandshakeWatch, ProxyServer, Tunnel, leaf};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::tcp::{BoxError, Tcp, open};
use super::tls::{self, TlsStream};

pub(super) struct Route<'a> {
    pub(super) tcp: Tcp,
    pub(super) proxy: Option<&'a ProxyServer>,
    pub(super) uri: &'a Uri,
    /// Time limit for connecting, including a second connection to a refused server.
    pub(super) until: Instant,
}

impl Route<'_> {
    pub(super) async fn connect(&self, connector: &Tls) -> Result<TlsStream, BoxError> {
        let tcp = self.open().await?;
        match self.within(self.handshake(connector, tcp), ConnectError::handshake).await {
            Ok(stream) => Ok(stream),
            Err(ConnectError::Refused(refused)) if refused.presented().is_none() => {
                Err(ConnectError::Refused(match self.presented().await {
                    Some(presented) => refused.with_presented(&presented),
                    None => refused,
                })
                .into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Opens a connection to the endpoint, or a tunnel through the proxy.
    async fn open(&self) -> Result<TcpStream, BoxError> {
        let Some(proxy) = self.proxy else {
            return open(self.tcp.clone(), self.uri.clone()).await;
        };
        let mut stream = open(self.tcp.clone(), proxy.uri().clone()).await?;
        self.within(self.tunnel(proxy, &mut stream), ConnectError::tunnel).await?;
        Ok(stream)
    }

    async fn tunnel(&self, proxy: &ProxyServer, stream: &mut TcpStream) -> Result<(), ConnectError> {
        let failed = |error: io::Error| ConnectError::tunnel(&error);
        let (host, port) = host_and_port(self.uri);
        stream.write_all(&proxy.request(host, port)).await.map_err(failed)?;
        let mut tunnel = Tunnel::default();
        let mut buffer = [0; 1024];
        loop {
            let count = stream.read(&mut buffer).await.map_err(failed)?;
            if tunnel.take(buffer.get(..count).unwrap_or_default())? {
                return Ok(());
            }
        }
    }

    async fn handshake(&self, connector: &Tls, tcp: TcpStream) -> Result<TlsStream, ConnectError> {
        let (host, _) = host_and_port(self.uri);
        let watch = HandshakeWatch::default();
        let stream = tls::connect(connector.native(), host, tcp, watch.clone()).await;
        let stream = stream.map_err(|error| connector.failure(&error, &watch))?;
        connector.admit(stream.native(), SystemTime::now())?;
        Ok(stream)
    }

    /// Reads the certificate of a refused server on a second connection, because platforms do not expose it. Sends nothing.
    async fn presented(&self) -> Option<Vec<u8>> {
        let connector = Tls::looking().ok()?;
        let (host, _) = host_and_port(self.uri);
        let connect = async {
            let tcp = self.open().await.ok()?;
            tls::connect(&connector, host, tcp, HandshakeWatch::default()).await.ok()
        };
        leaf(timeout_at(self.until, connect).await.ok()??.native())
    }

    /// Runs a step. If it takes too long, it fails as if the system had ended it.
    async fn within<T>(
        &self,
        step: impl Future<Output = Result<T, ConnectError>>,
        late: fn(&io::Error) -> ConnectError,
    ) -> Result<T, ConnectError> {
        timeout_at(self.until, step).await.unwrap_or_else(|_| Err(late(&io::ErrorKind::TimedOut.into())))
    }
}
