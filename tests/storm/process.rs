//! What this process holds, as Linux tells it.

use std::fs;

/// Memory and descriptors at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// Bytes in memory.
    pub(crate) memory: u64,
    /// Open descriptors.
    pub(crate) descriptors: u64,
}

impl Held {
    /// `None` where the system does not tell.
    pub(crate) fn now() -> Option<Self> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kilobytes: u64 = resident.trim().trim_end_matches(" kB").parse().ok()?;
        // The folder that is read is one of them.
        let descriptors = fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1);
        Some(Self { memory: kilobytes * 1024, descriptors: descriptors as u64 })
    }
}

/// The most bytes that have been in memory at a time.
pub(crate) fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(peak.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}

/// What was held from time to time.
#[derive(Debug, Default)]
pub(crate) struct Watched(Vec<Held>);

impl Watched {
    pub(crate) fn look(&mut self) {
        self.0.extend(Held::now());
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// The highest in the second fifth of all looks, and the highest in the last: what came before was warming up.
    pub(crate) fn grown(&self, of: fn(&Held) -> u64) -> Option<(u64, u64)> {
        let fifth = self.0.len() / 5;
        let highest = |looks: &[Held]| looks.iter().map(of).max();
        Some((highest(self.0.get(fifth..2 * fifth)?)?, highest(self.0.get(self.0.len() - fifth..)?)?))
    }
}

/// A line that tells how much something grew, and whether by too much.
pub(crate) fn verdict(what: &str, grown: Option<(u64, u64)>, most: u64, unit: u64) -> (String, bool) {
    let Some((early, late)) = grown else {
        return (format!("{what}: skipped, the system does not tell or there were too few looks"), true);
    };
    let show =
        |count: u64| if unit == 1 { count.to_string() } else { format!("{:.1} MiB", count as f64 / unit as f64) };
    let flat = late <= early + most;
    let word = if flat { "flat" } else { "GROWS" };
    (
        format!(
            "{what}: {} after warming up, {} in the end, {} more are allowed: {word}",
            show(early),
            show(late),
            show(most)
        ),
        flat,
    )
}

pub(crate) const MIB: u64 = 1024 * 1024;

pub(crate) fn memory(held: &Held) -> u64 {
    held.memory
}

pub(crate) fn descriptors(held: &Held) -> u64 {
    held.descriptors
}
