//! TLS over tokio's connections.
//!
//! The platform's TLS library expects blocking streams. Here, reads and writes return `WouldBlock` instead, and wake
//! the task that last used them.

use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use sf_backup_transport::tls::HandshakeWatch;
use sf_backup_transport::tls::native::{self, Error, HandshakeError, TlsConnector};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A connection whose handshake has succeeded.
pub(super) struct TlsStream(native::TlsStream<WakingStream>);

/// Performs the handshake with `host`. `watch` reads the server's part of it.
pub(super) async fn connect(
    connector: &TlsConnector,
    host: &str,
    tcp: TcpStream,
    watch: HandshakeWatch,
) -> Result<TlsStream, Error> {
    let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
    let mut handshake = connector.connect(host, WakingStream { tcp, waker, watch });
    loop {
        match handshake {
            Ok(stream) => return Ok(TlsStream(stream)),
            Err(HandshakeError::Failure(error)) => return Err(error),
            Err(HandshakeError::WouldBlock(mut unfinished)) => {
                unfinished.get_mut().waker = next_poll().await;
                handshake = unfinished.handshake();
            }
        }
    }
}

/// Waits until the task is polled again.
async fn next_poll() -> Waker {
    let mut waits = true;
    poll_fn(|cx| if std::mem::take(&mut waits) { Poll::Pending } else { Poll::Ready(cx.waker().clone()) }).await
}

impl TlsStream {
    /// The TLS library's stream.
    pub(super) fn native(&self) -> &native::TlsStream<WakingStream> {
        &self.0
    }

    /// The connection below TLS.
    pub(super) fn get_ref(&self) -> &TcpStream {
        &self.0.get_ref().tcp
    }

    fn poll<T>(
        &mut self,
        cx: &Context<'_>,
        step: impl FnOnce(&mut native::TlsStream<WakingStream>) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        self.0.get_mut().waker.clone_from(cx.waker());
        match step(&mut self.0) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            result => Poll::Ready(result),
        }
    }
}

impl AsyncRead for TlsStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll(cx, |stream| {
            let count = stream.read(buffer.initialize_unfilled())?;
            buffer.advance(count);
            Ok(())
        })
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().poll(cx, |stream| stream.write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll(cx, Write::flush)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll(cx, native::TlsStream::shutdown)
    }
}

/// A connection that wakes a task when it is ready again.
#[derive(Debug)]
pub(super) struct WakingStream {
    tcp: TcpStream,
    waker: Waker,
    watch: HandshakeWatch,
}

impl Read for WakingStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        let mut cx = Context::from_waker(&self.waker);
        let read = Pin::new(&mut self.tcp).poll_read(&mut cx, &mut buffer);
        or_would_block(read.map_ok(|()| {
            self.watch.read(buffer.filled());
            buffer.filled().len()
        }))
    }
}

impl Write for WakingStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        or_would_block(Pin::new(&mut self.tcp).poll_write(&mut Context::from_waker(&self.waker), bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        or_would_block(Pin::new(&mut self.tcp).poll_flush(&mut Context::from_waker(&self.waker)))
    }
}

fn or_would_block<T>(poll: Poll<io::Result<T>>) -> io::Result<T> {
    match poll {
        Poll::Ready(result) => result,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}
