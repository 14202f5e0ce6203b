//! Many calls of the async transport, and the same of plain hyper-util with the same bytes.

use std::future::Future;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use sf_backup_hyper::Client;
use sf_backup_proto::{Operation, ResumeServiceBackup, Target};
use tokio::task::JoinSet;

use crate::usage;

/// The measurement of many calls.
#[derive(Clone, Copy)]
pub struct Sample {
    pub per_second: f64,
    pub p99: Duration,
    /// Processor time per call.
    pub processor: Duration,
}

impl Sample {
    pub const NONE: Self = Self { per_second: 0.0, p99: Duration::MAX, processor: Duration::MAX };

    /// The better figure of two runs, each for itself.
    pub fn or_better(self, other: Self) -> Self {
        Self {
            per_second: self.per_second.max(other.per_second),
            p99: self.p99.min(other.p99),
            processor: self.processor.min(other.processor),
        }
    }
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
