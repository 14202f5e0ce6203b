//! Loading 100,000 partitions, and the memory that they take.

use serde_json::Value;
use sf_backup_sim::{Cluster, Topology};

use crate::{Mark, protect, ratio, shortest, topology_file};

const SERVICES: usize = 1_000;
const PARTITIONS: usize = 100;

pub(crate) fn marks() -> Vec<Mark> {
    let file = topology_file(SERVICES, PARTITIONS);
    let before = resident();
    let cluster = Cluster::builder().topology(Topology::from_json(&file).unwrap()).build();
    protect(&cluster, (0..10).map(|application| format!("Applications/App{application}")));
    let occupied = resident().zip(before).map(|(after, before)| after.saturating_sub(before));
    drop(cluster);
    let load = shortest(5, || Cluster::builder().topology(Topology::from_json(&file).unwrap()).build());
    let parse = shortest(5, || serde_json::from_str::<Value>(&file).unwrap());
    let mut marks = vec![Mark::most(
        "loading 100,000 partitions, against parsing the file's JSON",
        ratio(load, parse),
        3.0,
        "times",
    )];
    match occupied {
        Some(bytes) => {
            let each = bytes as f64 / (SERVICES * PARTITIONS) as f64 / 1024.0;
            marks.push(Mark::most("memory for each of 100,000 partitions, protected", each, 1.0, "KiB"));
        }
        None => eprintln!("skipped: memory; /proc/self/statm exists only on Linux"),
    }
    marks
}

/// Bytes in memory, in pages of 4 KiB.
fn resident() -> Option<u64> {
    let printed = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = printed.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}
