//! A number of calls or parses of one kind and nothing else, to be counted by a tool: `work NAME NUMBER [URL]`.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

#[path = "../answers.rs"]
mod answers;
#[path = "../blocking.rs"]
mod blocking;
#[path = "../calls.rs"]
mod calls;
#[path = "../page.rs"]
mod page;
#[path = "../pair.rs"]
mod pair;
#[path = "../row.rs"]
mod row;
#[path = "../usage.rs"]
mod usage;

use http::Response;
use http_body_util::{BodyExt, Full};
use sf_backup_hyper::Client;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number: usize = arguments[1].parse().unwrap();
    let url = arguments.get(2).map_or("", String::as_str);
    match arguments[0].as_str() {
        "async" => ours(url, number, 64),
        "async-peer" => bare(url, number, 64),
        "async-1" => ours(url, number, 1),
        "async-1-peer" => bare(url, number, 1),
        "blocking" => blocking::ours(url, number),
        "blocking-peer" => blocking::bare(url, number),
        "page" => {
            let (call, page) = (page::call(), Response::new(page::page(1_000, 0, None)));
            (0..number).for_each(|_| drop(page::ours(&call, &page)));
        }
        "page-peer" => {
            let page = Response::new(page::page(1_000, 0, None));
            (0..number).for_each(|_| drop(page::theirs(&page)));
        }
        name => panic!("unknown work {name}"),
    }
}

fn ours(url: &str, number: usize, at_once: usize) {
    calls::runtime().block_on(calls::ours(&Client::new(url.parse().unwrap()), number, at_once));
}

fn bare(url: &str, number: usize, at_once: usize) {
    let (pool, request) = (calls::pool(), calls::request(url).map(Full::new));
    let call = move || {
        let sent = pool.request(request.clone());
        async move {
            let answer = sent.await.unwrap();
            assert_eq!(answer.status(), 202);
            answer.into_body().collect().await.unwrap();
        }
    };
    calls::runtime().block_on(calls::drive(number, at_once, call));
}
