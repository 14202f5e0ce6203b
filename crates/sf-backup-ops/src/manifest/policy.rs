//! A policy in a file.

use std::convert::Infallible;

use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use sf_backup_proto::error::{BuildError, Cause};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::secret::MASK;
use sf_backup_proto::{ApiVersion, CreateBackupPolicy, Endpoint, Operation, PolicyName, Secret, Target, model};

use super::read::ManifestError;
use super::view;
use crate::secret_ref::{SecretRef, Unresolved, resolve_policy};
use crate::secrets::{self, Kind};

/// The placeholder in an exported file for a secret that the cluster masks.
pub const PLACEHOLDER: &str = "<masked by the cluster; write env:NAME, file:PATH or cmd:PROGRAM here>";

/// A policy without its secrets: each is replaced by a reference, or by [`PLACEHOLDER`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy(BackupPolicyDescription);

/// A secret that the file lacks, because the cluster does not return it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {}", self.problem())]
pub struct Missing {
    /// The path, such as `Storage.ConnectionString`.
    pub place: String,
}

impl Missing {
    fn problem(&self) -> &'static str {
        "the cluster masks this secret, so it was not exported: write env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS \
         in its place"
    }
}

impl Policy {
    /// Converts a policy that the cluster returned.
    pub fn of_cluster(policy: BackupPolicyDescription) -> Self {
        Self(view::unmasked(policy.canonicalized(), PLACEHOLDER))
    }

    /// Reads a policy of a file. Validates it as before it is sent.
    ///
    /// # Errors
    /// With the place and the rule, if it is invalid, or contains a secret instead of a reference.
    pub fn read(value: &Value) -> Result<Self, ManifestError> {
        let read = model::read::<BackupPolicyDescription, _>(value);
        let mut policy = read.map_err(|error| {
            let place = if matches!(error.place(), "." | "?") { "" } else { error.place() };
            ManifestError::new(place, error.problem())
        })?;
        secrets::rewrite(&mut policy, &mut |place, kind, text| {
            let fail = |rule: &str| Err(ManifestError::new(place, rule));
            match kind {
                _ if text == MASK => fail(&format!(
                    "{MASK} is the cluster's mask for a secret, which would be stored as the secret: write env:NAME, \
                     file:PATH or cmd:PROGRAM ARGUMENTS"
                )),
                Kind::Secret if text != PLACEHOLDER => match text.parse::<SecretRef>() {
                    Ok(_) => Ok(None),
                    Err(rule) => fail(&rule.to_string()),
                },
                _ => Ok(None),
            }
        })?;
        check(&policy)?;
        Ok(Self(policy))
    }

    /// The policy, for display only: it has references instead of its secrets.
    pub fn description(&self) -> &BackupPolicyDescription {
        &self.0
    }

    /// The policy without possible secrets: texts in unknown members of a storage are hidden.
    pub fn redacted(&self) -> BackupPolicyDescription {
        view::alone(self.0.clone())
    }

    /// Its name; `None` if it cannot be sent in a request.
    pub(super) fn name(&self) -> Option<PolicyName> {
        self.0.name.parse().ok()
    }

    /// Whether it refers to a secret.
    pub fn has_secrets(&self) -> bool {
        let mut found = false;
        self.each(|_, kind, text| found |= kind == Kind::Secret || stands_for_secret(kind, text));
        found
    }

    /// Checks that every secret is given by a reference.
    ///
    /// # Errors
    /// With the first place without one.
    pub fn complete(&self) -> Result<(), Missing> {
        let mut missing = Ok(());
        self.each(|place, _, text| {
            if text == PLACEHOLDER && missing.is_ok() {
                missing = Err(Missing { place: place.to_owned() });
            }
        });
        missing
    }

    /// The policy to send, with the secret that `fetch` returns for each reference.
    ///
    /// # Errors
    /// If a secret is [`Missing`]; or the error of `fetch` with the place.
    pub fn resolved(
        &self,
        fetch: impl FnMut(&SecretRef) -> Result<Secret, String>,
    ) -> Result<BackupPolicyDescription, Unresolved> {
        self.complete()
            .map_err(|missing| Unresolved { problem: missing.problem().to_owned(), place: missing.place })?;
        let mut policy = self.0.clone();
        resolve_policy(&mut policy, fetch)?;
        Ok(policy)
    }

    fn each(&self, mut look: impl FnMut(&str, Kind, &str)) {
        let mut policy = self.0.clone();
        let visited: Result<(), Infallible> = secrets::rewrite(&mut policy, &mut |place, kind, text| {
            look(place, kind, text);
            Ok(None)
        });
        let Ok(()) = visited;
    }
}

/// Whether a text in an unknown member replaces a secret.
fn stands_for_secret(kind: Kind, text: &str) -> bool {
    text == PLACEHOLDER || (kind == Kind::UnknownOfStorage && text.parse::<SecretRef>().is_ok())
}

/// Validates the policy as before it is sent, regardless of the cluster.
fn check(policy: &BackupPolicyDescription) -> Result<(), ManifestError> {
    let Ok(nowhere) = "http://localhost".parse::<Endpoint>() else {
        return Ok(());
    };
    let target = Target::new(nowhere).api_version(ApiVersion::V6_4);
    let checked = CreateBackupPolicy::new(policy.clone()).to_request(&target);
    checked.map(|_| ()).map_err(|error| match error.cause() {
        Cause::Build(BuildError::Invalid { member, rule }) => ManifestError::new(member, rule),
        cause => ManifestError::new("", &cause.to_string()),
    })
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}
