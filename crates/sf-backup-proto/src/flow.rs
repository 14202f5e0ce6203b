//! Calls as state machines without IO: retries, failover, lists, and waiting for backups and restores. A driver owns
//! sockets, clocks and randomness; it reports what happened and follows the next instruction.
//!
//! ```text
//!              step                                 step
//!   ┌──────▶ Send ────────▶ (the driver sends) ─ report ─┐
//!   │                                                    ▼
//!   │        Wait ◀───────────────────────────────── decide ──────▶ Done ─ step ─▶ Pending
//!   │          │ time passes                              │
//!   ├──────────┘                                          │ 401 or 403, or no token yet
//!   └───────────────── token ◀─ (the driver asks) ◀─ Token ┘
//! ```
//!
//! [`Exchange::step`] returns the next instruction. It returns [`Step::Pending`] while a response or a token is due and
//! after [`Step::Done`], so an extra call does nothing, and each request is returned once.
//!
//! A complete driver: calls with retries and failover, a list, and a backup until its end.
//!
//! ```
//! use std::time::{Duration, Instant};
//!
//! use bytes::Bytes;
//! use sf_backup_proto::error::TransportErrorKind;
//! use sf_backup_proto::flow::{Cluster, Exchange, Moment, Outcome, Progress, ProgressStep, LongRunning, Step};
//! use sf_backup_proto::*;
//!
//! /// A client on an HTTP library of your own.
//! struct Client {
//!     cluster: Cluster,
//!     options: RequestOptions,
//!     start: Instant,
//! #   served: std::cell::Cell<u32>,
//! }
//!
//! type CallError = Error<std::io::Error>;
//!
//! impl Client {
//!     fn send<O: Operation>(&self, operation: O) -> Result<O::Response, CallError> {
//!         let mut exchange = Exchange::new(&self.cluster, operation, self.options.clone());
//!         loop {
//!             match exchange.step(self.now()) {
//!                 Step::Send(order) => {
//!                     let outcome = match self.http(order.request, order.deadline) {
//!                         Ok(response) => Outcome::Response(response),
//!                         // If in doubt, report Lost: a change that must not be repeated is then verified, not sent again.
//!                         Err(error) => Outcome::Failed { fault: TransportErrorKind::from(error.kind()), source: error },
//!                     };
//!                     exchange.report(outcome, self.now());
//!                 }
//!                 Step::Wait(pause) => self.sleep(pause.duration),
//!                 Step::Token(_) => exchange.token(Ok(None)), // there is no source of tokens
//!                 Step::Done(result) => return result,
//!                 Step::Pending => unreachable!("everything is reported at once"),
//!             }
//!         }
//!     }
//!
//!     fn now(&self) -> Moment {
//!         Moment::after(self.start.elapsed())
//!     }
//! #
//! #   fn sleep(&self, _: Duration) {}
//! #
//! #   fn http(&self, request: http::Request<Body>, _: Duration) -> std::io::Result<http::Response<Bytes>> {
//! #       self.served.set(self.served.get() + 1);
//! #       if self.served.get() == 1 {
//! #           return Err(std::io::ErrorKind::ConnectionRefused.into());
//! #       }
//! #       let respond = |status: u16, body: &'static str| {
//! #           let mut response = http::Response::new(Bytes::from_static(body.as_bytes()));
//! #           *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
//! #           Ok(response)
//! #       };
//! #       match (request.method().as_str(), request.uri().path().rsplit('/').next().unwrap()) {
//! #           ("POST", _) => respond(202, ""),
//! #           (_, "BackupPolicies") => respond(200, r#"{"Items":[],"ContinuationToken":null}"#),
//! #           _ if self.served.get() < 6 => respond(200, "null"),
//! #           _ => respond(200, r#"{"BackupState":"Success"}"#),
//! #       }
//! #   }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let endpoints: Endpoints = "http://10.0.0.4:19080,http://10.0.0.5:19080".parse()?;
//! let client = Client {
//!     cluster: Cluster::new(endpoints, 42), // seed it at random
//!     options: RequestOptions::new().timeout("60".parse()?),
//!     start: Instant::now(),
//! #   served: Default::default(),
//! };
//!
//! // A list, page by page.
//! let mut pager = Pager::new(GetBackupPolicyList::new());
//! while let Some(call) = pager.next_call() {
//!     for policy in pager.accept(client.send(call))? {
//!         println!("{}", policy.name);
//!     }
//! }
//!
//! // A backup until its end. The progress before it distinguishes the new run from the last one.
//! let backup = BackupPartition::new("6b1c2f7e-0000-4000-8000-000000000001".parse()?);
//! let before = client.send(backup.read_progress())?;
//! client.send(backup.clone())?;
//! let mut progress: Progress<_> = backup.progress(before);
//! loop {
//!     match progress.step(client.now()) {
//!         ProgressStep::Poll => {
//!             let reading = client.send(backup.read_progress())?;
//!             progress.accept(reading, client.now());
//!         }
//!         ProgressStep::Wait(pause) => {
//!             client.sleep(pause);
//! #           break;
//!         }
//!         ProgressStep::Ended(ended) => {
//!             println!("{ended:?}");
//!             break;
//!         }
//!     }
//! }
//! # Ok(())
//! # }
//! ```

pub mod cluster;
pub mod exchange;
mod moment;
pub mod pager;
pub mod progress;
mod reading;
pub(crate) mod resolve;

pub use crate::cluster::RetryPolicy;
pub use cluster::Cluster;
pub use exchange::{AnyExchange, Exchange, Outcome, Pause, PauseReason, SendOrder, Step, TokenOrder};
pub use moment::Moment;
pub use progress::{
    HasPhase, LongRunning, Observed, Phase, PollEvent, Progress, ProgressStep, WaitOutcome, new_run_started,
};
