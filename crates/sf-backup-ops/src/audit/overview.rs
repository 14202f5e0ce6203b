//! An audit in short: one line per service, and problems with the same cause combined.

use std::collections::BTreeMap;

use sf_backup_proto::{ApplicationId, ServiceId, Timestamp};

use super::{Assessment, Audit, State, Summary};
use crate::inventory::without_scheme;

/// A service in an audit.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceOverview {
    /// The application.
    pub application: ApplicationId,
    /// The service.
    pub service: ServiceId,
    /// Number of its partitions in each state.
    pub summary: Summary,
    /// The oldest of its partitions' newest backups; `None` if a partition has no backup.
    pub last_backup: Option<Timestamp>,
    /// The earliest time at which the next backup of a partition is due.
    pub due: Option<Timestamp>,
    /// The last days, oldest first; the last one is the current day (UTC).
    pub days: [Day; Self::DAYS],
}

/// The backups of a service on one day (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// The list of backups does not reach back to this day.
    Unknown,
    /// No partition was backed up.
    None,
    /// Some partitions were backed up.
    Some,
    /// Every partition was backed up.
    All,
}

/// The partitions of a service that need attention for the same kind of reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem<'a> {
    /// The partitions, the one with the oldest newest backup first.
    pub partitions: Vec<&'a Assessment>,
    /// The number of partitions of the service.
    pub of: usize,
}

const DAY: i64 = 86_400;

impl Audit {
    /// Returns the services, sorted by name.
    pub fn services(&self) -> Vec<ServiceOverview> {
        let mut services: BTreeMap<String, Vec<&Assessment>> = BTreeMap::new();
        for one in &self.partitions {
            services.entry(one.partition.service.to_string()).or_default().push(one);
        }
        services.values().filter_map(|partitions| ServiceOverview::of(partitions, self.now)).collect()
    }

    /// Returns what needs attention, the least urgent first, so that the worst is at the end of the output.
    pub fn problems(&self) -> Vec<Problem<'_>> {
        let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
        let mut problems: BTreeMap<_, Problem<'_>> = BTreeMap::new();
        for one in &self.partitions {
            let service = one.partition.service.to_string();
            *sizes.entry(service.clone()).or_default() += 1;
            if one.state.is_unprotected() || one.state.is_open() {
                let key = (one.state, service, one.reason.name());
                let problem = problems.entry(key).or_insert_with(|| Problem { partitions: Vec::new(), of: 0 });
                problem.partitions.push(one);
            }
        }
        let sized = problems.into_iter().rev().map(|((_, service, _), mut problem)| {
            problem.of = sizes.get(&service).copied().unwrap_or_default();
            problem
        });
        sized.collect()
    }
}

impl ServiceOverview {
    /// Number of days.
    pub const DAYS: usize = 14;

    fn of(partitions: &[&Assessment], now: Timestamp) -> Option<Self> {
        let first = &partitions.first()?.partition;
        let holding: Vec<&&Assessment> = partitions.iter().filter(|one| one.state != State::NotApplicable).collect();
        let newest = holding.iter().map(|one| one.evidence.last_success).min().flatten();
        Some(Self {
            application: first.application.clone(),
            service: first.service.clone(),
            summary: Summary::of(partitions.iter().map(|one| one.state), 0),
            last_backup: newest,
            due: holding.iter().filter_map(|one| one.evidence.due).min(),
            days: std::array::from_fn(|place| {
                let back = i64::try_from(Self::DAYS - 1 - place).unwrap_or_default();
                day(&holding, now.unix().div_euclid(DAY) - back)
            }),
        })
    }
}

/// The backups of these partitions on a day, given as days since 1970.
fn day(partitions: &[&&Assessment], number: i64) -> Day {
    let is_listed = |one: &Assessment| one.evidence.since.is_none_or(|since| since.unix() <= number * DAY);
    let is_backed_up =
        |one: &Assessment| one.evidence.made.iter().any(|made| made.sound && made.at.unix().div_euclid(DAY) == number);
    let count = partitions.iter().filter(|one| is_backed_up(one)).count();
    match count {
        0 if !partitions.iter().all(|one| is_listed(one)) => Day::Unknown,
        0 => Day::None,
        count if count == partitions.len() => Day::All,
        _ => Day::Some,
    }
}

impl Day {
    /// The name, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::None => "None",
            Self::Some => "Some",
            Self::All => "All",
        }
    }
}

impl Problem<'_> {
    /// The partitions in short: the service if all are affected, otherwise some of the names.
    pub fn subject(&self) -> String {
        const NAMED: usize = 3;
        match self.partitions.as_slice() {
            [] => String::new(),
            [only] => only.partition.name.clone(),
            [first, ..] if self.partitions.len() == self.of => {
                format!("{} (all {})", without_scheme(&first.partition.service.to_string()), self.of)
            }
            [first, others @ ..] => {
                let service = first.partition.service.to_string();
                let service = without_scheme(&service);
                let within = |one: &&Assessment| {
                    let name = &one.partition.name;
                    name.strip_prefix(service).unwrap_or(name).to_owned()
                };
                let named: Vec<String> = others.iter().take(NAMED - 1).map(within).collect();
                let more = self.partitions.len().saturating_sub(NAMED);
                let more = if more > 0 { format!(" +{more}") } else { String::new() };
                format!("{} {}{more}", first.partition.name, named.join(" "))
            }
        }
    }
}
