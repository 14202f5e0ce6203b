//! A Service Fabric cluster with its Backup & Restore service, simulated in one process.
//!
//! For tests of anything that talks to the real one. A cluster answers requests in memory, or listens on a port of its own,
//! and it answers as the real server does: with its checks in its order, its messages, its quirks. What it does follows from
//! the requests and a seed alone; it reads no clock.
//!
//! A test without a cluster, and without a socket:
//!
//! ```
//! use sf_backup_proto::{ApiVersion, EnableServiceBackup, ErrorKind, Operation, Target};
//! use sf_backup_sim::Cluster;
//!
//! let cluster = Cluster::builder().build();
//! let to = Target::new("http://localhost:19080".parse()?).api_version(ApiVersion::V6_4);
//! let enable = EnableServiceBackup::new("fabric:/CalcApp/CalcService".parse()?, "Daily".parse()?);
//! let answer = cluster.answer(enable.to_request(&to)?.map(Into::into));
//! let error = enable.parse(&answer).unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::PolicyNotFound);
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
//! let mut answer = String::new();
//! socket.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with(r#"{"ContinuationToken":null,"Items":[]}"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod listen;
pub mod topology;

mod bind;
mod clock;
mod cluster;
mod effect;
mod entity;
mod gateway;
mod inventory;
mod pipeline;
mod random;
mod refusal;
mod runtime;
mod service;
mod span;
mod state;

pub use clock::{Speed, SpeedError};
pub use cluster::{Cluster, ClusterBuilder};
pub use effect::{Effect, EffectKind};
pub use gateway::NOT_YET;
pub use listen::Listening;
pub use runtime::{Role, Runtime, RuntimeError};
pub use state::store::Storages;
pub use topology::{Topology, TopologyError};
