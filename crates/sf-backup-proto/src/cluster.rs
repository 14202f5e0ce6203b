//! Where requests go and how they are dressed: endpoint, api-version, id delimiter, timeout, token.

mod endpoint;
mod endpoints;
mod timeout;
mod version;

pub use endpoint::{Endpoint, EndpointError};
pub use endpoints::Endpoints;
pub use timeout::{Timeout, TimeoutError};
pub use version::{ApiVersion, ApiVersionError};

use crate::secret::Secret;

/// What stands between the levels of an application's or a service's name in a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdDelimiter {
    /// `/`, which every official client sends and real clusters understand on backup routes.
    #[default]
    Slash,
    /// `~`, as the documents' prose asks for since 6.0; real clusters do not decode it on backup routes.
    Tilde,
}

impl IdDelimiter {
    pub(crate) fn as_char(self) -> char {
        match self {
            Self::Slash => '/',
            Self::Tilde => '~',
        }
    }
}

/// All that a request needs beside the operation: where to, and in which dress.
///
/// ```
/// use sf_backup_proto::{ApiVersion, Operation, ResumeServiceBackup, Target};
///
/// let to = Target::new("http://localhost:19080".parse()?).api_version(ApiVersion::V6_2_PREVIEW);
/// let resume = ResumeServiceBackup::new("fabric:/CalcApp/CalcService".parse()?);
/// let request = resume.to_request(&to)?;
/// assert_eq!(
///     request.uri(),
///     "http://localhost:19080/Services/CalcApp/CalcService/$/ResumeBackup?api-version=6.2-preview"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Target {
    pub(crate) endpoint: Endpoint,
    pub(crate) api_version: ApiVersion,
    pub(crate) id_delimiter: IdDelimiter,
    pub(crate) timeout: Option<Timeout>,
    pub(crate) bearer: Option<Secret>,
    pub(crate) request_id: Option<http::HeaderValue>,
}

impl Target {
    /// A target at `endpoint`, with api-version 6.4, `/` between levels of names, and nothing optional.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            api_version: ApiVersion::V6_4,
            id_delimiter: IdDelimiter::default(),
            timeout: None,
            bearer: None,
            request_id: None,
        }
    }

    /// Sets the api-version.
    #[must_use]
    pub fn api_version(mut self, version: ApiVersion) -> Self {
        self.api_version = version;
        self
    }

    /// Sets what stands between the levels of names.
    #[must_use]
    pub fn id_delimiter(mut self, delimiter: IdDelimiter) -> Self {
        self.id_delimiter = delimiter;
        self
    }

    /// Asks the server to give up after this time. Not sent unless set; the server's own default is 60 s.
    #[must_use]
    pub fn timeout(mut self, timeout: Timeout) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sends `Authorization: Bearer …`, marked sensitive.
    #[must_use]
    pub fn bearer(mut self, token: Secret) -> Self {
        self.bearer = Some(token);
        self
    }

    /// Sends `X-ServiceFabricRequestId`, by which the server's traces find the request. Text that cannot stand in a
    /// header is left out.
    #[must_use]
    pub fn request_id(mut self, id: &str) -> Self {
        self.request_id = http::HeaderValue::from_str(id).ok();
        self
    }
}
