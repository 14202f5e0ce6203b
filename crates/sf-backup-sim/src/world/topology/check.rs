//! The rules of names, ids and key ranges.

use std::collections::HashSet;

use sf_backup_proto::{ApplicationId, ServiceId};

use super::{Application, Keys, Service};

/// An invalid topology. `Display` names the place and the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("topology, at {place}: {rule}")]
pub struct TopologyError {
    place: String,
    rule: String,
}

impl TopologyError {
    pub(super) fn new(place: String, rule: String) -> Self {
        Self { place, rule }
    }

    /// The JSON path of the error; `.` for the whole file.
    pub fn place(&self) -> &str {
        &self.place
    }
}

const SCHEME: &str = "fabric:/";

pub(super) fn names_and_keys(applications: &[Application]) -> Result<(), TopologyError> {
    let mut names = HashSet::new();
    // There may be a million ids: sorting them takes less time than a set, and finding the duplicate only matters if
    // there is one.
    let mut ids = has_duplicates(applications).then(HashSet::new);
    for (a, application) in applications.iter().enumerate() {
        let at = format!("Applications[{a}]");
        application_name(&application.name)
            .and_then(|()| unique(names.insert(&*application.name), &application.name))
            .map_err(|rule| TopologyError::new(format!("{at}.Name"), rule))?;
        for (s, service) in application.services.iter().enumerate() {
            let at = format!("{at}.Services[{s}]");
            service_name(&service.name, &application.name)
                .and_then(|()| unique(names.insert(&*service.name), &service.name))
                .map_err(|rule| TopologyError::new(format!("{at}.Name"), rule))?;
            if let Some(ids) = &mut ids {
                for (p, partition) in service.partitions.iter().enumerate() {
                    unique(ids.insert(partition.id), &partition.id.to_string())
                        .map_err(|rule| TopologyError::new(format!("{at}.Partitions[{p}].Id"), rule))?;
                }
            }
            key_ranges(service).map_err(|(p, rule)| TopologyError::new(format!("{at}.Partitions[{p}]"), rule))?;
        }
    }
    Ok(())
}

/// Whether two partitions have the same id.
fn has_duplicates(applications: &[Application]) -> bool {
    let services = applications.iter().flat_map(|application| &application.services);
    let mut ids: Vec<_> = services.flat_map(|service| &service.partitions).map(|partition| partition.id).collect();
    ids.sort_unstable();
    ids.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
}

fn unique(new: bool, name: &str) -> Result<(), String> {
    if new { Ok(()) } else { Err(format!("{name:?} is given twice")) }
}

fn application_name(name: &str) -> Result<(), String> {
    if !name.starts_with(SCHEME) {
        return Err(format!("{name:?} must be an application's full name such as fabric:/CalcApp"));
    }
    match name.parse::<ApplicationId>() {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

fn service_name(name: &str, application: &str) -> Result<(), String> {
    let below = name.strip_prefix(application).and_then(|rest| rest.strip_prefix('/'));
    if below.is_none() {
        return Err(format!("{name:?} must begin with its application's name and a slash, {application}/"));
    }
    match name.parse::<ServiceId>() {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// Fails if a key belongs to two partitions.
fn key_ranges(service: &Service) -> Result<(), (usize, String)> {
    let mut ranges = Vec::new();
    let mut named = HashSet::new();
    for (p, partition) in service.partitions.iter().enumerate() {
        match &partition.keys {
            Keys::Singleton => {}
            Keys::Named(name) => unique(named.insert(name), name).map_err(|rule| (p, rule))?,
            Keys::Int64Range { low, high } if low > high => {
                return Err((p, format!("LowKey {low} is above HighKey {high}")));
            }
            Keys::Int64Range { low, high } => ranges.push((*low, *high, p)),
        }
    }
    ranges.sort_unstable();
    for pair in ranges.windows(2) {
        if let [(_, high, _), (low, _, p)] = pair
            && low <= high
        {
            return Err((*p, format!("the keys from {low} to {high} have two partitions")));
        }
    }
    Ok(())
}
