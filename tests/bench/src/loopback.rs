//! The async transport, against plain hyper-util with the same bytes, and against reqwest.

use http_body_util::{BodyExt, Full};
use sf_backup_hyper::Client;

use crate::calls::{drive, ours, pool, request, runtime};
use crate::responses::Served;
use crate::row::{Mark, Row, rounds};

const ROUNDS: usize = 9;
const CALLS: usize = 20_000;

pub fn rows() -> Vec<Row> {
    let served = Served::start(&["responses"]);
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
            let response = sent.await.unwrap();
            assert_eq!(response.status(), 202);
            response.into_body().collect().await.unwrap();
        }
    };
    let foreign = move || {
        let sent = foreign.post(&url).headers(headers.clone()).send();
        async move {
            let response = sent.await.unwrap();
            assert_eq!(response.status(), 202);
            response.bytes().await.unwrap();
        }
    };
    let (mut against_bare, mut latency, mut against_reqwest) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds(ROUNDS) {
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
        Row::new(names[0], "plain hyper-util, same bytes", "× calls/s", against_bare, Mark::AtLeast(0.95)),
        Row::new(names[1], "plain hyper-util, same bytes", "× time", latency, Mark::AtMost(1.1)),
        Row::new(names[2], "reqwest", "× calls/s", against_reqwest, Mark::AtLeast(1.0)),
    ]
}
