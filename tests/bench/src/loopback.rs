//! The async transport, against plain hyper-util with the same bytes, and against reqwest.

use http_body_util::{BodyExt, Full};
use sf_backup_hyper::Client;

use crate::calls::{Sample, drive, ours, pool, request, runtime};
use crate::pair::RUNS;
use crate::responses::Served;
use crate::row::{Mark, Row, rounds};

const ROUNDS: usize = 15;
const CALLS: usize = 4_000;
const BARE: &str = "plain hyper-util, same bytes";

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
        let [mut by_ours, mut by_bare, mut by_foreign] = [Sample::NONE; 3];
        for _ in 0..RUNS {
            by_ours = by_ours.or_better(ours(&client, calls, at_once).await);
            by_bare = by_bare.or_better(drive(calls, at_once, bare.clone()).await);
            by_foreign = by_foreign.or_better(drive(calls, at_once, foreign.clone()).await);
        }
        // The first round opens connections and fills caches.
        if round > 0 {
            against_bare.push(by_ours.per_second / by_bare.per_second);
            latency.push(by_ours.p99.as_secs_f64() / by_bare.p99.as_secs_f64());
            against_reqwest.push(by_ours.per_second / by_foreign.per_second);
        }
    }
    let (what, least) = match at_once {
        1 => ("async calls, one at a time", 0.98),
        _ => ("async calls, 64 at a time", 0.95),
    };
    vec![
        Row::new(what, BARE, "× calls/s", against_bare, Mark::AtLeast(least)),
        Row::new(&format!("{what}: latency, 99th percentile"), BARE, "× time", latency, Mark::AtMost(1.1)),
        Row::new(what, "reqwest", "× calls/s", against_reqwest, Mark::AtLeast(1.0)),
    ]
}
