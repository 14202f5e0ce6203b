//! A connection in the pool, with its guard.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::guard::Guard;
#[cfg(feature = "tls")]
use super::tls::TlsStream;

/// A connection that can carry requests.
pub(crate) struct Stream {
    io: TokioIo<Box<dyn Transport>>,
    guard: Guard,
}

/// TCP, or TLS on top of it.
pub(super) trait Transport: AsyncRead + AsyncWrite + Send + Unpin {
    fn tcp(&self) -> &TcpStream;

    /// Bytes that TLS has decrypted and that were not read.
    fn buffered(&self) -> usize;
}

impl Transport for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }

    fn buffered(&self) -> usize {
        0
    }
}

#[cfg(feature = "tls")]
impl Transport for TlsStream {
    fn tcp(&self) -> &TcpStream {
        self.get_ref()
    }

    fn buffered(&self) -> usize {
        self.native().buffered_read_size().unwrap_or_default()
    }
}

impl Stream {
    pub(super) fn new(transport: impl Transport + 'static) -> Self {
        Self { io: TokioIo::new(Box::new(transport)), guard: Guard::default() }
    }
}

impl Read for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, mut buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        let Self { io, guard } = self.get_mut();
        if !guard.reads_head() {
            return Pin::new(io).poll_read(cx, buffer);
        }
        // The caller's buffer does not show which bytes were read.
        let mut bytes = [const { MaybeUninit::uninit() }; 4096];
        let room = buffer.remaining().min(bytes.len());
        let mut seen = ReadBuf::uninit(bytes.get_mut(..room).unwrap_or_default());
        ready!(Pin::new(io).poll_read(cx, seen.unfilled()))?;
        guard.read(seen.filled())?;
        buffer.put_slice(seen.filled());
        Poll::Ready(Ok(()))
    }
}

impl Write for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Self { io, guard } = self.get_mut();
        guard.before_write(io.inner().tcp(), io.inner().buffered())?;
        let written = Pin::new(io).poll_write(cx, bytes);
        guard.wrote(&written, bytes.len());
        written
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}
