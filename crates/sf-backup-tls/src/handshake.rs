//! Classification of failed TLS handshakes.
//!
//! If a TLS library does not trust the server, it ends the handshake with a code or message of its own. This module
//! knows them, to distinguish an untrusted server from a connection reset or a missing cipher.

use std::error::Error as _;
use std::io;

use crate::security::NotSecure;

/// Error codes of Windows (`CERT_E_*`, `SEC_E_*`, `CRYPT_E_*`) and macOS (`errSec*`, `errSSL*`) for rejected
/// certificates.
const CODES: &[i64] = &[
    0x800B_0101 - WRAP, // expired
    0x800B_0109 - WRAP, // untrusted root
    0x800B_010A - WRAP, // no chain
    0x800B_010C - WRAP, // revoked
    0x800B_010D - WRAP, // untrusted test root
    0x800B_010F - WRAP, // another name
    0x800B_0110 - WRAP, // not for servers
    0x8009_0322 - WRAP, // wrong principal
    0x8009_0325 - WRAP, // untrusted root
    0x8009_0328 - WRAP, // expired
    0x8009_2010 - WRAP, // revoked
    0x8009_2012 - WRAP, // revocation could not be checked
    0x8009_2013 - WRAP, // revocation server offline
    -67602,             // another host name
    -67818,             // expired
    -67819,             // not valid yet
    -67820,             // revoked
    -67843,             // not trusted
    -9807,              // invalid chain
    -9812,              // unknown root
    -9813,              // no root
    -9814,              // expired
    -9815,              // not valid yet
    -9843,              // another host name
];

/// Windows returns signed codes; its documentation lists them unsigned.
const WRAP: i64 = 1 << 32;

const WORDS: &[&str] = &["certificate verify failed", "unable to find any user-specified roots"];

/// The platform's reason for rejecting the server; `None` if the handshake failed for another reason.
pub(crate) fn refusal(error: &native_tls::Error) -> Option<String> {
    is_refusal(&format!("{error:?}")).then(|| short(&error.to_string()).to_owned())
}

/// Converts the error of a handshake that failed for another reason. The system's error is the innermost source.
pub(crate) fn failure(error: &native_tls::Error) -> NotSecure {
    let chain = std::iter::successors(error.source(), |error| (*error).source());
    match chain.filter_map(|error| error.downcast_ref::<io::Error>()).last() {
        Some(error) => NotSecure::handshake(error),
        None => NotSecure::Handshake { kind: io::ErrorKind::Other, said: short(&error.to_string()).to_owned() },
    }
}

fn is_refusal(debug: &str) -> bool {
    let code = |after: &str| {
        let end = after.find(',').unwrap_or(after.len());
        after.get(..end)?.parse().ok()
    };
    WORDS.iter().any(|words| debug.contains(words))
        || debug.split("code: ").filter_map(code).any(|code: i64| CODES.contains(&code))
}

/// Extracts the reason from an OpenSSL message, where it follows file names and line numbers in parentheses.
fn short(message: &str) -> &str {
    message.rsplit_once(": (").and_then(|(_, reason)| reason.strip_suffix(')')).unwrap_or(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejections_of_every_platform_are_distinguished_from_other_failures() {
        for refusal in [
            r#"Ssl(Error { code: ErrorCode(1), cause: Some(Ssl(ErrorStack([Error { code: 167772294, library: "SSL routines", reason: "certificate verify failed" }]))) }, X509VerifyResult { code: 18, error: "self-signed certificate" })"#,
            r#"Os { code: -2146762487, kind: Uncategorized, message: "A certificate chain processed, but terminated in a root certificate which is not trusted by the trust provider." }"#,
            r#"Custom { kind: Other, error: "unable to find any user-specified roots in the final cert chain" }"#,
            r#"Error { code: -67843, message: "The certificate was not trusted." }"#,
        ] {
            assert!(is_refusal(refusal), "{refusal}");
        }
        for other in [
            r#"Ssl(Error { code: ErrorCode(1), cause: Some(Ssl(ErrorStack([Error { code: 167773200, library: "SSL routines", reason: "wrong version number" }]))) }, X509VerifyResult { code: 0, error: "ok" })"#,
            r#"Os { code: 104, kind: ConnectionReset, message: "Connection reset by peer" }"#,
            r#"Os { code: -2146893007, kind: Uncategorized, message: "no common algorithm" }"#,
            r#"Error { code: -9806, message: "connection closed via error" }"#,
        ] {
            assert!(!is_refusal(other), "{other}");
        }
    }

    #[test]
    fn the_reason_is_extracted_from_openssl_messages() {
        let line = "error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed:../ssl/statem/statem_clnt.c:1889: (hostname mismatch)";
        assert_eq!(short(line), "hostname mismatch");
        assert_eq!(short("The certificate was not trusted."), "The certificate was not trusted.");
    }
}
