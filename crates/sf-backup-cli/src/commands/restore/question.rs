//! The question before data is lost: the partitions, the services, the time and the loss.

use std::collections::BTreeSet;

use sf_backup_proto::{ServiceId, Timestamp};

use crate::output::render::age::{age, minute};
use crate::output::render::table::describe::short;

/// Maximum number of services that are listed.
const NAMED: usize = 3;

/// What a restore is about to overwrite.
#[derive(Debug)]
pub(super) struct Question<'q> {
    /// Number of partitions that are restored now, and of all.
    pub(super) now: usize,
    pub(super) all: usize,
    /// Their services.
    pub(super) services: BTreeSet<&'q ServiceId>,
    /// The creation times of the oldest and the newest backup.
    pub(super) made: (Timestamp, Timestamp),
}

impl Question<'_> {
    /// `Restore 12 partitions of Shop/Orders to 2026-11-25 09:04 UTC (2d ago)? All later writes will be lost.`
    pub(super) fn text(&self, now: Timestamp) -> String {
        format!("Restore {}? All later writes will be lost.", self.what(now))
    }

    /// `12 partitions of Shop/Orders to 2026-11-25 09:04 UTC (2d ago)`
    pub(super) fn what(&self, now: Timestamp) -> String {
        let count = match (self.now, self.all) {
            (1, 1) => "1 partition".to_owned(),
            (now, all) if now == all => format!("{now} partitions"),
            (now, all) => format!("the remaining {now} of {all} partitions"),
        };
        let (oldest, newest) = self.made;
        let time = if minute(oldest) == minute(newest) {
            format!("{} ({} ago)", minute(newest), age(now, newest))
        } else {
            format!(
                "backups of {} to {} ({} to {} ago)",
                minute(oldest),
                minute(newest),
                age(now, oldest),
                age(now, newest)
            )
        };
        format!("{count} of {} to {time}", services(&self.services))
    }
}

/// `Shop/Orders and Shop/Cart`, `Shop/A, Shop/B, Shop/C and 4 more services`.
fn services(services: &BTreeSet<&ServiceId>) -> String {
    let mut names: Vec<String> = services.iter().take(NAMED).map(|service| short(service)).collect();
    match services.len().saturating_sub(NAMED) {
        0 => {}
        1 => names.push("1 more service".to_owned()),
        more => names.push(format!("{more} more services")),
    }
    match names.split_last() {
        None => "no service".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_the_count_the_services_the_time_and_the_loss() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let names: Vec<ServiceId> =
            ["fabric:/Shop/Orders", "fabric:/Shop/Cart", "fabric:/B/C", "fabric:/B/D", "fabric:/B/E"]
                .map(|name| name.parse().unwrap())
                .into();
        let now = at("2026-11-27T10:00:00Z");
        let made = (at("2026-11-25T09:04:22Z"), at("2026-11-25T09:04:50Z"));
        let ask = |count, all, services: usize, made| {
            Question { now: count, all, services: names.iter().take(services).collect(), made }.text(now)
        };
        assert_eq!(
            ask(12, 12, 1, made),
            "Restore 12 partitions of Shop/Orders to 2026-11-25 09:04 UTC (2d ago)? All later writes will be lost."
        );
        assert_eq!(
            ask(8, 12, 2, (at("2026-11-25T08:00:00Z"), made.1)),
            "Restore the remaining 8 of 12 partitions of Shop/Cart and Shop/Orders to backups of 2026-11-25 08:00 UTC to \
             2026-11-25 09:04 UTC (2d 2h to 2d ago)? All later writes will be lost."
        );
        assert!(ask(1, 1, 5, made).starts_with("Restore 1 partition of B/C, B/D, B/E and 2 more services to "));
    }
}
