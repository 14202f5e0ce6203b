//! Where requests go, and their options: api-version, id delimiter, timeouts, token, retries.

mod endpoint;
mod endpoints;
mod options;
mod retry;
mod timeout;
mod version;

pub use crate::wire::IdDelimiter;
pub use endpoint::{Endpoint, EndpointError};
pub use endpoints::Endpoints;
pub use options::{RequestOptions, Target};
pub use retry::RetryPolicy;
pub use timeout::{Timeout, TimeoutError};
pub use version::{ApiVersion, ApiVersionError};
