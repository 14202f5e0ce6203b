//! Request bodies, which can contain secrets.

use std::fmt;
use std::io;

use bytes::Bytes;
use serde::Serialize;
use zeroize::Zeroizing;

/// The body of a request: JSON, or empty.
///
/// The bytes can contain storage keys. Therefore `Debug` shows only the length, and dropping the last clone wipes them
/// from memory. Copies made by the HTTP library, TLS and the kernel are not wiped.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Body(Bytes);

impl Body {
    /// The length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the body is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn json(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        exactly(value).map(|bytes| Self(Bytes::from_owner(bytes)))
    }
}

/// Serializes twice: to count, then into a buffer of that size. A growing buffer would leave copies of secrets behind.
fn exactly(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(count.0));
    serde_json::to_writer(&mut *bytes, value)?;
    Ok(bytes)
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

/// Converts without a copy. Unlike `Body`, [`Bytes`] shows its content in `Debug`.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tests::strategies::json;

    #[test]
    fn clones_share_one_buffer_and_convert_without_a_copy() {
        let body = Body::json(&"secret").unwrap();
        let address = body.as_ref().as_ptr();
        assert_eq!(body.clone().as_ref().as_ptr(), address);
        assert_eq!(Bytes::from(body).as_ptr(), address);
    }

    #[test]
    fn no_body_is_empty() {
        assert!(Body::default().is_empty());
        assert_eq!(format!("{:?}", Body::default()), "Body(0 bytes)");
    }

    proptest! {
        #[test]
        fn the_buffer_has_exactly_the_length_of_the_json(value in json::value()) {
            let bytes = exactly(&value).unwrap();
            prop_assert_eq!(bytes.capacity(), bytes.len());
            prop_assert_eq!(std::str::from_utf8(&bytes).unwrap(), value.to_string());
        }

        #[test]
        fn debug_shows_the_length_only(value in json::value()) {
            let body = Body::json(&value).unwrap();
            prop_assert_eq!(format!("{body:?}"), format!("Body({} bytes)", value.to_string().len()));
            prop_assert_eq!(body.len(), body.as_ref().len());
        }
    }
}
