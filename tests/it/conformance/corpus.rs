//! The fuzz entry points over their committed corpus, unchanged and mutated.

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sf_backup_proto_fuzz::{
    completion, curl, durations, escaping, exchange, journals, names, pager, plans, progress, reply, resolve,
    server_read,
};

/// The seeds of one target, sorted by name.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/sf-backup-proto/fuzz/corpus").join(target);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    // Only committed seeds: a fuzz run leaves others in the folder.
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "seed"));
    paths.sort();
    assert!(paths.len() >= 10, "{} seeds of {target}", paths.len());
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// A mutation at a position of a seed.
#[derive(Debug, Clone)]
enum Mutation {
    Replace(u8),
    Insert(Vec<u8>),
    Remove(usize),
    Repeat(usize),
    /// Replaces the rest by that of another seed, from a position in it.
    Splice(prop::sample::Index, prop::sample::Index),
}

fn mutation() -> impl Strategy<Value = (prop::sample::Index, Mutation)> {
    let kind = prop_oneof![
        any::<u8>().prop_map(Mutation::Replace),
        proptest::sample::select(br#"{}[]",:0-9+.eE%/~$"#.to_vec()).prop_map(Mutation::Replace),
        vec(any::<u8>(), 1..6).prop_map(Mutation::Insert),
        proptest::sample::select(
            &["null", "\"\"", "{}", "[]", "1e9", "****", "\u{202e}", "%2F", "0001-01-01T00:00:00Z"][..]
        )
        .prop_map(|text| Mutation::Insert(text.as_bytes().to_vec())),
        (1_usize..20).prop_map(Mutation::Remove),
        (1_usize..20).prop_map(Mutation::Repeat),
        any::<(prop::sample::Index, prop::sample::Index)>().prop_map(|(seed, place)| Mutation::Splice(seed, place)),
    ];
    (any::<prop::sample::Index>(), kind)
}

fn mutate(bytes: &mut Vec<u8>, place: prop::sample::Index, mutation: Mutation, seeds: &[Vec<u8>]) {
    let at = place.index(bytes.len() + 1);
    let span = |length: usize| at..(at + length).min(bytes.len());
    match mutation {
        Mutation::Replace(byte) => drop(bytes.splice(span(1), [byte])),
        Mutation::Insert(new) => drop(bytes.splice(at..at, new)),
        Mutation::Remove(length) => drop(bytes.drain(span(length))),
        Mutation::Repeat(length) => {
            let again = bytes[span(length)].to_vec();
            bytes.splice(at..at, again);
        }
        Mutation::Splice(seed, from) => {
            let other = &seeds[seed.index(seeds.len())];
            bytes.truncate(at);
            bytes.extend(&other[from.index(other.len() + 1)..]);
        }
    }
}

fn run(target: &str, entry: fn(&[u8])) {
    let seeds = seeds(target);
    seeds.iter().for_each(|seed| entry(seed));
    let inputs = (any::<prop::sample::Index>(), vec(mutation(), 1..6));
    let config = ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&inputs, |(seed, mutations)| {
        let mut bytes = seeds[seed.index(seeds.len())].clone();
        for (place, mutation) in mutations {
            mutate(&mut bytes, place, mutation, &seeds);
        }
        entry(&bytes);
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn replies() {
    run("reply", reply);
}

#[test]
fn requests_at_a_server() {
    run("server_read", server_read);
}

#[test]
fn names_and_endpoints() {
    run("names", names);
}

#[test]
fn times_and_durations() {
    run("durations", durations);
}

#[test]
fn calls_from_the_first_byte_to_the_response() {
    run("exchange", exchange);
}

#[test]
fn lost_changes_verified() {
    run("resolve", resolve);
}

#[test]
fn lists_by_their_tokens() {
    run("pager", pager);
}

#[test]
fn waiting_for_runs() {
    run("progress", progress);
}

#[test]
fn text_on_a_screen() {
    run("escaping", escaping);
}

#[test]
fn words_for_shells() {
    run("completion", completion);
}

#[test]
fn bodies_for_curl() {
    run("curl", curl);
}

#[test]
fn journals_of_restores() {
    run("journals", journals);
}

#[test]
fn plans_of_restores() {
    run("plans", plans);
}
