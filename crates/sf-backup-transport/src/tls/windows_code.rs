//! Errors of SChannel and of the certificate verification by Windows.

/// The subject of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// Windows rejects the server's certificate.
    Server,
    /// Windows cannot check whether the certificate is revoked, because there is no list or it is unreachable.
    Revocation,
    /// The server ended the connection with this alert.
    Alert(u8),
    Other,
}

/// An error: its number in the documentation of Windows, its name, and its meaning.
#[derive(Debug)]
pub(crate) struct WindowsCode {
    pub(crate) number: u32,
    pub(crate) name: &'static str,
    #[cfg_attr(not(windows), expect(dead_code, reason = "only errors of Windows are displayed"))]
    pub(crate) meaning: &'static str,
    pub(crate) about: About,
}

impl WindowsCode {
    /// Finds an error by the number of an operating system's error.
    pub(crate) fn find(number: i64) -> Option<&'static Self> {
        // Windows returns signed numbers; its documentation lists them unsigned.
        CODES.iter().find(|code| i64::from(code.number) == number.rem_euclid(1 << 32))
    }

    /// Finds the error that `text` names.
    pub(crate) fn named_in(text: &str) -> Option<&'static Self> {
        let (_, name) = text.rsplit_once('(')?;
        CODES.iter().find(|code| name.split([',', ')']).next() == Some(code.name))
    }
}

const fn code(number: u32, name: &'static str, about: About, meaning: &'static str) -> WindowsCode {
    WindowsCode { number, name, meaning, about }
}

const CODES: &[WindowsCode] = &[
    code(0x800B_0101, "CERT_E_EXPIRED", About::Server, "a certificate has expired or is not valid yet"),
    code(0x800B_0103, "CERT_E_ROLE", About::Server, "a certificate that issued another is not an authority"),
    code(0x800B_0104, "CERT_E_PATHLENCONST", About::Server, "the chain is longer than an authority permits"),
    code(0x800B_0105, "CERT_E_CRITICAL", About::Server, "a certificate has an unknown critical extension"),
    code(0x800B_0109, "CERT_E_UNTRUSTEDROOT", About::Server, "the chain ends in a root that is not trusted"),
    code(0x800B_010A, "CERT_E_CHAINING", About::Server, "the chain is incomplete"),
    code(0x800B_010C, "CERT_E_REVOKED", About::Server, "a certificate is revoked"),
    code(0x800B_010D, "CERT_E_UNTRUSTEDTESTROOT", About::Server, "the chain ends in a root for tests"),
    code(0x800B_010E, "CERT_E_REVOCATION_FAILURE", About::Revocation, "revocation cannot be checked"),
    code(0x800B_010F, "CERT_E_CN_NO_MATCH", About::Server, "the certificate is for another host"),
    code(0x800B_0110, "CERT_E_WRONG_USAGE", About::Server, "the certificate is not for servers"),
    code(0x800B_0111, "TRUST_E_EXPLICIT_DISTRUST", About::Server, "a certificate is explicitly distrusted"),
    code(0x800B_0114, "CERT_E_INVALID_NAME", About::Server, "a name in a certificate is not permitted"),
    code(0x8009_6004, "TRUST_E_CERT_SIGNATURE", About::Server, "a signature in the chain is invalid"),
    code(0x8009_6019, "TRUST_E_BASIC_CONSTRAINTS", About::Server, "a certificate in the chain is not an authority"),
    code(0x8009_2010, "CRYPT_E_REVOKED", About::Server, "a certificate is revoked"),
    code(0x8009_2012, "CRYPT_E_NO_REVOCATION_CHECK", About::Revocation, "revocation cannot be checked"),
    code(0x8009_2013, "CRYPT_E_REVOCATION_OFFLINE", About::Revocation, "the revocation list cannot be reached"),
    // SChannel leaves the verification of the server to us, so that these are the server's alerts.
    code(0x8009_0322, "SEC_E_WRONG_PRINCIPAL", About::Other, "the name of the server is wrong"),
    code(0x8009_0325, "SEC_E_UNTRUSTED_ROOT", About::Alert(48), "the issuer is unknown"),
    code(0x8009_0326, "SEC_E_ILLEGAL_MESSAGE", About::Alert(40), "the handshake failed"),
    code(0x8009_0327, "SEC_E_CERT_UNKNOWN", About::Alert(46), "the certificate is not accepted"),
    code(0x8009_0328, "SEC_E_CERT_EXPIRED", About::Alert(45), "the certificate has expired"),
    code(0x8009_0349, "SEC_E_CERT_WRONG_USAGE", About::Alert(43), "the certificate is of an unsupported kind"),
    code(0x8009_0302, "SEC_E_UNSUPPORTED_FUNCTION", About::Other, "the protocol is not supported"),
    code(0x8009_0304, "SEC_E_INTERNAL_ERROR", About::Other, "the TLS library failed"),
    code(0x8009_0308, "SEC_E_INVALID_TOKEN", About::Other, "the server does not speak TLS, or sent a damaged message"),
    code(0x8009_030D, "SEC_E_UNKNOWN_CREDENTIALS", About::Other, "the client certificate or its key cannot be used"),
    code(0x8009_030E, "SEC_E_NO_CREDENTIALS", About::Other, "the key of the client certificate cannot be used"),
    code(0x8009_030F, "SEC_E_MESSAGE_ALTERED", About::Other, "a message was changed on its way"),
    code(0x8009_0317, "SEC_E_CONTEXT_EXPIRED", About::Other, "the server has closed the connection"),
    code(0x8009_0330, "SEC_E_DECRYPT_FAILURE", About::Other, "a message cannot be decrypted"),
    code(0x8009_0331, "SEC_E_ALGORITHM_MISMATCH", About::Other, "client and server have no common algorithm"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_by_its_signed_and_its_unsigned_number_and_by_name() {
        for number in [-2_146_762_487, 0x800B_0109] {
            assert_eq!(WindowsCode::find(number).unwrap().name, "CERT_E_UNTRUSTEDROOT");
        }
        assert!(WindowsCode::find(5).is_none());
        let text = "the issuer (of us) is unknown (SEC_E_UNTRUSTED_ROOT, 0x80090325)";
        assert_eq!(WindowsCode::named_in(text).unwrap().about, About::Alert(48));
        assert!(WindowsCode::named_in("certificate verify failed").is_none());
    }

    #[test]
    fn every_code_is_listed_once() {
        for (place, code) in CODES.iter().enumerate() {
            let same = |other: &WindowsCode| other.number == code.number || other.name == code.name;
            assert_eq!(CODES.iter().position(same), Some(place), "{}", code.name);
        }
    }
}
