#![doc = include_str!("../README.md")]

mod call;
mod error;
mod observe;
mod settings;
#[cfg(feature = "tls")]
pub mod tls;
mod wait;

pub use call::{Call, Shared, Step, TokenRequest};
pub use error::{Error, Failure, HttpError};
pub use observe::{RequestRecord, in_span, within_span};
pub use settings::{Build, ClientBuilder, ConnectionPolicy, Settings, SettingsError};
pub use wait::Watch;
