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
            /// No options: what the server and the client do by default.
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

            /// These options, and for those that are not set, `defaults`.
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
    /// // The call has a timeout of 5 s and the client's deadline.
    /// # let _ = of_one_call;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    request {
        /// Uses this api-version and no other. Unless set, a [`Cluster`](crate::flow::Cluster) finds out what it takes: 6.4, or
        /// else 6.2-preview; and remembers it. A request on its own has 6.4.
        api_version: ApiVersion = |version: ApiVersion| Some(version);
        /// Sets what stands between the levels of names in URLs. `/` unless set.
        id_delimiter: IdDelimiter = |delimiter: IdDelimiter| Some(delimiter);
        /// Asks the server to give up after this time. Not sent unless set; the server's own default is 60 s.
        timeout: Timeout = |timeout: Timeout| Some(timeout);
        /// Sends `Authorization: Bearer …`, marked sensitive.
        bearer: Secret = |token: Secret| Some(token);
        /// Sends this `X-ServiceFabricRequestId`, by which the server's traces find the request; with every attempt of a call.
        /// Unless set, each attempt of a call has a new one. Text that cannot stand in a header is left out.
        request_id: HeaderValue = |id: &str| HeaderValue::from_str(id).ok();
    }
    call {
        /// Limits one attempt, from connecting to the last byte of the response. Unless set, the server's timeout and ten
        /// seconds more for the way. [`RetryPolicy::total`] limits all attempts together.
        ///
        /// With less than the server's timeout, the client may give up on what the server still does.
        deadline: Duration;
        /// Sets when a call is tried again, and whether a lost change is verified.
        retry: RetryPolicy;
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

    pub(crate) fn version(&self) -> ApiVersion {
        self.options.api_version.unwrap_or(ApiVersion::V6_4)
    }

    pub(crate) fn delimiter(&self) -> IdDelimiter {
        self.options.id_delimiter.unwrap_or_default()
    }
}
