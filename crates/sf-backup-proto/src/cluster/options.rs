use std::time::Duration;

use http::HeaderValue;

use super::{ApiVersion, Endpoint, IdDelimiter, RetryPolicy, Timeout};
use crate::secret::Secret;

/// How requests are made: api-version, timeouts, credentials, retries. Everything is optional.
///
/// A client has options for all its calls, and a call may have others: what they leave unset, the client's options decide
/// ([`Self::or`]).
///
/// ```
/// use std::time::Duration;
/// use sf_backup_proto::RequestOptions;
///
/// let of_the_client = RequestOptions::new().timeout("120".parse()?).deadline(Duration::from_secs(140));
/// let of_one_call = RequestOptions::new().timeout("5".parse()?).or(&of_the_client);
/// assert_eq!(of_one_call.get_timeout().unwrap().seconds(), 5);
/// assert_eq!(of_one_call.get_deadline(), Some(Duration::from_secs(140)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct RequestOptions {
    pub(crate) api_version: Option<ApiVersion>,
    pub(crate) id_delimiter: Option<IdDelimiter>,
    pub(crate) timeout: Option<Timeout>,
    pub(crate) bearer: Option<Secret>,
    pub(crate) request_id: Option<HeaderValue>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
}

impl RequestOptions {
    /// No option set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Uses this api-version and no other. Unless set, a [`Cluster`](crate::flow::Cluster) finds out what it takes: 6.4, or
    /// else 6.2-preview; and remembers it. A request on its own has 6.4.
    #[must_use]
    pub fn api_version(mut self, version: ApiVersion) -> Self {
        self.api_version = Some(version);
        self
    }

    /// Sets what stands between the levels of names in URLs. `/` unless set.
    #[must_use]
    pub fn id_delimiter(mut self, delimiter: IdDelimiter) -> Self {
        self.id_delimiter = Some(delimiter);
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

    /// Sends this `X-ServiceFabricRequestId`, by which the server's traces find the request; with every attempt of a call.
    /// Unless set, each attempt of a call has a new one. Text that cannot stand in a header is left out.
    #[must_use]
    pub fn request_id(mut self, id: &str) -> Self {
        self.request_id = HeaderValue::from_str(id).ok();
        self
    }

    /// Limits one attempt, from connecting to the last byte of the response. Unless set, the server's timeout and ten
    /// seconds more for the way. [`RetryPolicy::total`] limits all attempts together.
    ///
    /// With less than the server's timeout, the client may give up on what the server still does.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets when a call is tried again, and whether a lost change is verified.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// These options, and for those that are not set, `defaults`.
    #[must_use]
    pub fn or(self, defaults: &Self) -> Self {
        Self {
            api_version: self.api_version.or(defaults.api_version),
            id_delimiter: self.id_delimiter.or(defaults.id_delimiter),
            timeout: self.timeout.or(defaults.timeout),
            bearer: self.bearer.or_else(|| defaults.bearer.clone()),
            request_id: self.request_id.or_else(|| defaults.request_id.clone()),
            deadline: self.deadline.or(defaults.deadline),
            retry: self.retry.or(defaults.retry),
        }
    }

    /// The api-version, if it is set.
    pub fn get_api_version(&self) -> Option<ApiVersion> {
        self.api_version
    }

    /// The server's timeout, if it is set.
    pub fn get_timeout(&self) -> Option<Timeout> {
        self.timeout
    }

    /// The limit of one attempt, if it is set.
    pub fn get_deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// The retry policy, if it is set.
    pub fn get_retry(&self) -> Option<RetryPolicy> {
        self.retry
    }
}

/// What a request needs beside the operation: an endpoint, and options.
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
    pub(crate) options: RequestOptions,
}

impl Target {
    /// A target at `endpoint`, with api-version 6.4, `/` between levels of names, and nothing optional.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, options: RequestOptions::new() }
    }

    /// Sets all options.
    #[must_use]
    pub fn options(self, options: RequestOptions) -> Self {
        Self { options, ..self }
    }

    /// As [`RequestOptions::api_version`].
    #[must_use]
    pub fn api_version(self, version: ApiVersion) -> Self {
        self.with(|options| options.api_version(version))
    }

    /// As [`RequestOptions::id_delimiter`].
    #[must_use]
    pub fn id_delimiter(self, delimiter: IdDelimiter) -> Self {
        self.with(|options| options.id_delimiter(delimiter))
    }

    /// As [`RequestOptions::timeout`].
    #[must_use]
    pub fn timeout(self, timeout: Timeout) -> Self {
        self.with(|options| options.timeout(timeout))
    }

    /// As [`RequestOptions::bearer`].
    #[must_use]
    pub fn bearer(self, token: Secret) -> Self {
        self.with(|options| options.bearer(token))
    }

    /// As [`RequestOptions::request_id`].
    #[must_use]
    pub fn request_id(self, id: &str) -> Self {
        self.with(|options| options.request_id(id))
    }

    fn with(self, set: impl FnOnce(RequestOptions) -> RequestOptions) -> Self {
        Self { endpoint: self.endpoint, options: set(self.options) }
    }

    pub(crate) fn version(&self) -> ApiVersion {
        self.options.api_version.unwrap_or(ApiVersion::V6_4)
    }

    pub(crate) fn delimiter(&self) -> IdDelimiter {
        self.options.id_delimiter.unwrap_or_default()
    }
}
