//! The table of advice for codes, in the order of the protocol crate's table of codes.

use super::CodeAdvice;

mod backups;
mod cluster;
mod interfaces;
mod numbers;
mod requests;

pub(super) const ALL: &[&[CodeAdvice]] =
    &[requests::REQUESTS, backups::BACKUPS, cluster::CLUSTER, interfaces::INTERFACES, numbers::NUMBERS];
