//! Results of calls, and whether they are true.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

use sf_backup_sim::Effect;

use super::act::CallResult;
use super::caller::Made;
use super::script::Call;

/// The sum over many calls.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally {
    pub(crate) calls: u64,
    /// The number of results of changes.
    changes: BTreeMap<&'static str, u64>,
    reads: BTreeMap<&'static str, u64>,
    /// The number of effects of these calls.
    effects: u64,
    /// The number of changes with more than one effect, all of them harmless.
    repeated: u64,
    pub(crate) slowest: Duration,
    /// Results that contradict the effect log.
    pub(crate) violations: Vec<String>,
}

impl Tally {
    /// Compares the results of calls with the effects in the cluster.
    pub(crate) fn count(&mut self, made: Vec<Made>, effects: &[Effect]) {
        let mut happened: HashMap<(u64, sf_backup_sim::EffectKind), u64> = HashMap::new();
        for effect in effects {
            if let Some(number) = Call::number_of(&effect.subject) {
                *happened.entry((number, effect.kind)).or_default() += 1;
            }
        }
        for Made { call, printed, took } in made {
            let times = call.act.effect().map(|kind| happened.get(&(call.number, kind)).copied().unwrap_or_default());
            self.calls += 1;
            self.slowest = self.slowest.max(took);
            self.effects += times.unwrap_or_default();
            let repeats = call.act.repeats();
            self.repeated += u64::from(repeats && times > Some(1));
            let sums = if times.is_some() { &mut self.changes } else { &mut self.reads };
            *sums.entry(name(&printed)).or_default() += 1;
            if !is_true(&printed, times, repeats) {
                let times = times.unwrap_or_default();
                self.violations.push(format!("{call:?} reported {printed:?}, but has {times} effects"));
            }
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.effects += other.effects;
        self.repeated += other.repeated;
        self.slowest = self.slowest.max(other.slowest);
        for (sums, others) in [(&mut self.changes, other.changes), (&mut self.reads, other.reads)] {
            others.into_iter().for_each(|(printed, count)| *sums.entry(printed).or_default() += count);
        }
        self.violations.extend(other.violations);
    }
}

fn name(printed: &CallResult) -> &'static str {
    match printed {
        CallResult::Done => "done",
        CallResult::NotDone => "not done",
        CallResult::Unknown => "unknown",
        CallResult::Dropped => "dropped",
        CallResult::Wrong(_) => "wrong",
    }
}

/// Whether the result of a call agrees with its number of effects, which is `None` for a read.
pub(crate) fn is_true(printed: &CallResult, times: Option<u64>, repeats: bool) -> bool {
    match (printed, times) {
        (CallResult::Wrong(_), _) => false,
        (_, None) => true,
        (CallResult::Done, Some(times)) => times == 1 || (repeats && times > 1),
        (CallResult::NotDone, Some(times)) => times == 0,
        (CallResult::Unknown | CallResult::Dropped, Some(times)) => times <= 1 || repeats,
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |sums: &BTreeMap<&str, u64>| {
            let sums: Vec<String> = sums.iter().map(|(printed, count)| format!("{count} {printed}")).collect();
            sums.join(", ")
        };
        writeln!(f, "  changes: {}", list(&self.changes))?;
        writeln!(f, "  reads: {}", list(&self.reads))?;
        writeln!(
            f,
            "  effects in the cluster: {}; {} changes were applied more than once, harmlessly",
            self.effects, self.repeated
        )?;
        write!(f, "  the slowest call took {:.1} s", self.slowest.as_secs_f64())
    }
}
