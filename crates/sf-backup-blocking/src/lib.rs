#![doc = include_str!("../README.md")]

mod builder;
mod client;
mod http;
mod pages;

pub use builder::ClientBuilder;
pub use client::Client;
pub use http::Error;
pub use pages::Pages;
pub use sf_backup_proto as proto;
pub use sf_backup_proto::error::HttpError;
pub use sf_backup_proto::flow::{Exchanged, RetryPolicy};
#[doc(no_inline)]
pub use sf_backup_proto::*;
