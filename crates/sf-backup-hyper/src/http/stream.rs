//! TLS on top of TCP, through a proxy where there is one. What leaves here was admitted: nothing else enters the pool.

use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use sf_backup_transport::tls::{
    ConnectError, Connector as Tls, HandshakeWatch, ProxyServer, Security, Tunnel, leaf, place,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_native_tls::TlsStream;
use tower_service::Service;

use super::connector::{CONNECT_TIMEOUT, Tcp, tcp};
use super::guard::Guard;
use super::watched::Watched;

type BoxError = Box<dyn StdError + Send + Sync>;

#[derive(Debug, Clone)]
pub(crate) struct Connector {
    tcp: Tcp,
    security: Security,
}

pub(super) fn connector(security: &Security) -> Connector {
    let mut tcp = tcp();
    tcp.enforce_http(false);
    Connector { tcp, security: security.clone() }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Self { tcp, security } = self.clone();
        Box::pin(async move {
            match (uri.scheme() == Some(&Scheme::HTTPS), security.connector()) {
                (false, _) => Ok(Wire::Plain(dial(tcp, uri).await?).into()),
                // Never in the clear.
                (true, None) => Err(ConnectError::handshake(&io::ErrorKind::Unsupported.into()).into()),
                (true, Some(tls)) => {
                    let way = Way { tcp, proxy: security.proxy(&uri), uri: &uri };
                    Ok(Wire::Tls(Box::new(TokioIo::new(way.secured(tls).await?))).into())
                }
            }
        })
    }
}

async fn dial(mut tcp: Tcp, uri: Uri) -> Result<TokioIo<TcpStream>, BoxError> {
    Ok(tcp.call(uri).await?)
}

/// The way to an `https` endpoint.
struct Way<'a> {
    tcp: Tcp,
    proxy: Option<&'a ProxyServer>,
    uri: &'a Uri,
}

impl Way<'_> {
    async fn secured(&self, tls: &Tls) -> Result<TlsStream<Watched>, BoxError> {
        let until = Instant::now() + CONNECT_TIMEOUT;
        let tcp = self.open(until).await?;
        match within(until, self.handshake(tls, tcp), ConnectError::handshake).await {
            Ok(stream) => Ok(stream),
            Err(ConnectError::Refused(refused)) if refused.presented().is_none() => {
                let look = self.look(Instant::now() + CONNECT_TIMEOUT).await;
                Err(ConnectError::Refused(match look {
                    Some(presented) => refused.with_presented(&presented),
                    None => refused,
                })
                .into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A connection to the endpoint, or through the proxy to it.
    async fn open(&self, until: Instant) -> Result<TcpStream, BoxError> {
        let Some(proxy) = self.proxy else {
            return Ok(dial(self.tcp.clone(), self.uri.clone()).await?.into_inner());
        };
        let mut stream = dial(self.tcp.clone(), proxy.uri().clone()).await?.into_inner();
        within(until, self.tunnel(proxy, &mut stream), ConnectError::tunnel).await?;
        Ok(stream)
    }

    async fn tunnel(&self, proxy: &ProxyServer, stream: &mut TcpStream) -> Result<(), ConnectError> {
        let broken = |error: io::Error| ConnectError::tunnel(&error);
        let (host, port) = place(self.uri);
        stream.write_all(&proxy.request(host, port)).await.map_err(broken)?;
        let mut tunnel = Tunnel::default();
        let mut buffer = [0; 1024];
        loop {
            let count = stream.read(&mut buffer).await.map_err(broken)?;
            if tunnel.take(buffer.get(..count).unwrap_or_default())? {
                return Ok(());
            }
        }
    }

    async fn handshake(&self, tls: &Tls, tcp: TcpStream) -> Result<TlsStream<Watched>, ConnectError> {
        let native = tokio_native_tls::TlsConnector::from(tls.native().clone());
        let (host, _) = place(self.uri);
        let watch = HandshakeWatch::default();
        let tcp = Watched::new(tcp, watch.clone());
        let stream = native.connect(host, tcp).await.map_err(|error| tls.failure(&error, &watch))?;
        tls.admit(stream.get_ref(), SystemTime::now())?;
        Ok(stream)
    }

    /// What the server presents, which the platform does not tell when it refuses it. Nothing is sent.
    async fn look(&self, until: Instant) -> Option<Vec<u8>> {
        let native = tokio_native_tls::TlsConnector::from(Tls::looking().ok()?);
        let tcp = timeout_at(until, self.open(until)).await.ok()?.ok()?;
        let (host, _) = place(self.uri);
        let stream = timeout_at(until, native.connect(host, tcp)).await.ok()?.ok()?;
        leaf(stream.get_ref())
    }
}

/// What is not done in time has failed like anything that the system ends.
async fn within<T>(
    until: Instant,
    step: impl Future<Output = Result<T, ConnectError>>,
    late: fn(&io::Error) -> ConnectError,
) -> Result<T, ConnectError> {
    match timeout_at(until, step).await {
        Ok(result) => result,
        Err(_) => Err(late(&io::ErrorKind::TimedOut.into())),
    }
}

/// A connection that may carry requests.
pub(crate) struct Stream {
    way: Wire,
    guard: Guard,
}

enum Wire {
    Plain(TokioIo<TcpStream>),
    Tls(Box<TokioIo<TlsStream<Watched>>>),
}

impl From<Wire> for Stream {
    fn from(way: Wire) -> Self {
        Self { way, guard: Guard::default() }
    }
}

impl Wire {
    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream.inner(),
            Self::Tls(stream) => stream.inner().get_ref().get_ref().get_ref().tcp(),
        }
    }

    /// What TLS has decrypted and nobody has read.
    fn buffered(&self) -> usize {
        match self {
            Self::Plain(_) => 0,
            Self::Tls(stream) => stream.inner().get_ref().buffered_read_size().unwrap_or_default(),
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buffer),
        }
    }
}

impl Stream {
    /// What a write came to, of `given` bytes.
    fn wrote(&mut self, written: Poll<io::Result<usize>>, given: usize) -> Poll<io::Result<usize>> {
        let count = match &written {
            Poll::Ready(Ok(count)) => Some(*count),
            _ => None,
        };
        self.guard.wrote(count, given);
        written
    }

    fn before_write(&mut self) -> io::Result<()> {
        self.guard.before_write(self.way.tcp(), self.way.buffered())
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        self.way.tcp().connected()
    }
}

impl Read for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, mut buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        let Self { way, guard } = self.get_mut();
        if !guard.reads_head() {
            return way.poll_read(cx, buffer);
        }
        // Only by way of bytes of our own can be seen what came.
        let mut bytes = [0; 4096];
        let room = buffer.remaining().min(bytes.len());
        let mut seen = ReadBuf::new(bytes.get_mut(..room).unwrap_or_default());
        ready!(way.poll_read(cx, seen.unfilled()))?;
        guard.read(seen.filled())?;
        buffer.put_slice(seen.filled());
        Poll::Ready(Ok(()))
    }
}

impl Write for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.before_write()?;
        let written = match &mut this.way {
            Wire::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Wire::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, bytes),
        };
        this.wrote(written, bytes.len())
    }

    fn is_write_vectored(&self) -> bool {
        matches!(&self.way, Wire::Plain(stream) if stream.is_write_vectored())
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.before_write()?;
        let given = parts.iter().map(|part| part.len()).sum();
        let written = match &mut this.way {
            Wire::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
            Wire::Tls(stream) => Pin::new(stream.as_mut()).poll_write_vectored(cx, parts),
        };
        this.wrote(written, given)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().way {
            Wire::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Wire::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().way {
            Wire::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Wire::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}
