use std::fmt;
use std::str::FromStr;

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// The digest of a certificate, as Service Fabric tools and configuration use it.
///
/// ```
/// use sf_backup_transport::tls::Thumbprint;
///
/// let pasted: Thumbprint = "34 9A:95 38 2e 3a 4d 8f d6 d4 2b 36 b4 c0 4a bf f3 5b d4 21".parse()?;
/// assert_eq!(pasted.to_string(), "349A95382E3A4D8FD6D42B36B4C04ABFF35BD421");
/// assert_eq!(
///     "349A".parse::<Thumbprint>().unwrap_err().to_string(),
///     "thumbprint \"349A\": must be 40 hexadecimal digits (SHA-1) or 64 (SHA-256)"
/// );
/// # Ok::<(), sf_backup_transport::tls::ThumbprintError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Thumbprint {
    /// A SHA-1 digest, which Windows and the Azure portal display.
    Sha1([u8; 20]),
    /// A SHA-256 digest.
    Sha256([u8; 32]),
}

/// Text that is not a thumbprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("thumbprint {text:?}: must be 40 hexadecimal digits (SHA-1) or 64 (SHA-256)")]
pub struct ThumbprintError {
    text: String,
}

impl Thumbprint {
    /// Computes the SHA-1 thumbprint of a certificate in DER.
    pub fn sha1(der: &[u8]) -> Self {
        Self::Sha1(Sha1::digest(der).into())
    }

    /// Computes the SHA-256 thumbprint of a certificate in DER.
    pub fn sha256(der: &[u8]) -> Self {
        Self::Sha256(Sha256::digest(der).into())
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Sha1(bytes) => bytes,
            Self::Sha256(bytes) => bytes,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = Vec::with_capacity(32);
        let mut high = None;
        for digit in text.chars().filter(|&c| !is_filler(c)) {
            let digit = u8::try_from(digit.to_digit(16)?).ok()?;
            match high.take() {
                None => high = Some(digit << 4),
                Some(high) => bytes.push(high | digit),
            }
        }
        if high.is_some() {
            return None;
        }
        let sha1 = bytes.as_slice().try_into().map(Self::Sha1).ok();
        sha1.or_else(|| bytes.try_into().map(Self::Sha256).ok())
    }
}

/// Whether a character is ignored: separators (.NET's is a hyphen), and invisible marks such as those that dialogs of Windows
/// insert.
fn is_filler(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, ':' | '-' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

impl FromStr for Thumbprint {
    type Err = ThumbprintError;
    fn from_str(text: &str) -> Result<Self, ThumbprintError> {
        Self::parse(text).ok_or_else(|| ThumbprintError { text: text.chars().take(100).collect() })
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes().iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha1(_) => write!(f, "Sha1({self})"),
            Self::Sha256(_) => write!(f, "Sha256({self})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digests_match_published_test_vectors() {
        assert_eq!(Thumbprint::sha1(b"abc").to_string(), "A9993E364706816ABA3E25717850C26C9CD0D89D");
        assert_eq!(
            Thumbprint::sha256(b"abc").to_string(),
            "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
        );
    }

    #[test]
    fn wrong_lengths_and_other_letters_are_rejected() {
        let forty = "A9993E364706816ABA3E25717850C26C9CD0D89D";
        assert!(forty.parse::<Thumbprint>().is_ok());
        for wrong in [
            "",
            &forty[1..],
            &forty[2..],
            &format!("{forty}0"),
            &format!("{forty}00"),
            &forty.replace('9', "G"),
            &format!("0x{forty}"),
        ] {
            assert!(wrong.parse::<Thumbprint>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_spelling_reads_back(certificate: Vec<u8>, separators in "[-: \t\u{200e}\u{202a}]{0,3}") {
            for thumbprint in [Thumbprint::sha1(&certificate), Thumbprint::sha256(&certificate)] {
                let plain = thumbprint.to_string();
                let spelled: String = plain.chars().flat_map(|c| [c.to_string(), separators.clone()]).collect();
                prop_assert_eq!(spelled.to_lowercase().parse(), Ok(thumbprint));
                prop_assert_eq!(format!("{separators}{spelled}").parse(), Ok(thumbprint));
            }
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,80}") {
            let _ = text.parse::<Thumbprint>().is_ok();
        }
    }
}
