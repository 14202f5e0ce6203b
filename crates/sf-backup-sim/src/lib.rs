//! A Service Fabric cluster with its Backup & Restore service, simulated in one process.
//!
//! Use it to test anything that talks to a real cluster. A cluster responds to requests in memory, or listens on its
//! own port. It responds as the real server does: the same checks in the same order, the same messages, the same
//! quirks. Its behavior depends only on the requests, a seed and its own time. That time stands still until
//! [`Cluster::advance`], and follows real time only while the cluster listens on a socket.
//!
//! A test without a cluster, and without waiting for real time to pass:
//!
//! ```
//! use std::time::Duration;
//! use sf_backup_proto::{EnableServiceBackup, GetServiceBackupList, Operation, Target};
//! use sf_backup_sim::Cluster;
//!
//! # fn create_policy(cluster: &Cluster) -> Result<(), Box<dyn std::error::Error>> {
//! #     let policy = r#"{"Name":"Daily","MaxIncrementalBackups":6,"Schedule":{"ScheduleKind":"FrequencyBased","Interval":"P1D"},
//! #         "Storage":{"StorageKind":"FileShare","Path":"//nas/backup"}}"#;
//! #     let request = http::Request::post("/BackupRestore/BackupPolicies/$/Create?api-version=6.4");
//! #     let response = cluster.respond(request.header("content-type", "application/json").body(policy.into())?);
//! #     assert_eq!(response.status(), 201);
//! #     Ok(())
//! # }
//! let cluster = Cluster::builder().build();
//! create_policy(&cluster)?; // in any way
//! let to = Target::new("http://localhost:19080".parse()?);
//! let enable = EnableServiceBackup::new("fabric:/CalcApp/CalcService".parse()?, "Daily".parse()?);
//! enable.parse(&cluster.respond(enable.to_request(&to)?.map(Into::into)))?;
//! cluster.advance(Duration::from_secs(2 * 86_400));
//! let list = GetServiceBackupList::new(enable.service.clone());
//! let page = list.parse(&cluster.respond(list.to_request(&to)?.map(Into::into)))?;
//! assert_eq!(page.items.len(), 4); // two partitions, two days
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The same over a socket, for any client in any language:
//!
//! ```
//! use std::io::{Read, Write};
//!
//! let listening = sf_backup_sim::Cluster::builder().build().listen()?;
//! let mut socket = std::net::TcpStream::connect(listening.address())?;
//! socket.write_all(b"GET /BackupRestore/BackupPolicies?api-version=6.4 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")?;
//! let mut response = String::new();
//! socket.read_to_string(&mut response)?;
//! assert!(response.starts_with("HTTP/1.1 200 OK") && response.ends_with(r#"{"ContinuationToken":null,"Items":[]}"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod api;
mod http;
mod world;

pub use api::builder::ClusterBuilder;
pub use api::cluster::Cluster;
pub use api::expectation::{Expectation, UnmetExpectation};
pub use api::gallery::{BuiltIn, GALLERY};
pub use api::listen::Listening;
pub use api::scenario::ScenarioError;
pub use api::state_file::StateError;
pub use api::{control, listen, scenario};
pub use http::date_header::DateHeader;
pub use http::fault::{Fault, Tokens};
pub use world::clock::{Speed, SpeedError};
pub use world::effect::{Effect, EffectKind};
pub use world::refusal::Refusal;
pub use world::runtime::{Role, Runtime, RuntimeError};
pub use world::state::store::Storages;
pub use world::topology;
pub use world::topology::{Topology, TopologyError};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
