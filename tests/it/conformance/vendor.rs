//! The vendor's examples, if their folder is given: requests must be built as published, responses must be parsed and
//! written back with the same meaning.

mod example;
mod meaning;

use std::path::{Path, PathBuf};
use std::{env, fs};

use example::Example;
use sf_backup_tests::not_run;

const FOLDER: &str = "SF_BACKUP_VENDOR_EXAMPLES";

/// The folder with a subfolder for each version, if it is given.
fn folder() -> Result<PathBuf, String> {
    let named = env::var_os(FOLDER).filter(|path| !path.is_empty());
    let path = named.map(PathBuf::from).ok_or_else(|| format!("{FOLDER} names no folder"))?;
    if path.is_dir() { Ok(path) } else { Err(format!("{FOLDER} is {}, which is not a folder", path.display())) }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Checks every file below `folder`. A file that is not an example is a finding as well.
fn findings(folder: &Path) -> (usize, Vec<String>) {
    let (mut checked, mut findings) = (0, Vec::new());
    for version in entries(folder) {
        if !version.is_dir() {
            findings.push(format!("{}: not a version's folder", version.display()));
            continue;
        }
        for path in entries(&version) {
            checked += 1;
            let outcome = Example::load(&path).and_then(|example| example.check());
            findings.extend(outcome.err().map(|problem| format!("{}: {problem}", path.display())));
        }
    }
    (checked, findings)
}

#[test]
fn every_example_is_built_and_read() {
    let folder = match folder() {
        Ok(folder) => folder,
        Err(why) => {
            not_run("the vendor's examples", &why);
            return;
        }
    };
    let (checked, findings) = findings(&folder);
    assert_eq!(findings, Vec::<String>::new());
    assert!(checked > 0, "{} holds no examples", folder.display());
    println!("{checked} examples");
}

fn example(text: &str) -> Result<(), String> {
    Example::parse("GetBackupPolicyList-1", text).and_then(|example| example.check())
}

#[test]
fn a_made_up_example_passes() {
    example(
        r#"{"operationId": "GetBackupPolicyList", "parameters": {"api-version": "6.4", "MaxResults": 2, "ContinuationToken": "a#b"},
            "responses": {"200": {"body": {"ContinuationToken": "", "Items": [{"Name": "P", "AutoRestoreOnDataLoss": "false",
            "MaxIncrementalBackups": "3", "Schedule": {"Interval": "P1M", "ScheduleKind": "FrequencyBased"},
            "Storage": {"StorageKind": "Tape", "Drive": null}, "RetentionPolicy": null}]}}}}"#,
    )
    .unwrap();
}

#[test]
fn differences_from_an_example_are_reported() {
    let wrong = [
        (r#"{"operationId": "Tidy"}"#, "no operation Tidy"),
        (r#"{"operationId": "GetBackupPolicyByName"}"#, "is not named after its operation"),
        (r#"{"operationId": "GetBackupPolicyList", "parameters": {"api-version": "6.4", "Colour": "red"}}"#, "Colour"),
        (
            r#"{"operationId": "GetBackupPolicyList", "parameters": {"api-version": "6.4", "MaxResults": "many"}}"#,
            "MaxResults",
        ),
        (
            r#"{"operationId": "GetBackupPolicyList", "parameters": {"api-version": "6.4"}, "responses": {"202": {}}}"#,
            "202",
        ),
        (
            r#"{"operationId": "GetBackupPolicyList", "parameters": {"api-version": "6.4"},
             "responses": {"200": {"body": {"Items": [], "Colour": "red"}}}}"#,
            "Colour",
        ),
    ];
    for (text, part) in wrong {
        let problem = example(text).unwrap_err();
        assert!(problem.contains(part), "{problem}");
    }
}
