//! Rejects connections with unexpected input, and handles responses with heads that the HTTP library rejects although
//! their status can be read.

use std::io;
use std::mem::MaybeUninit;
use std::task::Poll;

use sf_backup_transport::{Head, MalformedHead};
use socket2::SockRef;
use tokio::net::TcpStream;

use super::HEAD_LIMIT;

/// A reused connection had input before a request began. Nothing of the request was sent.
#[derive(Debug, thiserror::Error)]
#[error("the server sent more than it was asked for")]
pub(super) struct Unread;

/// The state of a connection.
#[derive(Debug, Default)]
pub(super) struct Guard {
    /// Whether something was read since the last write, so that the next write begins a request.
    responded: bool,
    /// Whether the last write was partial.
    unfinished: bool,
    /// The head of the response so far; `None` once it is complete.
    head: Option<Vec<u8>>,
}

impl Guard {
    /// Call before a write. `buffered` is the number of decrypted bytes that were not read.
    pub(super) fn before_write(&mut self, tcp: &TcpStream, buffered: usize) -> io::Result<()> {
        if self.unfinished {
            return Ok(());
        }
        if self.responded && (buffered > 0 || has_input(tcp)) {
            return Err(io::Error::other(Unread));
        }
        self.responded = false;
        self.head = Some(Vec::new());
        Ok(())
    }

    /// Call after a write of `given` bytes.
    pub(super) fn wrote(&mut self, written: &Poll<io::Result<usize>>, given: usize) {
        self.unfinished = !matches!(written, Poll::Ready(Ok(written)) if *written == given);
    }

    /// Whether the next bytes belong to the head of a response.
    pub(super) fn reads_head(&self) -> bool {
        self.head.is_some()
    }

    /// Call after a read of the head.
    pub(super) fn read(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.responded |= !bytes.is_empty();
        let Some(before) = &mut self.head else { return Ok(()) };
        // Most heads arrive in one piece and need no copy.
        let head = if before.is_empty() { Head::of(bytes) } else { Head::Begun };
        let head = match head {
            Head::Begun => {
                before.extend_from_slice(bytes);
                if before.len() > HEAD_LIMIT { Head::Over } else { Head::of(before) }
            }
            head => head,
        };
        match head {
            Head::Malformed(status) => return Err(io::Error::other(MalformedHead(status))),
            Head::Begun => {}
            Head::Over => self.head = None,
        }
        Ok(())
    }
}

/// Whether there is input, or its end. Asks the system, because the runtime may not have noticed yet.
fn has_input(tcp: &TcpStream) -> bool {
    let peeked = SockRef::from(tcp).peek(&mut [MaybeUninit::uninit(); 1]);
    !peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}
