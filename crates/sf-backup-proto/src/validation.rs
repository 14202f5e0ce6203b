//! Validation of requests before they are sent.

use std::cell::RefCell;

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

/// A place in a request, the version of the request, and the problems found in the request so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ValidationPath<'a> {
    version: ApiVersion,
    problems: &'a RefCell<Vec<BuildError>>,
    parent: Option<&'a Self>,
    name: &'a str,
}

impl<'a> ValidationPath<'a> {
    /// The root of a request. What is wrong with the request is added to `problems`.
    pub(crate) fn new(version: ApiVersion, problems: &'a RefCell<Vec<BuildError>>) -> Self {
        Self { version, problems, parent: None, name: "" }
    }

    /// The place of a member.
    pub(crate) fn member(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), name, ..*self }
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
    pub(crate) fn rule(&self, holds: bool, rule: &'static str) {
        if !holds {
            self.problems.borrow_mut().push(BuildError::Invalid { member: self.path(), rule });
        }
    }

    /// Rejects what the api-version does not have. Members of later releases are sent with 6.4; only the preview lacks them.
    pub(crate) fn since(&self, release: Release) {
        if self.version.is_preview() && release > Release::LAST_PREVIEW {
            let error = BuildError::NotInVersion { what: self.path(), since: release, version: self.version };
            self.problems.borrow_mut().push(error);
        }
    }

    /// Rejects the placeholder in unknown members, which can be secrets of a later release.
    pub(crate) fn extra(&self, extra: &Extra) {
        if let Some(member) = extra.masked() {
            self.member(&member).masked();
        }
    }

    fn masked(&self) {
        self.problems.borrow_mut().push(BuildError::MaskedSecret { member: self.path() });
    }
}

/// A value that can be invalid.
pub(crate) trait Validate {
    /// Reports what is wrong with the value, which is at this place.
    fn validate(&self, _: &ValidationPath<'_>) {}
}

impl Validate for bool {}

impl Validate for crate::name::PolicyName {}

/// Rejects the server's placeholder.
impl Validate for Secret {
    fn validate(&self, at: &ValidationPath<'_>) {
        if self.is_mask() {
            at.masked();
        }
    }
}

impl<T: Validate> Validate for Option<T> {
    fn validate(&self, at: &ValidationPath<'_>) {
        if let Some(value) = self {
            value.validate(at);
        }
    }
}

// Rules of members, for the tables of the models.

pub(crate) fn valid(value: &impl Validate, at: &ValidationPath<'_>) {
    value.validate(at);
}

pub(crate) fn not_blank(text: &str, at: &ValidationPath<'_>) {
    at.rule(!text.trim().is_empty(), "must not be blank");
}

pub(crate) fn present<T>(value: &Option<T>, at: &ValidationPath<'_>) {
    at.rule(value.is_some(), "is required");
}
