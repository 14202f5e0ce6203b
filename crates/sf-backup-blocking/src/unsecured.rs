//! What a build without TLS has in place of its settings.

use std::convert::Infallible;

use sf_backup_proto::error::HttpError;
use sf_backup_proto::{Endpoints, Secret};

pub(crate) type SettingsError = Infallible;

#[derive(Debug, Clone, Default)]
pub(crate) struct Secured {}

#[derive(Debug, Clone)]
pub(crate) struct Security;

#[derive(Debug)]
pub(crate) struct Bearer;

impl Secured {
    pub(crate) fn security(&self, _: &Endpoints) -> Result<Security, SettingsError> {
        Ok(Security)
    }

    pub(crate) fn bearer(&self) -> Bearer {
        Bearer
    }
}

/// There is no token where it could only be betrayed.
impl Bearer {
    pub(crate) fn token(&self) -> Result<Option<Secret>, HttpError> {
        Ok(None)
    }

    pub(crate) fn fresh(&self, _: Option<&Secret>) -> Option<Secret> {
        None
    }
}
