//! Numbers of allocations, which are the same on every machine and in every run.

use http::Response;

use crate::row::{Mark, Row};
use crate::walk::walk;
use crate::{page, requests};

/// Lengths of lists.
const LISTS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for requests::Pair { what, ours, theirs } in requests::pairs() {
        let [ours, theirs] = [ours, theirs].map(|build| allocation_counter::measure(|| drop(build())).count_total);
        let more = ours as f64 - theirs as f64;
        rows.push(Row::new(what, requests::PEER, "allocations more", [more], Mark::AtMost(2.0)));
    }
    let (call, response) = (page::call(), Response::new(page::page(page::ITEMS, 0, None)));
    let ours = allocation_counter::measure(|| drop(page::ours(&call, &response))).bytes_max;
    let theirs = allocation_counter::measure(|| drop(page::theirs(&response))).bytes_max;
    let peak = ours as f64 / theirs as f64;
    rows.push(Row::new("read a page of 10,000 backups", page::PEER, "× peak memory", [peak], Mark::AtMost(0.6)));
    let [small, large] = [LISTS[0], LISTS[3]].map(|backups| paging(backups).bytes_max as f64);
    let what = "page through 1,000,000 backups";
    rows.push(Row::new(what, "one page of 1,000", "× peak memory", [large / small], Mark::AtMost(1.1)));
    rows
}

/// A plot of memory and allocations by length of the list. Memory is constant; allocations are proportional.
pub fn plot() -> String {
    let mut text = String::from("backups     peak KiB  allocations\n");
    for backups in LISTS {
        let counted = paging(backups);
        let bar = "█".repeat(usize::try_from(counted.bytes_max / 1024 / 64).unwrap_or(0));
        text.push_str(&format!("{backups:>9} {:>9} {:>12}  {bar}\n", counted.bytes_max / 1024, counted.count_total));
    }
    text
}

fn paging(backups: usize) -> allocation_counter::AllocationInfo {
    allocation_counter::measure(|| {
        walk(backups);
    })
}
