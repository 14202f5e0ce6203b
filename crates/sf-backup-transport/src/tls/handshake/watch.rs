//! Detection of a server's request for a client certificate, in the bytes of a handshake.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The content type of a TLS record with handshake messages.
const HANDSHAKE: u8 = 22;
/// The type of a handshake message.
const CERTIFICATE_REQUEST: u8 = 13;

/// Watches the bytes that a server sends in a handshake for its request for a client certificate.
///
/// Up to TLS 1.2, that request is not encrypted. A server that requires the certificate ends the handshake with an
/// ambiguous alert, and TLS libraries report only the alert. In TLS 1.3, the request is encrypted, but the alert is
/// unambiguous.
///
/// Clones share their state. Keeps no bytes beyond one header.
#[derive(Debug, Clone, Default)]
pub struct HandshakeWatch(Arc<Mutex<Records>>);

impl HandshakeWatch {
    /// Takes the next bytes of the server.
    pub fn read(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).read(bytes);
    }

    /// Whether the server has requested a client certificate.
    pub fn certificate_requested(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).requested
    }
}

/// A connection whose input a [`HandshakeWatch`] reads as well.
#[derive(Debug)]
pub struct Watched<S> {
    stream: S,
    watch: HandshakeWatch,
}

impl<S> Watched<S> {
    /// Watches `stream`, of which nothing was read yet.
    pub(crate) fn new(stream: S, watch: HandshakeWatch) -> Self {
        Self { stream, watch }
    }

    /// The connection below.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.stream
    }
}

impl<S: Read> Read for Watched<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.watch.read(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

impl<S: Write> Write for Watched<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// The records of a handshake, and their messages, which can continue in the next record.
#[derive(Debug, Default)]
struct Records {
    record: Header<5>,
    message: Header<4>,
    requested: bool,
    /// Whether a record of another type was received: the rest is encrypted, or there is none.
    ended: bool,
}

impl Records {
    fn read(&mut self, mut bytes: &[u8]) {
        while !self.ended && !bytes.is_empty() {
            if self.record.left == 0 {
                let Some([content, _, _, high, low]) = self.record.take(&mut bytes) else { continue };
                self.ended = content != HANDSHAKE;
                self.record.left = u32::from_be_bytes([0, 0, high, low]);
            } else if self.message.left == 0 {
                let Some([kind, length @ ..]) = self.record.within(&mut bytes, |bytes| self.message.take(bytes)) else {
                    continue;
                };
                let [high, middle, low] = length;
                self.requested |= kind == CERTIFICATE_REQUEST;
                self.message.left = u32::from_be_bytes([0, high, middle, low]);
            } else {
                self.record.within(&mut bytes, |bytes| self.message.skip(bytes));
            }
        }
    }
}

/// A header of `N` bytes, and how many bytes of its content are still to come.
#[derive(Debug)]
struct Header<const N: usize> {
    bytes: [u8; N],
    known: usize,
    left: u32,
}

impl<const N: usize> Default for Header<N> {
    fn default() -> Self {
        Self { bytes: [0; N], known: 0, left: 0 }
    }
}

impl<const N: usize> Header<N> {
    /// The header, once it is whole.
    fn take(&mut self, bytes: &mut &[u8]) -> Option<[u8; N]> {
        while let Some(slot) = self.bytes.get_mut(self.known) {
            let (first, rest) = bytes.split_first()?;
            (*slot, *bytes) = (*first, rest);
            self.known += 1;
        }
        self.known = 0;
        Some(self.bytes)
    }

    /// Skips the announced content, as far as it was received.
    fn skip(&mut self, bytes: &mut &[u8]) {
        let count = bytes.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        *bytes = bytes.get(count..).unwrap_or_default();
        self.left -= u32::try_from(count).unwrap_or(self.left);
    }

    /// Limits `read` to the announced content.
    fn within<T>(&mut self, bytes: &mut &[u8], read: impl FnOnce(&mut &[u8]) -> T) -> T {
        let count = bytes.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let (mut inner, rest) = bytes.split_at_checked(count).unwrap_or((bytes, &[]));
        let result = read(&mut inner);
        let taken = u32::try_from(count - inner.len()).unwrap_or(self.left);
        self.left -= taken;
        *bytes = bytes.get(bytes.len() - rest.len() - inner.len()..).unwrap_or_default();
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(content: u8, bytes: &[u8]) -> Vec<u8> {
        let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
        [&[content, 3, 3], &length[..], bytes].concat()
    }

    fn message(kind: u8, length: u8) -> Vec<u8> {
        [&[kind, 0, 0, length][..], &vec![CERTIFICATE_REQUEST; length.into()]].concat()
    }

    fn requested(bytes: &[u8], step: usize) -> bool {
        let watch = HandshakeWatch::default();
        bytes.chunks(step).for_each(|part| watch.read(part));
        watch.certificate_requested()
    }

    #[test]
    fn requests_are_recognized_in_any_split_of_bytes() {
        let all = [message(2, 70), message(11, 200), message(CERTIFICATE_REQUEST, 9), message(14, 0)].concat();
        let rest = [message(2, 70), message(11, 200), message(14, 0)].concat();
        for size in [1, 3, 4, 5, 64, 75, 300] {
            for step in [1, 2, 7, 400] {
                let records = |messages: &[u8]| -> Vec<u8> {
                    messages.chunks(size).flat_map(|part| record(HANDSHAKE, part)).collect()
                };
                assert!(requested(&records(&all), step), "{size} {step}");
                assert!(!requested(&records(&rest), step), "{size} {step}");
            }
        }
    }

    #[test]
    fn encrypted_records_are_not_parsed() {
        let encrypted = [record(20, &[1]), record(HANDSHAKE, &message(CERTIFICATE_REQUEST, 2))].concat();
        assert!(!requested(&encrypted, 3));
        assert!(!requested(&record(21, &[2, 40]), 1));
        assert!(!requested(b"HTTP/1.1 400 Bad Request\r\n\r\n", 5));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_harm_it(bytes in proptest::collection::vec(0_u8..=255, 0..600), step in 1_usize..50) {
            requested(&bytes, step);
            requested(&record(HANDSHAKE, &bytes), step);
        }
    }
}
