//! Clusters from state files.

use std::collections::HashMap;

use crate::api::builder::ClusterBuilder;
use crate::api::control;
use crate::api::journal::{Entry, Journal};
use crate::api::saver::Changes;
use crate::api::setup::Setup;
use crate::api::simulation::Simulation;
use crate::api::state_file::{self, StateError};
use crate::http::date_header::DateHeader;
use crate::http::in_flight::{InFlightRequest, Step};
use crate::world::runtime::Role;
use crate::world::topology::Topology;
use crate::world::utc_offset::UtcOffset;

/// The simulation of a state file. What `given` sets explicitly must be the same in the file; speed and control are those of
/// `given`.
///
/// # Errors
/// If it is not a state file, or belongs to another cluster.
pub(crate) fn restore(given: &ClusterBuilder, text: &[u8]) -> Result<Simulation, StateError> {
    let lines = state_file::decode(text)?;
    let mut parts = lines.split_inclusive(|byte| *byte == b'\n');
    let first = parts.next().unwrap_or_default();
    let setup: Setup = serde_json::from_slice(first).map_err(|_| StateError::Damaged("its setup is invalid"))?;
    let builder = builder_of(setup, given)?;
    let mut entries = Vec::new();
    for line in parts {
        let entry: Entry = serde_json::from_slice(line).map_err(|_| StateError::Damaged("an entry is invalid"))?;
        entries.push((line, entry));
    }
    // The last entry is the time, which changes.
    let kept = entries.len().saturating_sub(1);
    let kept: Vec<u8> = entries.iter().take(kept).flat_map(|(line, _)| line.iter().copied()).collect();
    let mut simulation = builder.simulation();
    let replayed = replay(&mut simulation, entries.into_iter().map(|(_, entry)| entry));
    let requests = replayed.ok_or(StateError::Damaged("an entry is inconsistent"))?;
    simulation.control = given.control;
    simulation.journal = Some(Journal::new([first, &kept].concat(), requests));
    Ok(simulation)
}

/// The builder of a setup. What `given` sets explicitly must be the same.
fn builder_of(setup: Setup, given: &ClusterBuilder) -> Result<ClusterBuilder, StateError> {
    let invalid = StateError::Damaged("its setup is invalid");
    let runtime = setup.runtime.parse().map_err(|_| StateError::Damaged("its setup is invalid"))?;
    let topology =
        Topology::from_json(&setup.topology.to_string()).map_err(|_| StateError::Damaged("its setup is invalid"))?;
    let mut builder = ClusterBuilder::default();
    for scenario in &setup.scenarios {
        builder = builder.scenario(scenario).map_err(|_| StateError::Damaged("its setup is invalid"))?;
    }
    builder.topology = Some(topology);
    builder.runtime = Some(runtime);
    builder.start = Some(setup.start);
    builder.seed = Some(setup.seed);
    builder.role = Some(if setup.reader { Role::User } else { Role::Admin });
    builder.utc_offset = Some(UtcOffset::hours(setup.utc_offset_hours).ok_or(invalid)?);
    builder.jitter = setup.jitter;
    builder.date_header = Some(setup.date_header.map_or(DateHeader::Absent, DateHeader::Offset));
    builder.megabytes_per_second = setup.megabytes_per_second;
    builder.without_fault_analysis = setup.without_fault_analysis;
    builder.without_backup_service = setup.without_backup_service;
    if let Some(name) = difference(given, &builder) {
        return Err(StateError::Setup(name));
    }
    builder.storages = given.storages.clone();
    builder.speed = given.speed;
    // Recorded orders are repeated whether or not new ones are accepted.
    builder.control = true;
    builder.explorer = given.explorer.clone();
    Ok(builder)
}

/// The first option that is set in `given` to something else than in the file.
fn difference(given: &ClusterBuilder, file: &ClusterBuilder) -> Option<&'static str> {
    fn differs<T: PartialEq>(given: &Option<T>, file: &Option<T>) -> bool {
        given.is_some() && given != file
    }
    let options = [
        ("topology", differs(&given.topology, &file.topology)),
        ("runtime", differs(&given.runtime, &file.runtime)),
        ("scenario", !given.scenarios.is_empty() && given.scenarios != file.scenarios),
        ("start", differs(&given.start, &file.start)),
        ("seed", differs(&given.seed, &file.seed)),
        ("role", differs(&given.role, &file.role)),
        ("UTC offset", differs(&given.utc_offset, &file.utc_offset)),
        ("jitter", given.jitter && !file.jitter),
        ("date header", differs(&given.date_header, &file.date_header)),
        ("throughput", differs(&given.megabytes_per_second, &file.megabytes_per_second)),
        ("fault analysis service", given.without_fault_analysis && !file.without_fault_analysis),
        ("backup service", given.without_backup_service && !file.without_backup_service),
    ];
    options.into_iter().find(|(_, differs)| *differs).map(|(name, _)| name)
}

/// Replays entries on a new simulation. Returns the number of requests; `None` if an entry is inconsistent.
fn replay(simulation: &mut Simulation, entries: impl Iterator<Item = Entry>) -> Option<u64> {
    let mut waiting: HashMap<u64, InFlightRequest> = HashMap::new();
    let mut requests = 0;
    for Entry { at, id, request } in entries {
        let now = simulation.gateway.world.clock.now();
        if at < now {
            return None;
        }
        simulation.advance(at.since(now));
        let Some(id) = id else { continue };
        requests = requests.max(id);
        let mut in_flight = match request {
            Some(recorded) => InFlightRequest::new(recorded.request()?),
            None => waiting.remove(&id)?,
        };
        if let Step::Wait(_) = control::proceed(simulation, &mut in_flight) {
            waiting.insert(id, in_flight);
        }
    }
    Some(requests)
}

/// Replaces the cluster by the one of a state file.
///
/// # Errors
/// If it is not a state file. The cluster does not change then.
pub(crate) fn import(simulation: &mut Simulation, text: &[u8]) -> Result<(), StateError> {
    let speed = simulation.gateway.world.clock.speed();
    let given = ClusterBuilder::default().speed(speed).control();
    let mut imported = restore(&given, text)?;
    std::mem::swap(&mut imported.changes, &mut simulation.changes);
    std::mem::swap(&mut imported.explorer, &mut simulation.explorer);
    std::mem::swap(&mut imported.gateway.received, &mut simulation.gateway.received);
    imported.generation = simulation.generation + 1;
    // The number of entries must not decrease, because requests wait for it.
    let entries = simulation.journal.as_ref().map_or(0, Journal::entries);
    imported.journal.iter_mut().for_each(|journal| journal.continue_from(entries + 1));
    *simulation = imported;
    simulation.changes.iter().for_each(Changes::changed);
    Ok(())
}
