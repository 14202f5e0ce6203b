//! Error codes: every published one, the runtime's other spellings, and HRESULTs.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::wire::open_enum::UnknownValue;
use crate::wire::{Style, Wire};

/// What is known about a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeFacts {
    /// The published spelling.
    pub name: &'static str,
    /// Other spellings that servers use.
    pub also: &'static [&'static str],
    /// The HRESULT, where it is known: servers send it as a number where they do not know the name.
    pub hresult: Option<u32>,
    /// The HTTP status that the backup service answers with.
    pub status: u16,
    /// Whether the same call may succeed later by itself.
    pub transient: bool,
    /// What the code says.
    pub meaning: &'static str,
    /// Why it usually happens to a backup client.
    pub cause: &'static str,
    /// What to do.
    pub action: &'static str,
}

macro_rules! codes {
    ($($variant:ident = $name:literal $(also $also:literal)* $(hresult $hresult:literal)? $status:literal $($transient:ident)? {
        $meaning:literal, $cause:literal, $action:literal $(,)?
    })+) => {
        /// The `Code` of a `FabricError`. A code that this library does not know is kept as it came.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum FabricErrorCode {
            $(#[doc = concat!("`", $name, "`: ", $meaning)] $variant,)+
            /// A text that this library does not know.
            Unknown(UnknownValue),
            /// An HRESULT that this library does not know.
            Hresult(u32),
        }

        impl FabricErrorCode {
            /// Every code that this library knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// What is known about the code; `None` for one that is not known.
            pub fn facts(&self) -> Option<&'static CodeFacts> {
                match self {
                    $(Self::$variant => Some(const { &CodeFacts {
                        name: $name,
                        also: &[$($also),*],
                        hresult: hresult!($($hresult)?),
                        status: $status,
                        transient: transient!($($transient)?),
                        meaning: $meaning,
                        cause: $cause,
                        action: $action,
                    } }),)+
                    Self::Unknown(_) | Self::Hresult(_) => None,
                }
            }
        }
    };
}

macro_rules! hresult {
    () => {
        None
    };
    ($value:literal) => {
        Some($value)
    };
}

macro_rules! transient {
    () => {
        false
    };
    (transient) => {
        true
    };
}

codes! {
    InvalidArgument = "E_INVALIDARG" hresult 0x80070057 400 {
        "an argument of the request is not valid",
        "the api-version is not one the cluster takes, or a member of the body or the query breaks a rule",
        "read the message: it names the member; check the api-version"
    }
}

impl FabricErrorCode {
    /// From the server's text: a name in any spelling, or a number in decimal or `0x…`.
    pub fn from_text(text: &str) -> Self {
        let text = text.trim();
        let named = Self::KNOWN.iter().find(|code| {
            code.facts().is_some_and(|facts| {
                facts.name.eq_ignore_ascii_case(text) || facts.also.iter().any(|also| also.eq_ignore_ascii_case(text))
            })
        });
        match (named, hresult_from_text(text)) {
            (Some(code), _) => code.clone(),
            (None, Some(hresult)) => Self::from_hresult(hresult),
            (None, None) => Self::Unknown(UnknownValue::new(&crate::text::one_line(text, 200))),
        }
    }

    /// From an HRESULT.
    pub fn from_hresult(hresult: u32) -> Self {
        let known = Self::KNOWN.iter().find(|code| code.facts().is_some_and(|facts| facts.hresult == Some(hresult)));
        known.cloned().unwrap_or(Self::Hresult(hresult))
    }

    pub(crate) fn from_json(code: &Value) -> Option<Self> {
        match code {
            Value::String(text) => Some(Self::from_text(text)),
            // HRESULTs are unsigned on the wire; the signed form of the same bits is taken too.
            Value::Number(number) => number
                .as_u64()
                .and_then(|code| u32::try_from(code).ok())
                .or_else(|| number.as_i64().and_then(|code| i32::try_from(code).ok()).map(i32::cast_unsigned))
                .map(Self::from_hresult)
                .or_else(|| Some(Self::Unknown(UnknownValue::new(&number.to_string())))),
            _ => None,
        }
    }

    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        self.facts().is_some_and(|facts| facts.transient)
    }
}

fn hresult_from_text(text: &str) -> Option<u32> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse::<i64>().ok().and_then(|number| {
            u32::try_from(number).ok().or_else(|| i32::try_from(number).ok().map(i32::cast_unsigned))
        }),
    }
}

impl fmt::Display for FabricErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.facts(), self) {
            (Some(facts), _) => f.pad(facts.name),
            (None, Self::Hresult(hresult)) => write!(f, "0x{hresult:08X}"),
            (None, Self::Unknown(unknown)) => f.pad(unknown.as_str()),
            (None, _) => Ok(()),
        }
    }
}

/// As in a body's `Code`: a name, or a number.
impl Wire for FabricErrorCode {
    fn read<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
        Ok(Self::from_json(&Value::deserialize(source)?))
    }
    fn write<S: serde::Serializer>(&self, to: S, _: Style) -> Result<S::Ok, S::Error> {
        match self {
            Self::Hresult(hresult) => to.serialize_u32(*hresult),
            code => to.collect_str(code),
        }
    }
}
