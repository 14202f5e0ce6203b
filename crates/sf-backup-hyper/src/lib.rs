#![doc = include_str!("../README.md")]

mod batch;
mod client;
mod http;
mod pager;
mod poller;
#[cfg(feature = "tls")]
mod post;

pub use batch::{Batch, Completed, Remaining};
pub use client::Client;
pub use pager::{Pager, Pages};
pub use poller::{Poller, Statuses};
#[cfg(feature = "tls")]
pub use post::post_json;
pub use sf_backup_proto as proto;
pub use sf_backup_proto::flow::{Pause, PauseReason, RetryPolicy};
#[doc(no_inline)]
pub use sf_backup_proto::*;
#[cfg(feature = "tls")]
pub use sf_backup_transport::tls;
pub use sf_backup_transport::{Error, HttpError, Panicked, RequestRecord, ServerClock, SettingsError};

/// Settings for a [`Client`].
pub type ClientBuilder = sf_backup_transport::ClientBuilder<Client>;
