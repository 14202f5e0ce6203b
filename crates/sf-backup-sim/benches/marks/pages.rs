//! A page of a list in a large cluster, against the same page in a small one.

use std::hint::black_box;
use std::time::Duration;

use sf_backup_sim::Cluster;

use crate::{Mark, cluster, id_of, protect, ratio, request, shortest};

const ROUNDS: u32 = 200;
const PAGE: usize = 10;

pub(crate) fn marks() -> Vec<Mark> {
    let [large, small] = [(1_000, 100), (10, 10)].map(|(services, partitions)| filled(services, partitions));
    let against = |in_large: &str, in_small: &str| ratio(cost(&large, in_large), cost(&small, in_small));
    let first = |list: &str| format!("/Applications/App0/$/{list}?MaxResults={PAGE}");
    let [configurations, backups] = ["GetBackupConfigurationInfo", "GetBackups"].map(first);
    // From the middle of the entities with their own policy.
    let later = |service: usize| format!("{configurations}&ContinuationToken=fabric:/App0/Service{service}/%2BO");
    vec![
        Mark::most(
            "a page of configurations, against a cluster of 100",
            against(&configurations, &configurations),
            2.0,
            "times",
        ),
        Mark::most("a later page of configurations, likewise", against(&later(500), &later(0)), 2.0, "times"),
        Mark::most("a page of backups, likewise", against(&backups, &backups), 2.0, "times"),
    ]
}

/// A cluster in which every partition is protected and has a backup. An eighth of the partitions, and ten of the listed
/// application, have their own policy.
fn filled(services: usize, partitions: usize) -> Cluster {
    let cluster = cluster(services, partitions);
    let applications = (0..services.min(10)).map(|application| format!("Applications/App{application}"));
    let own = (0..services).flat_map(|service| (0..partitions).map(move |partition| (service, partition)));
    let own = own.filter(|(service, partition)| *service == 0 || partition % 8 == 0);
    let own = own.map(|(service, partition)| format!("Partitions/{}", id_of(service, partition)));
    protect(&cluster, applications.chain(own));
    cluster.advance(Duration::from_secs(3_600));
    cluster
}

fn cost(cluster: &Cluster, path: &str) -> Duration {
    let response = cluster.respond(request("GET", path, ""));
    let page: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    // The entity's own item takes a slot on every page, but is only on the first.
    let items = page.get("Items").and_then(serde_json::Value::as_array).map_or(0, Vec::len);
    assert!((PAGE - 1..=PAGE).contains(&items), "{path}: {page}");
    shortest(5, || (0..ROUNDS).for_each(|_| drop(black_box(cluster.respond(request("GET", path, ""))))))
}
