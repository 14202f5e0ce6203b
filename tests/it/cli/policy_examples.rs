//! Every policy in the help and in the READMEs can be copied: `policy lint` finds nothing.

use std::path::Path;

use serde_json::{Value, json};
use sf_backup_sim::{Cluster, Runtime};

use super::harness::{OneFile, at, run, run_with};

const GOOD: &str = "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=QUJD;EndpointSuffix=core.windows.net";

/// The texts with examples: a name, and the text.
fn texts() -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = sf_backup_cli::commands()
        .into_iter()
        .map(|verb| {
            let args: Vec<&str> = verb.split(' ').chain(["--help"]).collect();
            (format!("{verb} --help"), run(&args).expect(0).out)
        })
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let crates = std::fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path());
    for folder in crates.chain([root.to_owned()]) {
        let path = folder.join("README.md");
        texts.extend(std::fs::read_to_string(&path).ok().map(|text| (path.display().to_string(), text)));
    }
    texts
}

/// The commands that create a policy from options, one line each.
fn commands(text: &str) -> Vec<String> {
    // Lines continue after a backslash, in PowerShell after a grave accent.
    let joined = text.replace("\\\n", " ").replace(" `\n", " ");
    let lines = joined.lines().map(|line| line.trim().trim_start_matches("$ ").to_owned());
    lines
        .filter(|line| line.starts_with("sf-backup policy create ") && line.contains(" --"))
        .filter(|line| !line.contains(" -f"))
        .collect()
}

/// The words of a command: separated by spaces, or in single quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for character in line.chars().chain([' ']) {
        match character {
            '\'' => quoted = !quoted,
            ' ' if !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            character => word.push(character),
        }
    }
    words
}

/// The JSON objects in a text that are policies.
fn json_policies(text: &str) -> Vec<String> {
    let starts = text.match_indices('{').map(|(at, _)| at);
    let objects = starts.filter_map(|at| {
        let end = text[at..].char_indices().scan(0_i32, |depth, (place, character)| {
            *depth += i32::from(character == '{') - i32::from(character == '}');
            Some((place, *depth))
        });
        let end = end.skip(1).find(|(_, depth)| *depth == 0)?.0;
        Some(text[at..=at + end].to_owned())
    });
    // Code in READMEs has braces, too.
    let is_policy = |object: &String| {
        let value = serde_json::from_str::<Value>(object);
        value.is_ok_and(|value| ["Name", "Schedule", "Storage"].iter().all(|member| value.get(member).is_some()))
    };
    objects.filter(is_policy).collect()
}

/// The policies of the configurations in a text.
fn yaml_policies(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("apiVersion: sf-backup/v1") {
        let start = text[..at].rfind('\n').map_or(0, |line| line + 1);
        let indent = " ".repeat(at - start);
        let lines = text[start..].lines().take_while(|line| line.starts_with(&indent) && !line.starts_with("```"));
        let document: String = lines.map(|line| format!("{}\n", &line[indent.len()..])).collect();
        let document: Value = serde_saphyr::from_str(&document).unwrap_or_else(|error| panic!("{error} in {document}"));
        found.extend(document["policies"].as_array().into_iter().flatten().cloned());
    }
    found
}

#[test]
fn commands_that_create_a_policy_make_one_without_findings() {
    let secret = OneFile::new("secret", GOOD);
    let mut tried = 0;
    for (place, text) in texts() {
        for line in commands(&text) {
            // Managed identities need a later release than the simulator shows by default.
            let runtime = if line.contains("--managed-identity") { Runtime::V11_3 } else { Runtime::default() };
            let cluster = Cluster::builder().runtime(runtime).build().listen().unwrap();
            let words: Vec<String> = words(&line)
                .into_iter()
                .skip(1)
                .map(|word| match word.as_str() {
                    reference if reference.starts_with("env:") || reference.starts_with("cmd:") => {
                        format!("file:{}", secret.path())
                    }
                    _ => word,
                })
                .collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let ran = at(&cluster.url(), &words);
            assert_eq!(ran.code, 0, "{place}: {line}: {ran:?}");
            assert!(!ran.err.contains("warning"), "{place}: {line}: {ran:?}");
            let name = words[2];
            let lint = at(&cluster.url(), &["-o", "json", "policy", "lint", "--strict", name]).expect(0);
            if runtime == Runtime::default() {
                assert_eq!(lint.json(), json!([]), "{place}: {line}");
            }
            tried += 1;
        }
    }
    assert!(tried >= 5, "{tried}");
}

#[test]
fn policies_in_files_have_no_findings() {
    let secret = OneFile::new("secret", GOOD);
    let mut tried = 0;
    for (place, text) in texts() {
        let mut policies = json_policies(&text);
        policies.extend(yaml_policies(&text).into_iter().map(|policy| policy.to_string()));
        for policy in policies {
            let policy = policy.replace("env:BACKUP_STORAGE", &format!("file:{}", secret.path()));
            let lint = run_with(&policy, false, &["-o", "json", "policy", "lint", "--runtime", "6.4", "-"]).expect(0);
            assert_eq!(lint.json(), json!([]), "{place}: {policy}");
            tried += 1;
        }
    }
    // The policy in the help is JSON, and only counted if it is escaped as JSON.
    assert!(tried >= 5, "{tried}");
}
