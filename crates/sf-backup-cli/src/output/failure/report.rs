//! The printed form of a failure: the members of the JSON, one line of text, and a hint.

use std::error::Error as _;

use serde::Serialize;
use sf_backup_hyper::tls::PeerRefused;
use sf_backup_hyper::{Error, HttpError};
use sf_backup_ops::advice;
use sf_backup_proto::error::Cause;
use sf_backup_proto::{DeleteBackupPolicy, ErrorKind, OPERATIONS, Operation};

const TOKEN_HINT: &str = "correct the source of the token; 'sf-backup context show' shows where it is configured";

/// An error as `-o json` prints it, with every member in every report.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    operation: Option<String>,
    entity: Option<String>,
    endpoint: Option<String>,
    kind: &'static str,
    status: Option<u16>,
    code: Option<String>,
    pub(super) message: String,
    attempts: u32,
    request_id: Option<String>,
    pub(super) may_have_changed: bool,
    pub(super) hint: Option<String>,
    /// The warnings printed before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    /// The other errors of a run over several entities. This one is the worst.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Self>,
    /// The text form, in one line.
    #[serde(skip)]
    pub(super) line: String,
}

impl Report {
    pub(crate) fn plain(kind: &'static str, problem: &str) -> Self {
        Self {
            operation: None,
            entity: None,
            endpoint: None,
            kind,
            status: None,
            code: None,
            message: problem.to_owned(),
            attempts: 0,
            request_id: None,
            may_have_changed: false,
            hint: None,
            warnings: Vec::new(),
            errors: Vec::new(),
            line: problem.to_owned(),
        }
    }

    pub(crate) fn of(error: &Error) -> Self {
        let response = error.fabric();
        let message = match response.and_then(|response| response.message.clone()) {
            Some(message) => message,
            None => with_sources(error.cause()),
        };
        Self {
            operation: Some(error.operation().to_string()),
            entity: error.entity().map(str::to_owned),
            endpoint: error.endpoint().map(ToString::to_string),
            kind: error.kind().as_str(),
            status: response.map(|response| response.status.as_u16()),
            code: response.and_then(|response| response.code.as_ref().map(ToString::to_string)),
            message,
            attempts: error.attempts(),
            request_id: error.request_id().map(str::to_owned),
            may_have_changed: error.may_have_changed(),
            hint: match error.kind() {
                ErrorKind::Credential => Some(TOKEN_HINT.to_owned()),
                _ => hint(error),
            },
            warnings: Vec::new(),
            errors: Vec::new(),
            line: with_causes(error),
        }
    }

    /// Sets the operation that was not sent, or that failed.
    pub(crate) fn by(self, operation: &'static str) -> Self {
        Self { operation: Some(operation.to_owned()), ..self }
    }

    /// Sets the status and the code of the cluster's response.
    pub(crate) fn with_response(self, status: u16, code: String) -> Self {
        let line = format!("{} (HTTP {status} {code})", self.line).replace(" )", ")");
        Self { status: Some(status), code: Some(code).filter(|code| !code.is_empty()), line, ..self }
    }

    /// Replaces the message with that of another report.
    pub(crate) fn with_message_of(self, other: Self) -> Self {
        Self { kind: other.kind, message: other.message, line: other.line, hint: other.hint, ..self }
    }

    /// Sets the other errors of a run over several entities.
    pub(crate) fn with_errors(self, errors: Vec<Self>) -> Self {
        Self { errors, ..self }
    }

    /// A failure about an entity that is not a failed call.
    pub(crate) fn about(kind: &'static str, entity: &str, problem: String, hint: Option<String>) -> Self {
        Self { entity: Some(entity.to_owned()), hint, ..Self::plain(kind, &problem) }
    }

    /// Records that the cluster may have made the change, or may still make it.
    pub(crate) fn uncertain(self) -> Self {
        Self { may_have_changed: true, ..self }
    }

    /// Inserts a sentence before the problem.
    pub(crate) fn after(self, sentence: &str) -> Self {
        let Self { message, line, .. } = &self;
        Self { message: format!("{sentence}: {message}"), line: format!("{sentence}: {line}"), ..self }
    }

    /// Replaces the hint.
    pub(crate) fn hinted(self, hint: String) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// Adds a remark to the hint.
    pub(crate) fn adding(self, remark: &str) -> Self {
        let hint = self.hint.map_or_else(|| remark.to_owned(), |hint| format!("{hint} ({remark})"));
        Self { hint: Some(hint), ..self }
    }

    /// Adds another hint, if there is one.
    pub(crate) fn hinting(self, more: Option<String>) -> Self {
        let hint = match (self.hint.clone(), more) {
            (Some(hint), Some(more)) => Some(format!("{hint}; {more}")),
            (hint, more) => hint.or(more),
        };
        Self { hint, ..self }
    }

    /// Sets the warnings printed before.
    pub(crate) fn warned(self, warnings: &[String]) -> Self {
        Self { warnings: warnings.to_vec(), ..self }
    }

    pub(crate) fn line(&self) -> &str {
        &self.line
    }

    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

/// Known causes if the backup service rejects every call while the cluster responds to other queries.
pub(crate) const REFUSES_EVERYBODY: &str = "known causes: the cluster's certificates are declared by common name, which some releases of the service do not accept; or the section BackupRestoreService of the cluster's settings does not name the store of the encryption certificate, or names one that does not exist (SecretEncryptionCertThumbprint, SecretEncryptionCertX509StoreName). \
     Another client certificate does not help";

/// What to do about a failed call, by what only the command line knows.
fn hint(error: &Error) -> Option<String> {
    let operation = error.operation();
    match error.kind() {
        ErrorKind::PolicyNotFound if operation.name == DeleteBackupPolicy::SPEC.name => {
            Some("'sf-backup policy list' lists the policies; names are case-sensitive".to_owned())
        }
        // The response comes from the gateway, which does not know the state of the service.
        ErrorKind::BackupServiceMissing | ErrorKind::Timeout | ErrorKind::Unavailable
            if OPERATIONS.contains(&operation) && error.fabric().is_some_and(|response| response.code.is_none()) =>
        {
            let hint = advice(error)?;
            Some(format!("{hint}; 'sf-backup doctor' shows whether the backup service is deployed and healthy"))
        }
        _ => advice(error),
    }
}

/// The advice for an error, with the options to follow it.
pub(crate) fn advice(error: &Error) -> Option<String> {
    match (error.kind(), error.cause()) {
        (ErrorKind::IdentityRefused, Cause::Transport { source, .. }) => Some(pinning(source)),
        _ => advice::hint(error),
    }
}

fn pinning(source: &HttpError) -> String {
    let refused = match source {
        HttpError::IdentityRefused(refused) => refused.downcast_ref::<PeerRefused>(),
        _ => None,
    };
    let presented = refused.filter(|refused| refused.reason().can_be_pinned()).and_then(PeerRefused::presented);
    let pin = presented.map(|presented| format!(" {}", presented.sha256())).unwrap_or_default();
    format!(
        "if the certificate shown is the cluster's, pin it (--server-thumbprint{pin}) or name its issuer (--ca); if not, \
         stop: another server responds in the cluster's place"
    )
}

/// The error's own line, then the messages of the transport and the system.
pub(crate) fn with_causes(error: &Error) -> String {
    append_sources(error.to_string(), error.source())
}

fn with_sources<T: std::error::Error + 'static>(cause: &Cause<T>) -> String {
    let source = match cause {
        Cause::Transport { source, .. } => Some(source as &(dyn std::error::Error + 'static)),
        _ => None,
    };
    append_sources(cause.to_string(), source)
}

/// Adds the sources of an error.
pub(crate) fn append_sources(mut line: String, mut source: Option<&(dyn std::error::Error + 'static)>) -> String {
    while let Some(error) = source {
        let text = error.to_string();
        // Some errors contain the text of their source.
        if !line.ends_with(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        source = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use sf_backup_hyper::tls::{ServerIdentity, Thumbprint};
    use sf_backup_proto::error::TransportErrorKind;
    use sf_backup_proto::flow::{Cluster, Exchange, Moment, Outcome, Step};
    use sf_backup_proto::{Endpoint, GetBackupPolicyList};

    use super::*;

    fn refused(leaf: Option<&[u8]>) -> Error {
        let pinned = ServerIdentity::Thumbprints(vec![Thumbprint::sha1(b"another certificate")]);
        let refused = pinned.check(leaf, SystemTime::UNIX_EPOCH).unwrap_err();
        let cluster = Cluster::new("https://localhost:19080".parse::<Endpoint>().unwrap(), 1);
        let mut exchange = Exchange::new(&cluster, GetBackupPolicyList::new(), Default::default());
        assert!(matches!(exchange.step(Moment::START), Step::Send(_)));
        let source = HttpError::IdentityRefused(Box::new(refused));
        exchange.report(Outcome::Failed { fault: TransportErrorKind::IdentityRefused, source }, Moment::START);
        match exchange.step(Moment::START) {
            Step::Done(Err(error)) => error,
            step => panic!("{step:?}"),
        }
    }

    #[test]
    fn the_hint_for_a_refused_server_names_the_option_and_the_thumbprint() {
        let report = Report::of(&refused(Some(b"a certificate")));
        let pin = format!("(--server-thumbprint {})", Thumbprint::sha256(b"a certificate"));
        assert!(report.hint().unwrap().contains(&pin), "{report:?}");
        assert!(report.hint().unwrap().contains("(--ca)"), "{report:?}");
        assert!(!report.line().contains("--"), "{report:?}");
        let nothing_shown = Report::of(&refused(None));
        assert!(nothing_shown.hint().unwrap().contains("(--server-thumbprint)"), "{nothing_shown:?}");
    }
}
