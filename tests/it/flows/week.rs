//! A simulated week of all operations, run twice in memory and twice over a socket, with the same results.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::model::retention::BasicRetentionPolicyDescription;
use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
use sf_backup_proto::{
    BackupPartition, CreateBackupPolicy, EnableServiceBackup, GetPartitionBackupList, GetPartitionBackupProgress,
    GetPartitionRestoreProgress, GetServiceBackupConfigurationInfo, GetServiceBackupList, IsoDuration, Operation,
    PartitionId, RestorePartition, ResumePartitionBackup, ServiceId, SuspendPartitionBackup, Target,
};
use sf_backup_sim::{Cluster, Effect, EffectKind, Speed};

use super::{FIRST, blob};

const DAY: Duration = Duration::from_secs(86_400);

/// A client that records requests and responses.
struct Logged<'a> {
    send: &'a dyn Fn(Request<Bytes>) -> Response<Bytes>,
    target: Target,
    log: Vec<String>,
}

impl Logged<'_> {
    fn send<O: Operation>(&mut self, operation: &O) -> Option<O::Response> {
        let request = operation.to_request(&self.target).unwrap().map(Bytes::from);
        let asked = format!("{} {} {:?}", request.method(), request.uri().path_and_query().unwrap(), request.body());
        let response = (self.send)(request);
        self.log.push(format!("{asked}\n{} {:?}", response.status(), response.body()));
        operation.parse(&response).ok()
    }

    fn backups(&mut self, partition: PartitionId) -> Vec<BackupInfo> {
        self.send(&GetPartitionBackupList::new(partition)).unwrap().items
    }
}

/// The script of the week.
fn live(cluster: &Cluster, client: &mut Logged<'_>) {
    let service: ServiceId = "fabric:/CalcApp/CalcService".parse().unwrap();
    let first: PartitionId = FIRST.parse().unwrap();
    let schedule = FrequencyBasedBackupScheduleDescription::new(IsoDuration::hours(6));
    let mut policy = BackupPolicyDescription::new("P", false, 2_u8, schedule, blob());
    policy.retention_policy =
        Some(BasicRetentionPolicyDescription::new(IsoDuration::hours(48)).minimum_number_of_backups(4_u32).into());

    client.send(&CreateBackupPolicy::new(policy)).unwrap();
    client.send(&EnableServiceBackup::new(service.clone(), "P".parse().unwrap())).unwrap();
    cluster.advance(Duration::from_secs(23 * 3_600));
    assert_eq!(client.backups(first).len(), 3);
    cluster.advance(Duration::from_secs(3_600));

    // A storage failure: reported for on-demand backups, not for scheduled ones.
    cluster.break_storage(&blob(), Some((2_148_734_496, "The network path was not found.")));
    client.send(&BackupPartition::new(first)).unwrap();
    cluster.advance(DAY);
    client.send(&GetPartitionBackupProgress::new(first)).unwrap();
    cluster.break_storage(&blob(), None);

    // A suspension.
    client.send(&SuspendPartitionBackup::new(first)).unwrap();
    let before = client.backups(first).len();
    cluster.advance(DAY);
    assert_eq!(client.backups(first).len(), before);
    // The service fails for a suspended partition if the application has no policy.
    assert!(client.send(&GetServiceBackupConfigurationInfo::new(service.clone())).is_none());
    client.send(&ResumePartitionBackup::new(first)).unwrap();

    // Two fail-overs: a missed run is made up for, and a list waits for the service.
    assert!(cluster.fail_over_partition(first, Duration::from_secs(7 * 3_600)));
    cluster.advance(DAY);
    cluster.fail_over_backup_service(Duration::from_secs(45));
    assert!(client.send(&BackupPartition::new(first)).is_none());
    let backup = client.backups(first).pop().unwrap();

    // A restore.
    let what = RestorePartitionDescription::new(backup.backup_id.unwrap(), backup.backup_location.unwrap());
    client.send(&RestorePartition::new(first).restore(what)).unwrap();
    cluster.advance(Duration::from_secs(60));
    client.send(&GetPartitionRestoreProgress::new(first)).unwrap();

    // Retention runs every day.
    cluster.advance(3 * DAY);
    client.send(&GetServiceBackupList::new(service)).unwrap();
}

fn cluster(seed: u64) -> Cluster {
    Cluster::builder().seed(seed).jitter().speed(Speed::FROZEN).build()
}

fn in_memory(seed: u64) -> (Vec<String>, Vec<Effect>) {
    let cluster = cluster(seed);
    let target = Target::new("http://localhost:19080".parse().unwrap());
    let mut client = Logged { send: &|request| cluster.respond(request), target, log: Vec::new() };
    live(&cluster, &mut client);
    (client.log, cluster.effects())
}

fn over_a_socket(seed: u64) -> (Vec<String>, Vec<Effect>) {
    let cluster = cluster(seed);
    let listening = cluster.listen().unwrap();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
    let send = |request: Request<Bytes>| {
        let (head, mut body) = agent.run(request.map(|body| body.to_vec())).unwrap().into_parts();
        Response::from_parts(head, Bytes::from(body.read_to_vec().unwrap()))
    };
    let mut client = Logged { send: &send, target: Target::new(listening.endpoint()), log: Vec::new() };
    live(&cluster, &mut client);
    (client.log, cluster.effects())
}

#[test]
fn the_same_week_is_the_same_in_memory_and_over_a_socket() {
    let week = in_memory(1);
    let kinds: BTreeSet<String> = week.1.iter().map(|effect| format!("{:?}", effect.kind)).collect();
    for kind in [
        EffectKind::BackupMade,
        EffectKind::BackupFailed,
        EffectKind::BackupDeleted,
        EffectKind::Suspended,
        EffectKind::Resumed,
        EffectKind::FailedOver,
        EffectKind::Restored,
    ] {
        assert!(kinds.contains(&format!("{kind:?}")), "{kind:?} is missing: {kinds:?}");
    }
    assert!(week == in_memory(1));
    assert!(week == over_a_socket(1));
    assert!(week == over_a_socket(1));
    assert!(week.0 != in_memory(2).0 && week.1 != in_memory(2).1);
}
