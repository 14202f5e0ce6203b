#![doc = include_str!("../README.md")]

mod call;
mod client;
mod clock;
mod error;
mod handle;
mod head;
mod observe;
mod panicked;
mod policy;
mod settings;
#[cfg(feature = "tls")]
pub mod tls;
mod uri;
mod wait;

#[doc(hidden)]
pub use sf_backup_proto as proto;

pub use call::{Call, Drive, Shared, Step, TokenRequest};
pub use clock::ServerClock;
pub use error::{Error, Failure, HttpError, MalformedHead};
pub use handle::Handle;
pub use head::Head;
pub use observe::{RequestRecord, in_span, within_span};
pub use panicked::Panicked;
pub use policy::{ConnectStep, ConnectionPolicy, SettingsError};
pub use settings::{Build, ClientBuilder, Settings};
pub use uri::host_and_port;
pub use wait::Watch;
