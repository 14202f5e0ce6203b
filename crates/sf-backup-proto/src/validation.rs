//! Validation of requests before they are sent.

use crate::cluster::ApiVersion;
use crate::secret::Secret;
use crate::spec::Release;
use crate::wire::model::Extra;

/// Why a request could not be built. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A value that the server would reject or silently change.
    #[error("{member} {rule}")]
    Invalid {
        /// The member's path, such as `Schedule.Interval`.
        member: String,
        /// What it must be.
        rule: &'static str,
    },
    /// Something that the api-version does not support.
    #[error("{what} was introduced in runtime {since} and cannot be sent with api-version {version}")]
    NotInVersion {
        /// The operation, or the member's path.
        what: String,
        /// The runtime release that introduced it.
        since: Release,
        /// The requested version.
        version: ApiVersion,
    },
    /// The server's placeholder instead of a secret. Sending it would store four stars.
    #[error(
        "{member} contains the server's placeholder **** instead of a secret: set the real one, or clear it if there is none"
    )]
    MaskedSecret {
        /// The member's path, such as `Storage.ConnectionString`.
        member: String,
    },
    /// The URI would be too long.
    #[error("the request line is too long")]
    TooLong,
}

/// A place in a request, and the version of the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ValidationPath<'a> {
    version: ApiVersion,
    parent: Option<&'a Self>,
    name: &'a str,
}

impl<'a> ValidationPath<'a> {
    pub(crate) fn new(version: ApiVersion) -> Self {
        Self { version, parent: None, name: "" }
    }

    /// The place of a member.
    pub(crate) fn member(&'a self, name: &'a str) -> Self {
        Self { version: self.version, parent: Some(self), name }
    }

    fn path(&self) -> String {
        let mut path = self.parent.map(ValidationPath::path).unwrap_or_default();
        if !path.is_empty() && !self.name.is_empty() {
            path.push('.');
        }
        path.push_str(self.name);
        path
    }

    /// Rejects the value unless `holds`.
    pub(crate) fn rule(&self, holds: bool, rule: &'static str) -> Result<(), BuildError> {
        if holds { Ok(()) } else { Err(BuildError::Invalid { member: self.path(), rule }) }
    }

    /// Rejects a member that the api-version does not have. Members of later releases are sent with 6.4; only the preview
    /// lacks them.
    pub(crate) fn since(&self, release: Release) -> Result<(), BuildError> {
        if self.version.is_preview() && release > Release::LAST_PREVIEW {
            return Err(BuildError::NotInVersion { what: self.path(), since: release, version: self.version });
        }
        Ok(())
    }

    /// Rejects the server's placeholder for a secret.
    pub(crate) fn secret(&self, secret: &Secret) -> Result<(), BuildError> {
        if secret.is_mask() { Err(BuildError::MaskedSecret { member: self.path() }) } else { Ok(()) }
    }

    /// Rejects the placeholder in unknown members, which can be secrets of a later release.
    pub(crate) fn extra(&self, extra: &Extra) -> Result<(), BuildError> {
        match extra.masked() {
            Some(member) => Err(BuildError::MaskedSecret { member: self.member(&member).path() }),
            None => Ok(()),
        }
    }
}

/// A body that can be validated.
pub(crate) trait Validate {
    fn validate(&self, _: &ValidationPath<'_>) -> Result<(), BuildError> {
        Ok(())
    }

    /// The entity of a call with this body, if its path does not name it.
    fn entity(&self) -> Option<String> {
        None
    }
}

impl Validate for bool {}

impl Validate for crate::name::PolicyName {}
