//! Secret text: storage keys, passwords and tokens.

use std::fmt;

use zeroize::Zeroizing;

use crate::wire::{Style, Wire, scalar, serde_through_wire};

pub use crate::wire::MASK;

/// A connection string, password or token. `Debug` hides it; dropping it wipes it from memory.
///
/// Serializing writes the real value, because the server needs it. Copies made by the JSON parser, the HTTP library,
/// TLS and the kernel are not wiped.
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
    /// Returns the secret. The only accessor, so that every use is easy to find.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether this is the server's placeholder (`****`). It cannot be sent, because the server would store the four
    /// asterisks as the secret.
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

    use super::*;

    #[test]
    fn debug_shows_only_whether_a_value_is_the_placeholder() {
        assert_eq!(format!("{:?}", Secret::from(MASK)), "Secret(****)");
        assert_eq!(format!("{:?}", Secret::from("")), "Secret(..)");
        assert_eq!(format!("{:#?}", Some(Secret::from("key"))).replace([' ', '\n', ','], ""), "Some(Secret(..))");
    }

    proptest! {
        #[test]
        fn a_secret_round_trips_through_json(text: String) {
            let secret = Secret::from(text.as_str());
            let json = serde_json::to_string(&secret).unwrap();
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            prop_assert_eq!(&serde_json::from_str::<Secret>(&json).unwrap(), &secret);
            prop_assert_eq!(format!("{secret:?}").len(), if secret.is_mask() { 12 } else { 10 });
        }
    }
}
