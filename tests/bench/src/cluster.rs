//! A large simulated cluster in its own process.

use std::fmt::Write;

use sf_backup_sim::{Cluster, Topology};

use crate::responses::until_left_alone;

/// Number of applications, to which the services are distributed.
pub const APPLICATIONS: usize = 10;

/// The full name of a service.
pub fn service(number: usize) -> String {
    format!("fabric:/App{}/Service{number}", number % APPLICATIONS)
}

/// The id of a partition of a service.
pub fn partition(service: usize, partition: usize) -> String {
    format!("{service:08x}-0000-4000-8000-{partition:012x}")
}

/// Serves until standard input closes.
pub fn serve(services: usize, partitions: usize) {
    let topology = Topology::from_json(&topology(services, partitions)).unwrap();
    let listening = Cluster::builder().topology(topology).control().build().listen().unwrap();
    println!("{}", listening.url());
    until_left_alone();
}

/// The topology file of a cluster with this many services, and this many partitions of each.
pub fn topology(services: usize, partitions: usize) -> String {
    let mut text = String::from(r#"{"Applications":["#);
    for application in 0..APPLICATIONS.min(services) {
        let comma = if application == 0 { "" } else { "," };
        write!(text, r#"{comma}{{"Name":"fabric:/App{application}","Services":["#).unwrap();
        for number in (application..services).step_by(APPLICATIONS) {
            let (comma, name) = (if number == application { "" } else { "," }, service(number));
            write!(
                text,
                r#"{comma}{{"Name":"{name}","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":["#
            )
            .unwrap();
            for partition in 0..partitions {
                let comma = if partition == 0 { "" } else { "," };
                let (id, low, high) = (self::partition(number, partition), partition * 1_000, partition * 1_000 + 999);
                write!(
                    text,
                    r#"{comma}{{"ServicePartitionKind":"Int64Range","Id":"{id}","LowKey":"{low}","HighKey":"{high}"}}"#
                )
                .unwrap();
            }
            text.push_str("]}");
        }
        text.push_str("]}");
    }
    text.push_str("]}");
    text
}
