//! TLS versions.

use std::fmt;
use std::str::FromStr;

/// A TLS version. Versions before 1.2 are not supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum TlsVersion {
    /// TLS 1.2. Required by Windows gateways, which request the client certificate after the HTTP request was sent.
    #[default]
    V1_2,
    /// TLS 1.3. Not supported on macOS.
    V1_3,
}

/// Text that is not a supported TLS version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 1.2 or 1.3")]
pub struct TlsVersionError;

impl FromStr for TlsVersion {
    type Err = TlsVersionError;
    fn from_str(text: &str) -> Result<Self, TlsVersionError> {
        match text {
            "1.2" => Ok(Self::V1_2),
            "1.3" => Ok(Self::V1_3),
            _ => Err(TlsVersionError),
        }
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_supported_versions_are_read() {
        assert_eq!("1.3".parse(), Ok(TlsVersion::V1_3));
        assert_eq!("1.2".parse(), Ok(TlsVersion::V1_2));
        assert!("1.1".parse::<TlsVersion>().is_err());
    }
}
