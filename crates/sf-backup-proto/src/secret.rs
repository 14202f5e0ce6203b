//! Text that must not be seen.

use std::fmt;

use zeroize::Zeroizing;

use crate::wire::{Style, Wire, scalar, serde_through_wire};

/// What the server shows in place of every secret, whether one is set or not.
pub const MASK: &str = "****";

/// A connection string, a password or a token: never in `Debug`, wiped from memory when dropped.
///
/// Serializing writes the real value, because the server needs it. Copies that JSON reading, the HTTP library, TLS and
/// the kernel make are out of reach.
///
/// ```
/// # use sf_backup_proto::Secret;
/// let key = Secret::from("AccountKey=abc");
/// assert_eq!(format!("{key:?}"), "Secret(..)");
/// assert_eq!(key.expose(), "AccountKey=abc");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The secret itself. The only way to it, so that uses can be searched for.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether this is not a secret but the server's placeholder for one (`****`). Such a value cannot be sent: the
    /// server would store the four stars.
    pub fn is_mask(&self) -> bool {
        self.expose() == MASK
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_mask() { "Secret(****)" } else { "Secret(..)" })
    }
}

impl Wire for Secret {
    fn read<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
        scalar::read_text(source, "text", |text| Some(Self::from(text)))
    }
    fn write<S: serde::Serializer>(&self, to: S, _: Style) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.expose())
    }
}

serde_through_wire!(Secret);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zeroize::ZeroizeOnDrop;

    use super::*;

    fn wiped_on_drop<T: ZeroizeOnDrop>(_: &T) {}

    #[test]
    fn a_secret_is_wiped_with_its_owner() {
        wiped_on_drop(&Secret::from("key").0);
    }

    #[test]
    fn debug_tells_the_placeholder_from_a_secret_and_no_more() {
        assert_eq!(format!("{:?}", Secret::from(MASK)), "Secret(****)");
        assert_eq!(format!("{:?}", Secret::from("")), "Secret(..)");
        assert_eq!(format!("{:#?}", Some(Secret::from("key"))).replace([' ', '\n', ','], ""), "Some(Secret(..))");
    }

    proptest! {
        #[test]
        fn a_secret_is_sent_as_it_is_and_reads_as_itself(text: String) {
            let secret = Secret::from(text.as_str());
            let json = serde_json::to_string(&secret).unwrap();
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            prop_assert_eq!(&serde_json::from_str::<Secret>(&json).unwrap(), &secret);
            prop_assert_eq!(format!("{secret:?}").len(), if secret.is_mask() { 12 } else { 10 });
        }
    }
}
