#![doc = include_str!("../README.md")]

mod builder;
mod client;
mod exchanged;
mod http;
mod pages;

pub use builder::ClientBuilder;
pub use client::Client;
pub use exchanged::Exchanged;
pub use http::{Error, HttpError};
pub use pages::Pages;
pub use sf_backup_proto as proto;
#[doc(no_inline)]
pub use sf_backup_proto::*;
