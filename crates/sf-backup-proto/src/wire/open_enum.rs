//! `open_enums!`: declares a string enum that keeps unknown values.

use std::fmt;

/// A value that this version of the library does not know, in the server's spelling.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The server's spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Declares an open enum with the API's names. Reading ignores case and reads numbers as text.
macro_rules! open_enums {
    ($(
        $(#[$meta:meta])*
        $name:ident { $( $(#[$vm:meta])* $variant:ident $(= $text:literal)? ),+ $(,)? }
    )+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$vm])* $variant, )+
            /// A value that this library does not know.
            Unknown($crate::wire::open_enum::UnknownValue),
        }

        impl $name {
            /// Every value that this library knows, in the API's order.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The value in the API's spelling.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $crate::wire::open_enum::first!($($text,)? stringify!($variant)),)+
                    Self::Unknown(unknown) => unknown.as_str(),
                }
            }
        }

        impl From<&str> for $name {
            /// Ignores case; keeps unknown values.
            fn from(text: &str) -> Self {
                Self::KNOWN
                    .iter()
                    .find(|known| known.as_str().eq_ignore_ascii_case(text))
                    .cloned()
                    .unwrap_or_else(|| Self::Unknown($crate::wire::open_enum::UnknownValue::new(text)))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::wire::Wire for $name {
            fn read<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
                $crate::wire::scalar::read_text(source, "text", |text| Some(Self::from(text)))
            }
            fn write<S: serde::Serializer>(&self, to: S, _: $crate::wire::Style) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        $crate::wire::serde_through_wire!($name);
    )+};
}
pub(crate) use open_enums;

/// The first of several expressions, of which all but the last may be missing.
macro_rules! first {
    ($first:expr $(, $rest:expr)*) => {
        $first
    };
}
pub(crate) use first;
