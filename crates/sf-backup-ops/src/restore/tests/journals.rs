//! Journals: complete, truncated, or invalid.

use proptest::prelude::*;

use super::*;
use crate::restore::journal::{self, End, read};

fn lines(entries: &[Entry]) -> Vec<u8> {
    entries.iter().map(ToString::to_string).collect::<String>().into_bytes()
}

#[test]
fn a_journal_is_whole_or_cut_off_at_its_end() {
    let plan = some_plan(1);
    let found = progress("Success", 100);
    let entries = [
        entry(1, Record::begun(&plan.fingerprint(), 1)),
        entry(2, starting(1, Some(found))),
        entry(3, Record::Ended { partition: id(1), end: End::Restored, problem: None }),
    ];
    let bytes = lines(&entries);
    for cut in 0..=bytes.len() {
        let journal = read(&bytes[..cut]).unwrap();
        assert_eq!(journal.entries, entries[..journal.entries.len()]);
        assert_eq!(journal.whole, lines(&journal.entries).len());
    }
    let text = String::from_utf8(bytes).unwrap();
    for (from, to) in [("\"n\":2", "\"n\":3"), ("Starting", "Stirring"), ("{\"n\":1", "{\"m\":1"), ("\n", "\n\n")] {
        assert!(read(text.replacen(from, to, 1).as_bytes()).is_err(), "{to}");
    }
    let without_second: String =
        text.split_inclusive('\n').enumerate().filter(|(n, _)| *n != 1).map(|(_, line)| line).collect();
    assert_eq!(
        read(without_second.as_bytes()).unwrap_err().to_string(),
        "line 2: is numbered 3: lines are missing, or not in order"
    );
}

#[test]
fn an_inconsistent_journal_is_rejected() {
    let plan = some_plan(2);
    let head = || entry(1, Record::begun(&plan.fingerprint(), 2));
    let refused = |records: Vec<Record>| {
        let numbers = 2..;
        let entries: Vec<_> =
            std::iter::once(head()).chain(numbers.zip(records).map(|(n, record)| entry(n, record))).collect();
        Run::new(plan.clone(), &entries, Limits::default()).unwrap_err().to_string()
    };
    let started = |partition| Record::Started { partition: id(partition), found: false };
    assert!(refused(vec![starting(1, None), starting(1, None)]).ends_with("is started a second time"));
    assert!(refused(vec![started(1)]).ends_with("is recorded as started, but was never attempted"));
    assert!(refused(vec![starting(7, None)]).ends_with("is not in the plan"));
    assert!(refused(vec![Record::begun("x", 1)]).ends_with("starts the journal a second time"));
    let ended = Record::Ended { partition: id(1), end: End::Failed, problem: None };
    assert!(refused(vec![starting(1, None), ended]).ends_with("is recorded as ended, but was never started"));
    let restored = Record::Ended { partition: id(1), end: End::Restored, problem: None };
    let again = vec![starting(1, None), started(1), restored, starting(1, None)];
    assert!(refused(again).ends_with("is started a second time"));
    let foreign = [entry(1, Record::begun("sha256:0", 2))];
    let error = Run::new(plan.clone(), &foreign, Limits::default()).unwrap_err();
    assert!(error.to_string().starts_with("line 1: is the journal of another plan"), "{error}");
}

/// A truncated end is removed, so it must be our own.
#[test]
fn a_file_that_does_not_begin_as_a_journal_is_refused() {
    for foreign in [
        "a letter",
        "a letter\nto a friend",
        "{",
        "{}",
        "{\"n\":1,\"at\":\"x",
        "{\"n\":1,\"at\":\"2024-03-09T12:00:00Z\",\"record\":{\"event\":\"Starting\"",
        "{\"n\":2",
        " {\"n\":1",
        "\n",
        "\u{feff}{\"n\":1",
        "apiVersion: sf-backup/v1\nkind: RestorePlan",
    ] {
        let found = read(foreign.as_bytes());
        // A single brace is the beginning of a journal, and nothing that could be lost.
        assert_eq!(found.is_ok(), foreign == "{", "{foreign:?}: {found:?}");
    }
    assert_eq!(read(b"").unwrap(), journal::Journal::default());
}

proptest! {
    #[test]
    fn any_bytes_are_a_journal_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }
}
