//! `--dry-run=curl`: the request as a curl command for a POSIX shell. Secrets are variables of that shell.
//!
//! Every untrusted text is one quoted word, and every comment one line.

mod body;

use std::fmt::Write;
use std::path::Path;

use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, Request};
use sf_backup_proto::Body;

use crate::connection::{ClientFiles, Connection, ServerTrust};
use crate::output::escape;
use crate::output::shell::posix_word;

const TOKEN: &str = "SF_BACKUP_TOKEN";
const ARCHIVE_PASSWORD: &str = "PKCS12_PASSWORD";

/// The options of every request of a connection, and what curl cannot do.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    options: Vec<String>,
    remarks: Vec<String>,
}

impl Identity {
    pub(crate) fn of(connection: &Connection) -> Self {
        let mut identity = Self::default();
        if connection.endpoints.value.first().is_https() {
            if let Some(client) = &connection.client {
                identity.client(&client.value);
            }
            if let Some(server) = &connection.server {
                identity.server(&server.value);
            }
        }
        identity
    }

    fn client(&mut self, files: &ClientFiles) {
        if let Some(archive) = &files.pkcs12 {
            self.options.push("--cert-type P12".to_owned());
            self.options.push(format!("--cert {}\":${ARCHIVE_PASSWORD}\"", posix_word(&certificate(archive))));
            self.remarks.push(format!("{ARCHIVE_PASSWORD} is the password of the PKCS#12 file"));
        }
        if files.cert_thumbprint.is_some() || files.cert_subject.is_some() {
            self.remarks.push(
                "curl takes a certificate of a Windows store only on Windows: --cert STORE\\THUMBPRINT".to_owned(),
            );
        }
        let cert = files.cert.iter().map(|cert| format!("--cert {}", posix_word(&certificate(cert))));
        self.options.extend(cert);
        self.options.extend(files.key.iter().map(|key| format!("--key {}", posix_word(&file(key)))));
    }

    fn server(&mut self, trust: &ServerTrust) {
        if trust.insecure {
            self.options.push("--insecure".to_owned());
        }
        for path in &trust.ca {
            let option = if path.is_dir() { "--capath" } else { "--cacert" };
            self.options.push(format!("{option} {}", posix_word(&file(path))));
        }
        if trust.ca.len() > 1 {
            self.remarks.push("curl uses only the last --cacert: put the authorities into one file".to_owned());
        }
        for thumbprint in &trust.thumbprints {
            self.remarks.push(format!("curl cannot require the certificate with the thumbprint {thumbprint}"));
        }
        for name in &trust.common_names {
            self.remarks
                .push(format!("curl cannot require a certificate for {} instead of the host name", name.as_str()));
        }
    }
}

/// The command, after comments with what must be known about it.
pub(super) fn command(request: &Request<Body>, identity: &Identity) -> String {
    let mut remarks = identity.remarks.clone();
    let mut lines = vec![format!(
        "curl --silent --show-error --fail-with-body --globoff --path-as-is --request {} {}",
        request.method(),
        posix_word(request.uri().to_string().as_bytes())
    )];
    lines.extend(identity.options.iter().cloned());
    // curl calculates it.
    for (name, value) in request.headers().iter().filter(|(name, _)| **name != CONTENT_LENGTH) {
        if *name == AUTHORIZATION {
            remarks.push(format!("{TOKEN} is the bearer token"));
            lines.push(format!("--header \"{name}: Bearer ${TOKEN}\""));
        } else {
            let header = [name.as_str().as_bytes(), b": ", value.as_bytes()].concat();
            lines.push(format!("--header {}", posix_word(&header)));
        }
    }
    if !request.body().is_empty() {
        let (word, variables) = body::word(request.body().as_ref());
        lines.push(format!("--data-binary {word}"));
        remarks.extend(variables.iter().map(|name| {
            format!("{name} is the secret as it is written in JSON: \\\\ for a backslash, \\\" for a quotation mark")
        }));
    } else if request.method() == Method::POST {
        // Without a body, curl would send no length, which the gateway requires.
        lines.push(format!("--header '{CONTENT_TYPE}:'"));
        lines.push("--data-binary ''".to_owned());
    }
    let mut text = String::new();
    for remark in remarks {
        // Writing to a string does not fail.
        let _ = writeln!(text, "# {}", escape::line(&remark));
    }
    text.push_str(&lines.join(" \\\n  "));
    text.push('\n');
    text
}

/// A path as curl accepts it: curl takes this prefix for the address of a key on a smart card.
fn file(path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_encoded_bytes();
    let card = bytes.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"pkcs11:"));
    if card { [b"./", bytes].concat() } else { bytes.to_vec() }
}

/// The path of a certificate. curl expects a password after a colon, so colons in the path are escaped.
fn certificate(path: &Path) -> Vec<u8> {
    let mut escaped = Vec::new();
    for byte in file(path) {
        if matches!(byte, b':' | b'\\') {
            escaped.push(b'\\');
        }
        escaped.push(byte);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colons_in_paths_are_no_passwords() {
        for (path, escaped) in [("me.pem", "me.pem"), ("a:b.pem", r"a\:b.pem"), (r"C:\me.pem", r"C\:\\me.pem")] {
            assert_eq!(certificate(Path::new(path)), escaped.as_bytes());
        }
        assert_eq!(file(Path::new("PKCS11:x")), b"./PKCS11:x");
        assert_eq!(file(Path::new("a:b")), b"a:b");
    }
}
