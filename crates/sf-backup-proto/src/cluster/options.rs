use std::time::Duration;

use http::HeaderValue;

use super::{ApiVersion, Endpoint, IdDelimiter, RetryPolicy, Timeout};
use crate::secret::Secret;

/// Declares the options of requests, each with a setter here and on [`Target`], and those of calls, which consist of several
/// requests.
macro_rules! options {
    (
        $(#[$meta:meta])*
        request { $($(#[$rm:meta])* $r:ident: $rt:ty = |$given:ident: $gt:ty| $kept:expr;)+ }
        call { $($(#[$cm:meta])* $c:ident: $ct:ty;)+ }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default)]
        pub struct RequestOptions {
            $(pub(crate) $r: Option<$rt>,)+
            $(pub(crate) $c: Option<$ct>,)+
        }

        impl RequestOptions {
            /// Creates options of which none is set.
            pub fn new() -> Self {
                Self::default()
            }
            $(
                $(#[$rm])*
                #[must_use]
                pub fn $r(mut self, $given: $gt) -> Self {
                    self.$r = $kept;
                    self
                }
            )+
            $(
                $(#[$cm])*
                #[must_use]
                pub fn $c(mut self, $c: $ct) -> Self {
                    self.$c = Some($c);
                    self
                }
            )+

            /// Takes the options that are not set from `defaults`.
            #[must_use]
            pub fn or(self, defaults: &Self) -> Self {
                Self {
                    $($r: self.$r.or_else(|| defaults.$r.clone()),)+
                    $($c: self.$c.or(defaults.$c),)+
                }
            }
        }

        impl Target {
            $(
                #[doc = concat!("As [`RequestOptions::", stringify!($r), "`].")]
                #[must_use]
                pub fn $r(mut self, $given: $gt) -> Self {
                    self.options = self.options.$r($given);
                    self
                }
            )+
        }
    };
}

options! {
    /// Options of requests: api-version, timeouts, credentials, retries. All are optional.
    ///
    /// A client has options for all its calls. A call can have its own; options that it leaves unset are the client's
    /// ([`Self::or`]).
    ///
    /// ```
    /// use std::time::Duration;
    /// use sf_backup_proto::RequestOptions;
    ///
    /// let client_options = RequestOptions::new().timeout("120".parse()?).deadline(Duration::from_secs(140));
    /// let call_options = RequestOptions::new().timeout("5".parse()?).or(&client_options);
    /// // The call has a timeout of 5 s and the client's deadline.
    /// # let _ = call_options;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    request {
        /// Sets the api-version. Unless set, a [`Cluster`](crate::flow::Cluster) tries 6.4, then 6.2-preview, and
        /// remembers which one the cluster accepts. A request that is built without one has 6.4.
        api_version: ApiVersion = |version: ApiVersion| Some(version);
        /// Sets the separator between the levels of names in URLs. Default: `/`.
        id_delimiter: IdDelimiter = |delimiter: IdDelimiter| Some(delimiter);
        /// Sets the time after which the server gives up. Not sent unless set; the server's default is 60 s.
        timeout: Timeout = |timeout: Timeout| Some(timeout);
        /// Sets the token of the header `Authorization: Bearer …`, which is marked as sensitive.
        bearer: Secret = |token: Secret| Some(token);
        /// Sets the header `X-ServiceFabricRequestId` of every attempt, by which the server's traces identify the
        /// request. Unless set, each attempt has a new id. Ignored if `id` is not valid in a header.
        request_id: HeaderValue = |id: &str| HeaderValue::from_str(id).ok();
    }
    call {
        /// Limits one attempt, from connecting to the last byte of the response. Default: the server's timeout and 10 s
        /// more for the transfer. [`RetryPolicy::total`] limits all attempts together.
        ///
        /// With a limit below the server's timeout, the client can give up on a request that the server still carries
        /// out.
        deadline: Duration;
        /// Sets when a call is retried, and whether a change is verified if its response is lost.
        retry: RetryPolicy;
    }
}

/// The endpoint and the options of a request.
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
    /// Creates a target at `endpoint`. Unless set, the api-version is 6.4 and `/` separates the levels of names.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, options: RequestOptions::new() }
    }

    /// Sets all options.
    #[must_use]
    pub fn options(self, options: RequestOptions) -> Self {
        Self { options, ..self }
    }

    pub(crate) fn version(&self) -> ApiVersion {
        self.options.api_version.unwrap_or(ApiVersion::V6_4)
    }

    pub(crate) fn delimiter(&self) -> IdDelimiter {
        self.options.id_delimiter.unwrap_or_default()
    }
}
