//! The Service Fabric Backup & Restore REST API, without IO.
//!
//! An operation is a value that builds an [`http::Request`] and parses the [`http::Response`]. Send the request with
//! any HTTP client. This crate opens no sockets, reads no clock, uses no randomness and needs no runtime.
//! `sf-backup-hyper` and `sf-backup-blocking` are ready-made transports.
//!
//! A complete program with your own HTTP client:
//!
//! ```
//! use bytes::Bytes;
//! use sf_backup_proto::{
//!     ApiVersion, Body, EnableServiceBackup, GetServiceBackupList, Operation, Pager, ServiceId, Target,
//! };
//!
//! # struct MyClient;
//! # impl MyClient {
//! #     fn call(&self, r: http::Request<Bytes>) -> Result<http::Response<Bytes>, std::io::Error> {
//! #         let (status, body) = if r.method() == "POST" { (202, "") } else { (200, r#"{"Items":[{"BackupType":"Full"}]}"#) };
//! #         Ok(http::Response::builder().status(status).body(Bytes::from(body)).unwrap())
//! #     }
//! # }
//! # let my_client = MyClient;
//! let to = Target::new("https://c1:19080".parse()?).api_version(ApiVersion::V6_4);
//! let service: ServiceId = "fabric:/CalcApp/CalcService".parse()?;
//! let http = |r: http::Request<Body>| my_client.call(r.map(Bytes::from));
//!
//! let enable = EnableServiceBackup::new(service.clone(), "Daily".parse()?);
//! enable.parse(&http(enable.to_request(&to)?)?)?;
//!
//! let mut pages = Pager::new(GetServiceBackupList::new(service));
//! while let Some(call) = pages.next_call() {
//!     let response = call.parse(&http(call.to_request(&to)?)?);
//!     for backup in pages.accept(response)? {
//!         println!("{:?}", backup.backup_id);
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! To learn the crate, read [`operations`] (the table), [`Operation`] and [`flow::Exchange`], then a transport's
//! `client.rs`.

pub mod cluster;
mod code;
pub mod error;
mod expected;
pub mod flow;
pub mod model;
pub mod name;
pub mod operation;
pub mod operations;
mod response;
pub mod secret;
mod spec;
#[cfg(test)]
mod tests;
mod text;
pub mod time;
mod validation;
mod wire;

pub use cluster::{
    ApiVersion, ApiVersionError, Endpoint, EndpointError, Endpoints, IdDelimiter, RequestOptions, Target, Timeout,
    TimeoutError,
};
pub use error::{Error, ErrorKind, FabricError, FabricErrorCode};
pub use flow::pager::Pager;
pub use model::page::Page;
pub use name::{ApplicationId, ContinuationToken, NameError, PartitionId, PolicyName, ServiceId};
pub use operation::{Operation, Paged, ResponseValue};
pub use operations::*;
pub use secret::Secret;
pub use spec::OperationSpec;
pub use time::{IsoDuration, RunTime, TimeError, Timestamp};
pub use wire::body::Body;
