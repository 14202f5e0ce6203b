//! Request bodies: exactly sized, wiped from memory when dropped, never shown.

use std::fmt;
use std::io;

use bytes::Bytes;
use serde::Serialize;
use zeroize::Zeroizing;

/// The body of a request: JSON, or nothing.
///
/// The bytes may hold storage keys, so `Debug` shows their number only, and they are wiped when the last clone is
/// dropped. What an HTTP library, TLS or the kernel copy is out of reach.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Body(Bytes);

impl Body {
    /// How many bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no body.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts first and then writes into a buffer of that size, so that growth leaves no copies behind.
    pub(crate) fn json(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        let mut count = Count(0);
        serde_json::to_writer(&mut count, value)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(count.0));
        serde_json::to_writer(&mut *bytes, value)?;
        Ok(Self(Bytes::from_owner(Wiped(bytes))))
    }
}

/// `Zeroizing<Vec<u8>>` as the owner of a `Bytes`.
struct Wiped(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Hands the bytes over without a copy. Mind that a plain [`Bytes`] shows its content in `Debug`.
impl From<Body> for Bytes {
    fn from(body: Body) -> Self {
        body.0
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.len())
    }
}
