//! `--dry-run=curl`: the request as a command that makes it, for a POSIX shell. Secrets are variables of that shell.

use std::fmt::Write;
use std::path::Path;

use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, Request};
use serde_json::Value;
use sf_backup_proto::Body;
use sf_backup_proto::secret::MASK;

use crate::connection::{ClientFiles, Connection, ServerTrust};
use crate::redact;
use crate::shell::word;
use crate::written::Written;

const TOKEN: &str = "SF_BACKUP_TOKEN";
const ARCHIVE_PASSWORD: &str = "PKCS12_PASSWORD";

/// What goes with every request of a connection: options, and what curl cannot do.
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
        let file = |option: &str, path: &Path| format!("{option} {}", word(&path.display().to_string()));
        if let Some(archive) = &files.pkcs12 {
            let name = word(&archive.display().to_string());
            self.options.push("--cert-type P12".to_owned());
            self.options.push(format!("--cert {name}\":${ARCHIVE_PASSWORD}\""));
            self.remarks.push(format!("{ARCHIVE_PASSWORD} is what opens the archive"));
        }
        self.options.extend(files.cert.iter().map(|cert| file("--cert", cert)));
        self.options.extend(files.key.iter().map(|key| file("--key", key)));
    }

    fn server(&mut self, trust: &ServerTrust) {
        if trust.insecure {
            self.options.push("--insecure".to_owned());
        }
        for path in &trust.ca {
            let option = if path.is_dir() { "--capath" } else { "--cacert" };
            self.options.push(format!("{option} {}", word(&path.display().to_string())));
        }
        if trust.ca.len() > 1 {
            self.remarks.push("curl takes the last --cacert only: put the authorities into one file".to_owned());
        }
        for thumbprint in &trust.thumbprints {
            self.remarks.push(format!("curl cannot ask for the certificate with the thumbprint {thumbprint}"));
        }
        for name in &trust.common_names {
            self.remarks
                .push(format!("curl cannot ask for a certificate for {} in place of the host's name", name.as_str()));
        }
    }
}

/// The command, with what must be known about it in comments before.
pub(super) fn command(request: &Request<Body>, identity: &Identity) -> String {
    let mut remarks = identity.remarks.clone();
    let mut lines = vec![format!(
        "curl --silent --show-error --fail-with-body --globoff --path-as-is --request {} {}",
        request.method(),
        word(&request.uri().to_string())
    )];
    lines.extend(identity.options.iter().cloned());
    // curl counts for itself.
    for (name, value) in request.headers().iter().filter(|(name, _)| **name != CONTENT_LENGTH) {
        if *name == AUTHORIZATION {
            remarks.push(format!("{TOKEN} is the bearer token"));
            lines.push(format!("--header \"{name}: Bearer ${TOKEN}\""));
        } else {
            lines.push(format!("--header {}", word(&format!("{name}: {}", value.to_str().unwrap_or(MASK)))));
        }
    }
    if !request.body().is_empty() {
        let mut secrets = Secrets::default();
        // This program has written it: it is JSON.
        let mut body = serde_json::from_slice(request.body().as_ref()).unwrap_or_else(|_| Written::text(MASK));
        redact::hide(&mut body);
        secrets.take("BODY", &mut body);
        let text = serde_json::to_string(&body).unwrap_or_default();
        lines.push(format!("--data-binary {}", secrets.put(&word(&text))));
        remarks.extend(secrets.variables.iter().map(|name| {
            format!("{name} is the secret as it stands in JSON: \\\\ for a backslash, \\\" for a quotation mark")
        }));
    } else if request.method() == Method::POST {
        // Without a body it would send no length, and the gateway wants one.
        lines.push(format!("--header '{CONTENT_TYPE}:'"));
        lines.push("--data-binary ''".to_owned());
    }
    let mut text = String::new();
    for remark in remarks {
        // Writing to a string does not fail.
        let _ = writeln!(text, "# {remark}");
    }
    text.push_str(&lines.join(" \\\n  "));
    text.push('\n');
    text
}

/// The variables that stand for what was hidden.
#[derive(Debug, Default)]
struct Secrets {
    variables: Vec<String>,
}

impl Secrets {
    /// Puts a place of its own where a secret was hidden, named by its member.
    fn take(&mut self, member: &str, value: &mut Written) {
        match value {
            Written::Object(members) => members.iter_mut().for_each(|(name, value)| self.take(name, value)),
            Written::Array(items) => items.iter_mut().for_each(|item| self.take(member, item)),
            Written::Scalar(Value::String(text)) if text.contains(MASK) => {
                *value = Written::text(&place(self.variables.len()));
                let name = variable(member);
                let taken =
                    self.variables.iter().filter(|known| known.trim_end_matches(char::is_numeric) == name).count();
                self.variables.push(if taken == 0 { name } else { format!("{name}{}", taken + 1) });
            }
            Written::Scalar(_) => {}
        }
    }

    /// Writes the variables into a quoted text.
    fn put(&self, text: &str) -> String {
        let numbered = self.variables.iter().enumerate();
        numbered.fold(text.to_owned(), |text, (at, name)| text.replace(&place(at), &format!("'\"${name}\"'")))
    }
}

/// What stands for a variable until the text is quoted: with a character that nobody types, of the private use area.
fn place(number: usize) -> String {
    format!("\u{e000}{number}\u{e000}")
}

/// `PrimaryPassword` as a variable: `PRIMARY_PASSWORD`.
fn variable(member: &str) -> String {
    let mut name = String::new();
    for character in member.chars().filter(char::is_ascii_alphanumeric) {
        if character.is_ascii_uppercase() && name.ends_with(|last: char| !last.is_ascii_uppercase() && last != '_') {
            name.push('_');
        }
        name.push(character);
    }
    let name = name.to_ascii_uppercase();
    if name.starts_with(|first: char| first.is_ascii_digit()) || name.is_empty() {
        format!("SECRET_{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_name_their_variables() {
        for (member, name) in [
            ("PrimaryPassword", "PRIMARY_PASSWORD"),
            ("ConnectionString", "CONNECTION_STRING"),
            ("BlobServiceUri", "BLOB_SERVICE_URI"),
            ("SASToken", "SASTOKEN"),
            ("é", "SECRET_"),
            ("1st", "SECRET_1ST"),
        ] {
            assert_eq!(variable(member), name);
        }
    }

    #[test]
    fn every_secret_has_a_variable_of_its_own() {
        let mut body: Written =
            serde_json::from_str(r#"{"A":{"Key":"****"},"B":[{"Key":"****"},{"Key":"it's"}]}"#).unwrap();
        let mut secrets = Secrets::default();
        secrets.take("BODY", &mut body);
        assert_eq!(secrets.variables, ["KEY", "KEY2"]);
        let text = secrets.put(&word(&serde_json::to_string(&body).unwrap()));
        assert_eq!(text, r#"'{"A":{"Key":"'"$KEY"'"},"B":[{"Key":"'"$KEY2"'"},{"Key":"it'\''s"}]}'"#);
    }
}
