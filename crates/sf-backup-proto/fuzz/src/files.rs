//! Untrusted files: journals and plans of restores.

use sf_backup_ops::restore::{Plan, journal};

/// A journal that can be read is written unchanged.
pub fn journals(data: &[u8]) {
    let Ok(journal) = journal::read(data) else { return };
    assert!(journal.whole <= data.len());
    let written: String = journal.entries.iter().map(ToString::to_string).collect();
    let again = journal::read(written.as_bytes()).expect("it was read before");
    assert_eq!(again.entries, journal.entries);
}

/// A plan that can be read is written unchanged, with the same fingerprint and summary.
pub fn plans(data: &[u8]) {
    let Ok(value) = serde_json::from_slice(data) else { return };
    let Ok(plan) = Plan::read(&value) else { return };
    let written = serde_json::to_value(&plan).expect("it can be written");
    let again = Plan::read(&written).expect("it was read before");
    assert_eq!(again.fingerprint(), plan.fingerprint());
    assert_eq!(again.summary(), plan.summary());
}
