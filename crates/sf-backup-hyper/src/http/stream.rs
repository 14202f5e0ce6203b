//! A connection in the pool, and the guard on what passes through it.

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
#[cfg(feature = "tls")]
use super::watched::Watched;

/// A connection that can carry requests.
pub(crate) struct Stream {
    io: TokioIo<Box<dyn Transport>>,
    guard: Guard,
}

/// TCP, or TLS on top of it.
pub(super) trait Transport: AsyncRead + AsyncWrite + Send + Unpin {
    fn tcp(&self) -> &TcpStream;

    /// Bytes that TLS has decrypted and nobody has read.
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
impl Transport for TlsStream<Watched> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().tcp()
    }

    fn buffered(&self) -> usize {
        self.native().buffered_read_size().unwrap_or_default()
    }
}

impl Stream {
    pub(super) fn new(transport: impl Transport + 'static) -> Self {
        Self { io: TokioIo::new(Box::new(transport)), guard: Guard::default() }
    }

    /// Writes `given` bytes by `write`, if the guard lets a request begin.
    fn write(
        &mut self,
        given: usize,
        write: impl FnOnce(Pin<&mut TokioIo<Box<dyn Transport>>>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let transport = self.io.inner();
        self.guard.before_write(transport.tcp(), transport.buffered())?;
        let written = write(Pin::new(&mut self.io));
        let count = match &written {
            Poll::Ready(Ok(count)) => Some(*count),
            _ => None,
        };
        self.guard.wrote(count, given);
        written
    }
}

impl Read for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, mut buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        let Self { io, guard } = self.get_mut();
        if !guard.reads_head() {
            return Pin::new(io).poll_read(cx, buffer);
        }
        // The caller's buffer does not show what was read.
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
        self.get_mut().write(bytes.len(), |io| io.poll_write(cx, bytes))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let given = parts.iter().map(|part| part.len()).sum();
        self.get_mut().write(given, |io| io.poll_write_vectored(cx, parts))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}
