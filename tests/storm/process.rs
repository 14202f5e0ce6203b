//! Memory and open descriptors of this process, from Linux.

use std::fs;

/// Memory and descriptors at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// Resident memory in bytes.
    pub(crate) memory: u64,
    /// Number of open descriptors.
    pub(crate) descriptors: u64,
}

impl Held {
    /// The current values; `None` on systems other than Linux.
    pub(crate) fn now() -> Option<Self> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kilobytes: u64 = resident.trim().trim_end_matches(" kB").parse().ok()?;
        // Exclude the descriptor of this folder.
        let descriptors = fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1);
        Some(Self { memory: kilobytes * 1024, descriptors: descriptors as u64 })
    }
}

/// Peak resident memory in bytes.
pub(crate) fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(peak.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}

/// From one sample to the next, memory varies by more than 10 MiB under injected faults: maxima of fewer samples than a fifth of
/// this are chance.
const FEWEST: usize = 50;

/// Samples over time.
#[derive(Debug, Default)]
pub(crate) struct Watched(Vec<Held>);

impl Watched {
    pub(crate) fn look(&mut self) {
        self.0.extend(Held::now());
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    pub(crate) fn last(&self, of: fn(&Held) -> u64) -> Option<u64> {
        self.0.last().map(of)
    }

    /// The maximum in the second fifth of the samples, after warming up, and the maximum in the last fifth; `None` for too few
    /// samples.
    pub(crate) fn grown(&self, of: fn(&Held) -> u64) -> Option<(u64, u64)> {
        if self.0.len() < FEWEST {
            return None;
        }
        let fifth = self.0.len() / 5;
        let highest = |looks: &[Held]| looks.iter().map(of).max();
        Some((highest(self.0.get(fifth..2 * fifth)?)?, highest(self.0.get(self.0.len() - fifth..)?)?))
    }
}

/// Returns a line about the growth of a value, and whether it is within the limit.
pub(crate) fn verdict(what: &str, grown: Option<(u64, u64)>, most: u64, unit: u64) -> (String, bool) {
    let Some((early, late)) = grown else {
        return (format!("{what}: skipped, not supported on this system or too few samples"), true);
    };
    let show =
        |count: u64| if unit == 1 { count.to_string() } else { format!("{:.1} MiB", count as f64 / unit as f64) };
    let flat = late <= early + most;
    let word = if flat { "flat" } else { "GROWS" };
    (
        format!("{what}: {} after warming up, {} at the end, limit +{}: {word}", show(early), show(late), show(most)),
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
