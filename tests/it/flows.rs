//! The client's state machines against the simulator, in memory and on virtual time.

mod negotiation;
mod pages;
mod progress;

use std::convert::Infallible;

use bytes::Bytes;
use sf_backup_proto::flow::{ClusterState, Exchange, Outcome, Step};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
use sf_backup_proto::model::storage::{AzureBlobBackupStorageDescription, BackupStorageDescription};
use sf_backup_proto::{CreateBackupPolicy, Error, IsoDuration, Operation, Paged, Pager, Target};
use sf_backup_sim::{Cluster, Runtime};

const FIRST: &str = "6b1c2f7e-0000-4000-8000-000000000001";

/// A driver as transports have it, without a transport.
struct Driver {
    cluster: Cluster,
    state: ClusterState,
    /// Requests sent.
    sent: usize,
}

impl Driver {
    fn new(runtime: Runtime) -> Self {
        Self::of(Cluster::builder().runtime(runtime).build())
    }

    fn of(cluster: Cluster) -> Self {
        Self { cluster, state: ClusterState::default(), sent: 0 }
    }

    fn send<O: Operation>(&mut self, operation: O) -> Result<O::Response, Error<Infallible>> {
        let target = Target::new("http://localhost:19080".parse().unwrap());
        let mut exchange = Exchange::new(operation, target).negotiate();
        loop {
            match exchange.step(&self.state) {
                Step::Send { request, .. } => {
                    self.sent += 1;
                    let answer = self.cluster.answer(request.map(Bytes::from));
                    exchange.report(Outcome::Answered(answer), &mut self.state);
                }
                Step::Done(result) => return result,
            }
        }
    }

    fn all<O: Paged>(&mut self, operation: O) -> Result<Vec<O::Item>, Error<Infallible>> {
        let mut pages = Pager::new(operation);
        let mut items = Vec::new();
        while let Some(call) = pages.next_call() {
            let reply = self.send(call);
            items.extend(pages.accept(reply)?);
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
