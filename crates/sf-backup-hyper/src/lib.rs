#![doc = include_str!("../README.md")]

mod builder;
mod client;
mod http;
mod many;
mod pages;
mod run;
#[cfg(feature = "tls")]
mod secured;
#[cfg(not(feature = "tls"))]
#[path = "unsecured.rs"]
mod secured;
mod trace;

pub use builder::ClientBuilder;
pub use client::Client;
pub use http::Error;
pub use many::{Done, Many};
pub use pages::{Items, Pages};
pub use run::Run;
pub use sf_backup_proto as proto;
pub use sf_backup_proto::error::HttpError;
pub use sf_backup_proto::flow::{Exchanged, RetryPolicy};
#[doc(no_inline)]
pub use sf_backup_proto::*;
#[cfg(feature = "tls")]
pub use sf_backup_tls as tls;
