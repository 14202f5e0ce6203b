//! One operation for many services, against a plain loop of the same requests to the same simulator.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use sf_backup_hyper::Client;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
use sf_backup_proto::model::storage::FileShareBackupStorageDescription;
use sf_backup_proto::{CreateBackupPolicy, EnableServiceBackup, IsoDuration, Operation, PolicyName, ServiceId, Target};
use tokio::task::JoinSet;

use crate::responses::Served;
use crate::row::{Mark, Row};
use crate::{calls, cluster, usage};

const ROUNDS: usize = 5;
const SERVICES: usize = 10_000;
const AT_ONCE: usize = 64;
const SIZES: [usize; 4] = [1_250, 2_500, 5_000, 10_000];

fn call(service: usize) -> EnableServiceBackup {
    let service: ServiceId = cluster::service(service).parse().unwrap();
    EnableServiceBackup::new(service, policy())
}

pub fn policy() -> PolicyName {
    "Daily".parse().unwrap()
}

/// A simulated cluster with this many services, without enabled policies.
pub fn served() -> Served {
    let served = Served::start(&["cluster", &SERVICES.to_string(), "1"]);
    calls::runtime().block_on(async { create_policy(&Client::new(served.url.parse().unwrap())).await });
    served
}

pub async fn create_policy(client: &Client) {
    let schedule = FrequencyBasedBackupScheduleDescription::new(IsoDuration::days(1));
    let share = FileShareBackupStorageDescription::new(r"\\nas\backups");
    let policy = BackupPolicyDescription::new("Daily", false, 5u8, schedule, share);
    client.send(CreateBackupPolicy::new(policy)).await.unwrap();
}

async fn ours(client: &Client, services: usize) -> Duration {
    let begun = Instant::now();
    let mut many = client.batch((0..services).map(call), AT_ONCE.try_into().unwrap());
    let mut done = 0;
    while let Some((_, result)) = many.next().await {
        result.unwrap();
        done += 1;
    }
    assert_eq!(done, services);
    begun.elapsed()
}

async fn bare(url: &str, pool: &Pool, services: usize) -> Duration {
    let target = Target::new(url.parse().unwrap());
    let requests: Vec<Request<Full<Bytes>>> =
        (0..services).map(|at| call(at).to_request(&target).unwrap().map(|body| Full::new(body.into()))).collect();
    loop_over(pool, requests).await
}

pub type Pool = hyper_util::client::legacy::Client<hyper_util::client::legacy::connect::HttpConnector, Full<Bytes>>;

/// Sends the requests, 64 at a time, and reads the responses.
pub async fn loop_over(pool: &Pool, requests: Vec<Request<Full<Bytes>>>) -> Duration {
    let begun = Instant::now();
    let mut requests = requests.into_iter();
    let mut tasks = JoinSet::new();
    loop {
        while tasks.len() < AT_ONCE {
            let Some(request) = requests.next() else { break };
            let sent = pool.request(request);
            tasks.spawn(async move {
                sent.await.unwrap().into_body().collect().await.unwrap();
            });
        }
        if tasks.join_next().await.is_none() {
            return begun.elapsed();
        }
    }
}

pub fn rows() -> Vec<Row> {
    let served = served();
    let (mut figures, mut growth) = (Vec::new(), Vec::new());
    calls::runtime().block_on(async {
        let (client, pool) = (Client::new(served.url.parse().unwrap()), calls::pool());
        ours(&client, 1_000).await;
        bare(&served.url, &pool, 1_000).await;
        for _ in 0..ROUNDS {
            let before = usage::resident();
            let took = ours(&client, SERVICES).await;
            growth.push(usage::resident().saturating_sub(before) as f64 / 1024.0 / 1024.0);
            figures.push(took.as_secs_f64() / bare(&served.url, &pool, SERVICES).await.as_secs_f64());
        }
    });
    vec![
        Row::new("enable 10,000 services, 64 at a time", "a plain hyper loop", "× time", figures, Mark::AtMost(1.3)),
        Row::new("memory growth of the same", "1,000 services", "MiB", growth, Mark::AtMost(1.0)),
    ]
}

/// A plot of time by number of services.
pub fn plot() -> String {
    let served = served();
    let mut text = String::from("services  seconds\n");
    calls::runtime().block_on(async {
        let client = Client::new(served.url.parse().unwrap());
        ours(&client, 1_000).await;
        for size in SIZES {
            let took = ours(&client, size).await.as_secs_f64();
            let bar = "█".repeat((took * 100.0) as usize);
            text.push_str(&format!("{size:>8} {took:>8.3}  {bar}\n"));
        }
    });
    text
}
