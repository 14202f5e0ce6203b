//! Many requests of one client, and the memory that it uses.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use sf_backup_hyper::Batch;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
use sf_backup_proto::model::storage::FileShareBackupStorageDescription;
use sf_backup_proto::{
    CreateBackupPolicy, Endpoint, ErrorKind, GetBackupPolicyByName, GetBackupPolicyList, IsoDuration,
};
use sf_backup_sim::Cluster;

use crate::process::{MIB, Watched, memory, verdict};

/// Number of concurrent requests on each transport.
const AT_ONCE: usize = 16;

/// Total number of samples.
const LOOKS: u64 = 100;

/// Allowed growth of memory after warming up.
const MOST: u64 = MIB;

/// The requests, in turn: an existing policy, a list, a policy that does not exist.
enum Request {
    Policy,
    List,
    Nothing,
}

impl Request {
    fn of(number: u64) -> Self {
        match number % 10 {
            0..=6 => Self::Policy,
            7 | 8 => Self::List,
            _ => Self::Nothing,
        }
    }
}

/// Returns the report and whether the test passed.
pub(crate) fn run(requests: u64) -> (String, bool) {
    let cluster = Cluster::builder().build();
    let listening = cluster.listen().unwrap();
    let hourly = FrequencyBasedBackupScheduleDescription::new(IsoDuration::hours(1));
    let share = FileShareBackupStorageDescription::new(r"\\nas\soak");
    let policy = BackupPolicyDescription::new("Soak", false, 3_u8, hourly, share);
    sf_backup_blocking::Client::new(listening.endpoint()).send(CreateBackupPolicy::new(policy)).unwrap();
    let mut text = format!("soak: {requests} requests on one client of each transport, {AT_ONCE} at a time\n");
    let mut well = true;
    for (name, soak) in
        [("sf-backup-hyper", on_hyper as fn(&Endpoint, u64) -> Watched), ("sf-backup-blocking", on_blocking)]
    {
        let begun = Instant::now();
        let watched = soak(&listening.endpoint(), requests);
        let took = begun.elapsed().as_secs_f64();
        let (line, flat) = verdict("memory", watched.grown(memory), MOST, MIB);
        writeln!(text, "{name}: {took:.0} s, {:.0} requests a second; {line}", requests as f64 / took).unwrap();
        well &= flat;
    }
    (text, well)
}

fn on_hyper(endpoint: &Endpoint, requests: u64) -> Watched {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = sf_backup_hyper::Client::new(endpoint.clone());
        let mut watched = Watched::default();
        let task = |number| {
            let client = client.clone();
            async move {
                match Request::of(number) {
                    Request::Policy => drop(client.send(present()).await.unwrap()),
                    Request::List => drop(client.send(GetBackupPolicyList::new()).await.unwrap()),
                    Request::Nothing => absent(client.send(missing()).await.unwrap_err().kind()),
                }
            }
        };
        let mut batch = Batch::new(0..requests, AT_ONCE.try_into().unwrap(), task);
        let mut done = 0;
        while batch.next().await.is_some() {
            if done % (requests / LOOKS).max(1) == 0 {
                watched.look();
            }
            done += 1;
        }
        watched
    })
}

fn on_blocking(endpoint: &Endpoint, requests: u64) -> Watched {
    let client = sf_backup_blocking::Client::new(endpoint.clone());
    let next = AtomicU64::new(0);
    let mut watched = Watched::default();
    let work = |watched: Option<&mut Watched>| {
        let mut watched = watched;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= requests {
                return;
            }
            match Request::of(number) {
                Request::Policy => drop(client.send(present()).unwrap()),
                Request::List => drop(client.send(GetBackupPolicyList::new()).unwrap()),
                Request::Nothing => absent(client.send(missing()).unwrap_err().kind()),
            }
            // One thread takes samples, about as often as on the other transport.
            if let Some(watched) = &mut watched
                && number / (requests / LOOKS).max(1) >= watched.len()
            {
                watched.look();
            }
        }
    };
    std::thread::scope(|scope| {
        (1..AT_ONCE).for_each(|_| drop(scope.spawn(|| work(None))));
        work(Some(&mut watched));
    });
    watched
}

fn present() -> GetBackupPolicyByName {
    GetBackupPolicyByName::new("Soak".parse().unwrap())
}

fn missing() -> GetBackupPolicyByName {
    GetBackupPolicyByName::new("Dry".parse().unwrap())
}

fn absent(kind: ErrorKind) {
    assert_eq!(kind, ErrorKind::PolicyNotFound);
}
