//! The async transport, against plain hyper-util with the same pool and bytes, and against reqwest.

use std::future::Future;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use sf_backup_hyper::Client;
use sf_backup_proto::{Operation, ResumeServiceBackup, Target};
use tokio::task::JoinSet;

use crate::answers::Served;
use crate::row::{Mark, Row};
use crate::usage;

const ROUNDS: usize = 9;
const CALLS: usize = 20_000;

/// The measurement of many calls.
pub struct Sample {
    pub per_second: f64,
    pub p99: Duration,
    /// Processor time per call.
    pub processor: Duration,
}

pub fn resume() -> ResumeServiceBackup {
    ResumeServiceBackup::new("fabric:/CalcApp/CalcService".parse().unwrap())
}

/// The request that our client sends, for the peers.
pub fn request(url: &str) -> Request<Bytes> {
    let target = Target::new(url.parse().unwrap()).request_id("0123456789abcdef0123456789abcdef");
    resume().to_request(&target).unwrap().map(Bytes::from)
}

/// A client with the pool settings of the transport.
pub fn pool() -> legacy::Client<HttpConnector, Full<Bytes>> {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(Duration::from_secs(10)));
    connector.set_nodelay(true);
    legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(60))
        .http1_max_buf_size(64 * 1024)
        .retry_canceled_requests(false)
        .build(connector)
}

/// Makes calls with the given concurrency, sequentially within each task.
pub async fn drive<F, R>(calls: usize, at_once: usize, call: F) -> Sample
where
    F: Fn() -> R + Clone + Send + 'static,
    R: Future<Output = ()> + Send,
{
    let before = usage::processor();
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..at_once {
        let call = call.clone();
        tasks.spawn(async move {
            let mut took = Vec::with_capacity(calls / at_once);
            for _ in 0..calls / at_once {
                let begun = Instant::now();
                call().await;
                took.push(begun.elapsed());
            }
            took
        });
    }
    let mut took = tasks.join_all().await.concat();
    let elapsed = begun.elapsed();
    let processor = usage::processor() - before;
    let made = took.len();
    took.sort_unstable();
    let p99 = took[made * 99 / 100];
    Sample { per_second: made as f64 / elapsed.as_secs_f64(), p99, processor: processor / made as u32 }
}

pub async fn ours(client: &Client, calls: usize, at_once: usize) -> Sample {
    let (client, call) = (client.clone(), resume());
    drive(calls, at_once, move || {
        let (client, call) = (client.clone(), call.clone());
        async move { client.send(call).await.unwrap() }
    })
    .await
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

pub fn rows() -> Vec<Row> {
    let served = Served::start(&["answers"]);
    let rows =
        [(1, CALLS / 4), (64, CALLS)].map(|(at_once, calls)| runtime().block_on(compare(&served.url, at_once, calls)));
    rows.concat()
}

async fn compare(url: &str, at_once: usize, calls: usize) -> Vec<Row> {
    let client = Client::new(url.parse().unwrap());
    let (pool, bare) = (pool(), request(url).map(Full::new));
    let foreign = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build().unwrap();
    let (url, headers) = (bare.uri().to_string(), bare.headers().clone());
    let bare = move || {
        let sent = pool.request(bare.clone());
        async move {
            let answer = sent.await.unwrap();
            assert_eq!(answer.status(), 202);
            answer.into_body().collect().await.unwrap();
        }
    };
    let foreign = move || {
        let sent = foreign.post(&url).headers(headers.clone()).send();
        async move {
            let answer = sent.await.unwrap();
            assert_eq!(answer.status(), 202);
            answer.bytes().await.unwrap();
        }
    };
    let (mut against_bare, mut latency, mut against_reqwest) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let ours = ours(&client, calls, at_once).await;
        let bare = drive(calls, at_once, bare.clone()).await;
        let foreign = drive(calls, at_once, foreign.clone()).await;
        // The first round opens connections and fills caches.
        if round > 0 {
            against_bare.push(ours.per_second / bare.per_second);
            latency.push(ours.p99.as_secs_f64() / bare.p99.as_secs_f64());
            against_reqwest.push(ours.per_second / foreign.per_second);
        }
    }
    let names = match at_once {
        1 => ["async calls, one at a time", "latency of the same, 99th percentile", "async calls, one at a time"],
        _ => ["async calls, 64 at a time", "latency of the same, 99th percentile", "async calls, 64 at a time"],
    };
    vec![
        Row::new(names[0], "plain hyper-util, same pool and bytes", "× calls/s", against_bare, Mark::AtLeast(0.95)),
        Row::new(names[1], "plain hyper-util, same pool and bytes", "× time", latency, Mark::AtMost(1.1)),
        Row::new(names[2], "reqwest", "× calls/s", against_reqwest, Mark::AtLeast(1.0)),
    ]
}
