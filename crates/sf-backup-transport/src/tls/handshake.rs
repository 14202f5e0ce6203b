//! Classification of failed TLS handshakes.
//!
//! If a TLS library does not trust the server, it ends the handshake with a code or message of its own. This module
//! knows them, to distinguish an untrusted server from a connection reset or a missing cipher.

mod watch;

use std::error::Error as _;
use std::io;

use crate::tls::connect_error::ConnectError;
use crate::tls::native;
use crate::tls::windows_code::{About, WindowsCode};
pub use watch::{HandshakeWatch, Watched};

/// Error codes of macOS (`errSec*`, `errSSL*`) for rejected certificates.
const CODES: &[i64] = &[
    -67602, // another host name
    -67818, // expired
    -67819, // not valid yet
    -67820, // revoked
    -67843, // not trusted
    -9807,  // invalid chain
    -9812,  // unknown root
    -9813,  // no root
    -9814,  // expired
    -9815,  // not valid yet
    -9843,  // another host name
];

const WORDS: &[&str] = &["certificate verify failed"];

/// The platform's reason for rejecting the server; `None` if the handshake failed for another reason.
pub(crate) fn refusal(error: &native::Error) -> Option<String> {
    is_refusal(&format!("{error:?}")).then(|| short(&error.to_string()).to_owned())
}

/// The ambiguous alert by which a server up to TLS 1.2 ends the handshake, for example if there is no client
/// certificate.
const HANDSHAKE_FAILURE: u8 = 40;

/// Alerts by which a server ends TLS because of the client certificate. They may arrive after the client has sent its
/// request: TLS 1.3 sends them after the handshake, and the server reads nothing of the request; up to 1.2, a server
/// may read the request and then request the certificate.
const ALERTS: &[(u8, &str)] = &[
    (41, WANTED),
    (42, "the server refuses the client certificate: it is damaged"),
    (43, "the server refuses the client certificate: it is of an unsupported kind"),
    (44, "the server refuses the client certificate: it is revoked"),
    (45, "the server refuses the client certificate: it has expired"),
    (46, "the server refuses the client certificate"),
    (48, "the server refuses the client certificate: its issuer is unknown"),
    (49, "the server refuses the client certificate: it is not authorized"),
    (CERTIFICATE_REQUIRED, WANTED),
];

/// An alert that only TLS 1.3 has.
const CERTIFICATE_REQUIRED: u8 = 116;

const WANTED: &str = "the server requires a client certificate";

/// Why the server refused this client, if it ended the connection for that reason. `said` is the message of the TLS
/// library or the system.
pub fn client_refusal(said: &str) -> Option<&'static str> {
    let number = alert(said)?;
    ALERTS.iter().find(|(alert, _)| *alert == number).map(|(_, reason)| *reason)
}

/// Whether the alert that ended a connection came before the server read anything of a request, if the handshake was over.
pub(crate) fn precedes_request(said: &str) -> bool {
    alert(said) == Some(CERTIFICATE_REQUIRED)
}

/// The number of the alert that ended a connection.
fn alert(said: &str) -> Option<u8> {
    if let Some(WindowsCode { about: About::Alert(alert), .. }) = WindowsCode::named_in(said) {
        return Some(*alert);
    }
    // The end of OpenSSL's message.
    let (_, number) = said.rsplit_once("SSL alert number ")?;
    let digits = number.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(number.len());
    number.get(..digits)?.parse().ok()
}

/// What a server knows about the client in a handshake.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client {
    /// Whether it has a certificate to send.
    pub(crate) has_certificate: bool,
    /// Whether the server has requested one.
    pub(crate) was_asked: bool,
}

impl Client {
    /// Why the server refuses this client. Without a client certificate, an alert cannot be about it.
    pub(crate) fn refusal(self, said: &str) -> Option<&'static str> {
        match (client_refusal(said), alert(said)) {
            (Some(_), _) if !self.has_certificate => Some(WANTED),
            (None, Some(HANDSHAKE_FAILURE)) if self.was_asked && !self.has_certificate => Some(WANTED),
            (reason, _) => reason,
        }
    }
}

/// Converts the error of a handshake that failed for another reason. The system's error is the innermost source.
pub(crate) fn failure(error: &native::Error, client: Client) -> ConnectError {
    if let Some(reason) = client.refusal(&error.to_string()) {
        return ConnectError::Client { reason, said: short(&error.to_string()).to_owned() };
    }
    let chain = std::iter::successors(error.source(), |error| (*error).source());
    match chain.filter_map(|error| error.downcast_ref::<io::Error>()).last() {
        Some(error) => ConnectError::handshake(error),
        None => ConnectError::Handshake { kind: io::ErrorKind::Other, said: short(&error.to_string()).to_owned() },
    }
}

fn is_refusal(debug: &str) -> bool {
    let code = |after: &str| {
        let end = after.find(',').unwrap_or(after.len());
        after.get(..end)?.parse().ok()
    };
    WORDS.iter().any(|words| debug.contains(words)) || debug.split("code: ").filter_map(code).any(is_refusal_code)
}

fn is_refusal_code(code: i64) -> bool {
    let windows = WindowsCode::find(code).is_some_and(|code| matches!(code.about, About::Server | About::Revocation));
    windows || CODES.contains(&code)
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
    fn alerts_about_the_client_are_known() {
        let said = |alert: &str, number: u8| {
            format!(
                "error:0A00045C:SSL routines:ssl3_read_bytes:{alert}:../ssl/record/rec_layer_s3.c:1605:SSL alert \
                    number {number}"
            )
        };
        assert_eq!(client_refusal(&said("tlsv13 alert certificate required", 116)), Some(WANTED));
        assert!(client_refusal(&said("tlsv1 alert unknown ca", 48)).unwrap().contains("its issuer is unknown"));
        assert_eq!(client_refusal(&said("sslv3 alert handshake failure", 40)), None);
        let unknown = "the issuer is unknown (SEC_E_UNTRUSTED_ROOT, 0x80090325)";
        assert!(client_refusal(unknown).unwrap().contains("its issuer is unknown"));
        assert_eq!(client_refusal("Connection reset by peer (os error 104)"), None);

        let with = |has_certificate, was_asked| Client { has_certificate, was_asked };
        let failure = said("sslv3 alert handshake failure", 40);
        assert_eq!(with(false, true).refusal(&failure), Some(WANTED));
        assert_eq!(with(false, false).refusal(&failure), None);
        assert_eq!(with(true, true).refusal(&failure), None);
        let damaged = said("sslv3 alert bad certificate", 42);
        assert_eq!(with(false, true).refusal(&damaged), Some(WANTED));
        assert_eq!(with(true, true).refusal(&damaged), client_refusal(&damaged));
    }

    #[test]
    fn the_reason_is_extracted_from_openssl_messages() {
        let line = "error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify \
            failed:../ssl/statem/statem_clnt.c:1889: (hostname mismatch)";
        assert_eq!(short(line), "hostname mismatch");
        assert_eq!(short("The certificate was not trusted."), "The certificate was not trusted.");
    }
}
