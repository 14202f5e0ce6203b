//! The common part of the clients of both transports.

/// Declares `Client`, a [`Handle`](crate::Handle) of this HTTP stack, with everything except its calls.
#[doc(hidden)]
#[macro_export]
macro_rules! client {
    ($(#[$meta:meta])* $Http:ty) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub struct Client(pub(crate) $crate::Handle<$Http>);

        impl Client {
            /// Creates a client of the cluster at `endpoint` with default settings.
            pub fn new(endpoint: $crate::proto::Endpoint) -> Self {
                Self::builder(endpoint).build()
            }

            /// Returns a builder for a client of the cluster at `endpoint`.
            pub fn builder(endpoint: $crate::proto::Endpoint) -> $crate::ClientBuilder<Self> {
                $crate::ClientBuilder::new(endpoint)
            }

            /// Returns a clone with these options for its calls. Options that are not set stay as they are.
            #[must_use]
            pub fn with_options(&self, options: $crate::proto::RequestOptions) -> Self {
                Self(self.0.with_options(options))
            }

            /// Returns a clone whose calls have this retry policy.
            #[must_use]
            pub fn with_retry(&self, policy: $crate::proto::flow::RetryPolicy) -> Self {
                self.with_options($crate::proto::RequestOptions::new().retry(policy))
            }

            /// The endpoints of the cluster.
            pub fn endpoints(&self) -> &$crate::proto::Endpoints {
                self.0.shared().endpoints()
            }

            /// Creates a request id, to know it before the call that uses it: see
            /// [`RequestOptions::request_id`](sf_backup_proto::RequestOptions::request_id).
            pub fn request_id(&self) -> String {
                self.0.shared().request_id()
            }

            /// The difference between the cluster's clock and that of this machine; `None` until a response had a valid
            /// `Date` header. Every response improves it.
            pub fn clock(&self) -> Option<$crate::ServerClock> {
                self.0.shared().clock()
            }

            /// The current time of the cluster; `None` as for [`clock`](Self::clock). Use it to compute ages of backups.
            /// [`uncertainty`](sf_backup_transport::ServerClock::uncertainty) is its accuracy.
            pub fn server_now(&self) -> Option<$crate::proto::Timestamp> {
                self.0.shared().server_now()
            }
        }

        impl $crate::Build for Client {
            fn from_settings(
                settings: $crate::Settings,
                policy: Result<$crate::ConnectionPolicy, std::sync::Arc<$crate::SettingsError>>,
            ) -> Self {
                let http = policy.map(|policy| <$Http>::new(settings.response_limit(), policy));
                Self($crate::Handle::new(settings, http))
            }
        }
    };
}
