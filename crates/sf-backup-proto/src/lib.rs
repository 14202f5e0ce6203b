//! The Service Fabric Backup & Restore REST API without IO.
//!
//! Operations are values. A value builds an [`http::Request`] and reads the [`http::Response`]; who sends it is up to you.
//! Nothing here opens a socket, reads a clock, draws a random number or needs a runtime. `sf-backup-hyper` and
//! `sf-backup-blocking` are transports on top.
//!
//! With an HTTP client of your own, this is the whole program:
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
//!     let reply = call.parse(&http(call.to_request(&to)?)?);
//!     for backup in pages.accept(reply)? {
//!         println!("{:?}", backup.backup_id);
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Read on in this order: [`operations`] (the table), [`Operation`], [`flow::Exchange`], then a transport's `client.rs`.

pub mod cluster;
pub mod error;
pub mod flow;
pub mod model;
pub mod name;
pub mod operation;
pub mod operations;
pub mod secret;
#[cfg(feature = "server")]
pub mod server;
#[cfg(test)]
mod tests;
mod text;
pub mod time;
mod wire;

pub use cluster::{
    ApiVersion, ApiVersionError, Endpoint, EndpointError, Endpoints, IdDelimiter, Target, Timeout, TimeoutError,
};
pub use error::{Error, ErrorKind, FabricError, FabricErrorCode};
pub use flow::pager::Pager;
pub use model::page::Page;
pub use name::{ApplicationId, ContinuationToken, NameError, PartitionId, PolicyName, ServiceId};
pub use operation::spec::OperationSpec;
pub use operation::{Operation, Paged, Reply};
pub use operations::*;
pub use secret::Secret;
pub use time::{IsoDuration, RunTime, TimeError, Timestamp};
pub use wire::body::Body;
