//! The client's state machines against the simulator, in memory and with virtual time.

mod audit;
mod lost;
mod negotiation;
mod pages;
mod progress;
mod schedule;
mod week;

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use sf_backup_proto::flow::{self, Exchange, Moment, Outcome, SendOrder, Step};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
use sf_backup_proto::model::storage::{AzureBlobBackupStorageDescription, BackupStorageDescription};
use sf_backup_proto::{CreateBackupPolicy, Endpoint, Error, IsoDuration, Operation, Paged, Pager, RequestOptions};
use sf_backup_sim::{Cluster, Runtime};

const FIRST: &str = "6b1c2f7e-0000-4000-8000-000000000001";

/// A driver like those of the transports, without IO.
pub(crate) struct Driver {
    cluster: Cluster,
    state: flow::Cluster,
    /// The time since the driver was created: the sum of all pauses.
    now: Duration,
    /// Requests sent.
    sent: usize,
}

impl Driver {
    fn new(runtime: Runtime) -> Self {
        Self::of(Cluster::builder().runtime(runtime).build())
    }

    pub(crate) fn of(cluster: Cluster) -> Self {
        let endpoint: Endpoint = "http://localhost:19080".parse().unwrap();
        Self { cluster, state: flow::Cluster::new(endpoint, 1), now: Duration::ZERO, sent: 0 }
    }

    pub(crate) fn send<O: Operation>(&mut self, operation: O) -> Result<O::Response, Error<Infallible>> {
        let mut exchange = Exchange::new(&self.state, operation, RequestOptions::new());
        loop {
            match exchange.step(Moment::after(self.now)) {
                Step::Send(SendOrder { request, .. }) => {
                    self.sent += 1;
                    let response = self.cluster.respond(request.map(Bytes::from));
                    exchange.report(Outcome::Response(response), Moment::after(self.now));
                }
                Step::Wait(pause) => self.now += pause.duration,
                Step::Token(_) | Step::Pending => panic!("there is no token, and everything is reported"),
                Step::Done(result) => return result,
            }
        }
    }

    pub(crate) fn all<O: Paged>(&mut self, operation: O) -> Result<Vec<O::Item>, Error<Infallible>> {
        let mut pages = Pager::new(operation);
        let mut items = Vec::new();
        while let Some(call) = pages.next_call() {
            let response = self.send(call);
            items.extend(pages.accept(response)?);
        }
        Ok(items)
    }
}

fn blob() -> BackupStorageDescription {
    AzureBlobBackupStorageDescription::new("AccountKey=k", "c").into()
}

/// An hourly policy of full backups.
fn create(name: &str) -> CreateBackupPolicy {
    let hourly = FrequencyBasedBackupScheduleDescription::new(IsoDuration::hours(1));
    CreateBackupPolicy::new(BackupPolicyDescription::new(name, false, 0_u8, hourly, blob()))
}
