//! Error codes: the published ones, those of the runtime, and numbers that servers send if they have no name.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::text;
use crate::wire::open_enum::UnknownValue;
use crate::wire::{Style, Wire, serde_through_wire};

/// What is known about a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeFacts {
    /// The published spelling; for a code that is not published, the spelling of the runtime, .NET or Windows.
    pub name: &'static str,
    /// Other spellings that servers use.
    pub also: &'static [&'static str],
    /// Whether servers send it only as a number, as they do codes of .NET and Windows.
    pub is_number: bool,
    /// The HRESULT, if known. Servers send it as a number if they do not know the name.
    pub hresult: Option<u32>,
    /// The HTTP status that it usually comes with: the backup service's, else the published one, else the gateway's.
    pub status: u16,
    /// The kind of the error, with any status.
    pub kind: ErrorKind,
    /// Whether a retry can succeed without any other change.
    pub transient: bool,
}

macro_rules! codes {
    ($(
        $variant:ident: $name:literal $(| $also:literal)* $status:literal $kind:ident $($transient:ident)?
        $($hresult:literal)? $(@$number:ident)?;
    )+) => {
        /// The `Code` of a Service Fabric error. A code that this library does not know is kept as received.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum FabricErrorCode {
            $(#[doc = concat!("`", $name, "`, usually with HTTP status ", $status, ".")] $variant,)+
            /// A name that this library does not know.
            Unknown(UnknownValue),
            /// An HRESULT that this library does not know.
            Hresult(u32),
        }

        impl FabricErrorCode {
            /// Every code that this library knows.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// What is known about the code; `None` for an unknown code.
            pub fn facts(&self) -> Option<&'static CodeFacts> {
                match self {
                    $(Self::$variant => Some(const { &CodeFacts {
                        name: $name,
                        also: &[$($also),*],
                        hresult: first!($(Some($hresult),)? None),
                        status: $status,
                        kind: ErrorKind::$kind,
                        transient: !stringify!($($transient)?).is_empty(),
                        is_number: !stringify!($($number)?).is_empty(),
                    } }),)+
                    Self::Unknown(_) | Self::Hresult(_) => None,
                }
            }
        }
    };
}

mod kind;
mod table;

pub use kind::ErrorKind;
pub use table::FabricErrorCode;

/// Maximum length of a code in characters; longer ones are truncated.
const NAME_LIMIT: usize = 200;

impl FabricErrorCode {
    /// Parses a name in any spelling and case, with or without `FABRIC_E_`, or a number in decimal or `0x…`.
    ///
    /// ```
    /// use sf_backup_proto::FabricErrorCode;
    ///
    /// let code = FabricErrorCode::from_text("FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST");
    /// assert_eq!(code, FabricErrorCode::BackupPolicyNotFound);
    /// assert_eq!(code.to_string(), "FABRIC_E_BACKUP_POLICY_NOT_EXISTING");
    /// assert_eq!(FabricErrorCode::from_text("0x80071C75"), code);
    /// assert_eq!(FabricErrorCode::from_text("NotFound").to_string(), "NotFound");
    /// ```
    pub fn from_text(text: &str) -> Self {
        let line = text::one_line(text, NAME_LIMIT);
        let text = line.trim();
        if let Some(code) = Self::named(text) {
            return code;
        }
        match hresult_from_text(text) {
            Some(hresult) => Self::from_hresult(hresult),
            None => Self::Unknown(UnknownValue::new(text)),
        }
    }

    fn named(text: &str) -> Option<Self> {
        let is = |name: &str| {
            name.eq_ignore_ascii_case(text)
                || name.strip_prefix("FABRIC_E_").is_some_and(|short| short.eq_ignore_ascii_case(text))
        };
        let has_name = |facts: &CodeFacts| is(facts.name) || facts.also.iter().any(|also| is(also));
        Self::KNOWN.iter().find(|code| code.facts().is_some_and(has_name)).cloned()
    }

    /// Returns the code with this HRESULT.
    pub fn from_hresult(hresult: u32) -> Self {
        let known = Self::KNOWN.iter().find(|code| code.facts().is_some_and(|facts| facts.hresult == Some(hresult)));
        known.cloned().unwrap_or(Self::Hresult(hresult))
    }

    /// Reads the `Code` of a body: a name, a number as text, or a number. `None` for anything else.
    pub(crate) fn from_json(code: &Value) -> Option<Self> {
        match code {
            Value::String(text) if text.trim().is_empty() => None,
            Value::String(text) => Some(Self::from_text(text)),
            Value::Number(number) => Some(match number.as_i64().and_then(hresult_from_number) {
                Some(hresult) => Self::from_hresult(hresult),
                None => Self::Unknown(UnknownValue::new(&number.to_string())),
            }),
            _ => None,
        }
    }

    /// Writes the code as servers do: as a number if they know no name for it.
    fn to_json(&self) -> Value {
        match (self, self.facts()) {
            (Self::Hresult(hresult), _) => Value::from(*hresult),
            (_, Some(CodeFacts { is_number: true, hresult: Some(hresult), .. })) => Value::from(*hresult),
            _ => Value::from(self.to_string()),
        }
    }

    /// The HRESULT, if known.
    pub fn hresult(&self) -> Option<u32> {
        match self {
            Self::Hresult(hresult) => Some(*hresult),
            code => code.facts()?.hresult,
        }
    }

    /// The name with the number, if both are known: `FABRIC_E_TIMEOUT (0x80071BFF)`. Logs and the vendor's documents
    /// use either.
    pub fn with_hresult(&self) -> String {
        match (self, self.hresult()) {
            (Self::Hresult(_) | Self::Unknown(_), _) | (_, None) => self.to_string(),
            (_, Some(hresult)) => format!("{self} (0x{hresult:08X})"),
        }
    }

    /// Whether a retry can succeed without any other change. `false` for an unknown code.
    pub fn is_transient(&self) -> bool {
        self.facts().is_some_and(|facts| facts.transient)
    }
}

/// Also accepts eight hex digits without `0x`, as copied from an event log: no error's HRESULT has eight decimal
/// digits.
fn hresult_from_text(text: &str) -> Option<u32> {
    let hex = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))
        .or_else(|| (text.len() == 8 && text.starts_with('8')).then_some(text));
    if let Some(hex) = hex.filter(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit())) {
        return u32::from_str_radix(hex, 16).ok();
    }
    hresult_from_number(text.parse().ok()?)
}

/// Accepts the signed form of the same bits, too. HRESULTs are unsigned on the wire.
fn hresult_from_number(number: i64) -> Option<u32> {
    u32::try_from(number).ok().or_else(|| i32::try_from(number).ok().map(i32::cast_unsigned))
}

impl fmt::Display for FabricErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.facts()) {
            (Self::Unknown(unknown), _) => f.pad(unknown.as_str()),
            (Self::Hresult(hresult), _) => f.pad(&format!("0x{hresult:08X}")),
            (_, facts) => f.pad(facts.map_or("", |facts| facts.name)),
        }
    }
}

/// Reads and writes the `Code` of a body: a name, or a number.
impl Wire for FabricErrorCode {
    fn read<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
        Ok(Self::from_json(&Value::deserialize(source)?))
    }
    fn write<S: serde::Serializer>(&self, to: S, _: Style) -> Result<S::Ok, S::Error> {
        serde::Serialize::serialize(&self.to_json(), to)
    }
}

serde_through_wire!(FabricErrorCode);

#[cfg(test)]
mod tests;
