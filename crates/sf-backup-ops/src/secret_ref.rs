//! Secrets by reference: `env:NAME`, `file:PATH` or `cmd:PROGRAM ARGUMENTS`, never the secret itself.
//!
//! Every file that can contain a secret can contain a reference instead. A secret that begins with one of these words
//! is written as `literal:SECRET`. This module only parses references; the caller fetches the secret.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use sf_backup_proto::Secret;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;

use crate::secrets::{Kind, rewrite, rewrite_storage};

/// A reference to a secret.
///
/// ```
/// # use sf_backup_ops::secret_ref::SecretRef;
/// let key: SecretRef = "env:BACKUP_KEY".parse()?;
/// assert_eq!(key.to_string(), "env:BACKUP_KEY");
///
/// let error = "AccountKey=hunter2".parse::<SecretRef>().unwrap_err();
/// assert_eq!(error.to_string(), "must be a reference to a secret: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS");
/// # Ok::<(), sf_backup_ops::secret_ref::NoSecretRef>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// An environment variable.
    Env(String),
    /// The contents of a file, without a line break at the end.
    File(PathBuf),
    /// The output of a program, without a line break at the end. It is started directly, not by a shell.
    Command {
        /// The program, found as the system does.
        program: String,
        /// Its arguments, separated by white space; quotes are not special.
        arguments: Vec<String>,
    },
}

/// A secret that cannot be resolved: the member and the reason, without anything secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct Unresolved {
    /// The path, such as `Storage.ConnectionString`.
    pub place: String,
    /// The reason, such as `env:BACKUP_KEY: the variable is not set`.
    pub problem: String,
}

/// Replaces each reference in a policy by what `fetch` returns. The error of `fetch` is one line without anything
/// secret.
///
/// # Errors
/// The first secret that cannot be resolved.
pub fn resolve_policy(
    policy: &mut BackupPolicyDescription,
    mut fetch: impl FnMut(&SecretRef) -> Result<Secret, String>,
) -> Result<(), Unresolved> {
    rewrite(policy, &mut |place, kind, text| resolve(place, kind, text, &mut fetch))
}

/// Replaces each reference in a storage: see [`resolve_policy`].
///
/// # Errors
/// The first secret that cannot be resolved.
pub fn resolve_storage(
    storage: &mut BackupStorageDescription,
    mut fetch: impl FnMut(&SecretRef) -> Result<Secret, String>,
) -> Result<(), Unresolved> {
    rewrite_storage(storage, "", &mut |place, kind, text| resolve(place, kind, text, &mut fetch))
}

fn resolve(
    place: &str,
    kind: Kind,
    text: &str,
    fetch: &mut dyn FnMut(&SecretRef) -> Result<Secret, String>,
) -> Result<Option<Secret>, Unresolved> {
    if kind == Kind::Unknown {
        return Ok(None);
    }
    let unresolved = |problem: String| Unresolved { place: place.to_owned(), problem };
    match self::text(text) {
        Text::Reference(reference) => fetch(&reference).map(Some).map_err(unresolved),
        Text::Literal(secret) => Ok(Some(Secret::from(secret))),
        Text::Malformed(problem) if kind == Kind::Secret => Err(unresolved(format!("{problem}; {LITERAL_ADVICE}"))),
        Text::Malformed(_) | Text::Plain(_) => Ok(None),
    }
}

/// The text in place of a secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Text<'t> {
    /// A reference.
    Reference(SecretRef),
    /// The secret, after `literal:`.
    Literal(&'t str),
    /// An invalid reference, with the reason.
    Malformed(&'static str),
    /// The secret itself.
    Plain(&'t str),
}

/// What to do about an invalid reference.
pub(crate) const LITERAL_ADVICE: &str = "write literal: before a secret that begins like this";

/// Classifies a text in place of a secret.
pub(crate) fn text(text: &str) -> Text<'_> {
    if let Some(secret) = text.strip_prefix("literal:") {
        return Text::Literal(secret);
    }
    match text.parse() {
        Ok(reference) => Text::Reference(reference),
        Err(NoSecretRef) if text.starts_with("env:") => Text::Malformed("env: is not followed by a variable's name"),
        Err(NoSecretRef) if text.starts_with("file:") => Text::Malformed("file: is not followed by a path"),
        Err(NoSecretRef) if text.starts_with("cmd:") => Text::Malformed("cmd: is not followed by a program"),
        Err(NoSecretRef) => Text::Plain(text),
    }
}

/// Text that is not a reference. Does not quote it, because it may be the secret itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSecretRef;

impl fmt::Display for NoSecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a reference to a secret: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS")
    }
}

impl std::error::Error for NoSecretRef {}

impl FromStr for SecretRef {
    type Err = NoSecretRef;

    fn from_str(text: &str) -> Result<Self, NoSecretRef> {
        let (scheme, rest) = text.split_once(':').ok_or(NoSecretRef)?;
        if rest.trim().is_empty() {
            return Err(NoSecretRef);
        }
        match scheme {
            "env" if !rest.contains(['=', '\0']) => Ok(Self::Env(rest.to_owned())),
            "file" => Ok(Self::File(rest.into())),
            "cmd" => {
                let mut words = rest.split_whitespace().map(str::to_owned);
                let program = words.next().ok_or(NoSecretRef)?;
                Ok(Self::Command { program, arguments: words.collect() })
            }
            _ => Err(NoSecretRef),
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Command { program, arguments } => {
                write!(f, "cmd:{program}")?;
                arguments.iter().try_for_each(|argument| write!(f, " {argument}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use sf_backup_proto::model::storage::{AzureBlobBackupStorageDescription, FileShareBackupStorageDescription};

    use super::*;

    fn resolved(text: &str) -> Result<String, String> {
        let mut storage = BackupStorageDescription::from(AzureBlobBackupStorageDescription::new(text, "backups"));
        let fetch = |reference: &SecretRef| match reference.to_string().as_str() {
            "env:SET" => Ok(Secret::from("fetched")),
            other => Err(format!("{other}: the variable is not set")),
        };
        resolve_storage(&mut storage, fetch).map_err(|error| error.to_string())?;
        match storage {
            BackupStorageDescription::AzureBlobStore(store) => Ok(store.connection_string.expose().to_owned()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn references_are_resolved_and_literals_are_taken_as_they_are() {
        assert_eq!(resolved("env:SET").unwrap(), "fetched");
        assert_eq!(resolved("literal:env:SET").unwrap(), "env:SET");
        assert_eq!(resolved("literal:literal:x").unwrap(), "literal:x");
        assert_eq!(resolved("AccountName=env:SET").unwrap(), "AccountName=env:SET");
        assert_eq!(resolved("env:UNSET").unwrap_err(), "ConnectionString: env:UNSET: the variable is not set");
        for malformed in ["env:", "env:A=hunter2", "file: ", "cmd:"] {
            let error = resolved(malformed).unwrap_err();
            assert!(error.contains("literal:") && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn every_password_of_a_share_is_resolved() {
        let mut share = FileShareBackupStorageDescription::new(r"\\nas\b");
        share.primary_password = Some("env:A".into());
        share.secondary_password = Some("cmd:get b".into());
        let mut storage = BackupStorageDescription::from(share);
        let mut seen = Vec::new();
        resolve_storage(&mut storage, |reference| {
            seen.push(reference.to_string());
            Ok(Secret::from("x"))
        })
        .unwrap();
        assert_eq!(seen, ["env:A", "cmd:get b"]);
    }

    #[test]
    fn references_are_displayed_as_they_are_parsed() {
        for text in ["env:SHARE_PASSWORD", "file:/run/secrets/share", "cmd:vault read -field=key kv/share"] {
            assert_eq!(text.parse::<SecretRef>().unwrap().to_string(), text);
        }
        for text in ["hunter2", "env:", "cmd: ", "pass:hunter2", "env:A=B", ""] {
            let error = text.parse::<SecretRef>().unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
