//! What `--dry-run=curl` prints, run by a real shell with the real curl.

use std::process::Command;

use sf_backup_tests::not_run;

use crate::harness::{Sim, run, text};

/// Whether curl is on this machine; reported if it is not.
fn there_is_curl() -> bool {
    let there = Command::new("curl").arg("--version").output().is_ok();
    if !there {
        not_run("curl", "install it to run what --dry-run=curl prints");
    }
    there
}

/// Has a shell run what a verb prints.
fn by_curl(sim: &Sim, args: &[&str], variables: &[(&str, &str)]) {
    let printed = run(&[&["-e", &sim.url, "--dry-run=curl"], args].concat());
    assert!(printed.status.success(), "{printed:?}");
    let script = text(&printed.stdout);
    let output = Command::new("sh").args(["-euc", script]).envs(variables.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{script}: {output:?}");
}

const TOPOLOGY: &str = r#"{"Applications":[{"Name":"fabric:/It's 100 \"App\"","Services":[{"Name":"fabric:/It's 100 \"App\"/Ünï*(c)",
  "ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
  {"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-000000000001"}]}]}]}"#;

#[test]
fn it_does_what_the_verb_does_whatever_the_names() {
    if !there_is_curl() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let topology = folder.path().join("topology.json");
    std::fs::write(&topology, TOPOLOGY).unwrap();
    let sim = Sim::start(&["--topology", topology.to_str().unwrap()]);
    let name = r#"it's $HOME `id` "100%" ~"#;
    let policy = serde_json::json!({ "Name": name, "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 3,
        "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT15M" },
        "Storage": { "StorageKind": "FileShare", "Path": r"\\nas\it's $HOME", "PrimaryUserName": "u",
            "PrimaryPassword": "hunter2", "SecondaryUserName": "v", "SecondaryPassword": "hunter3" } });
    let file = folder.path().join("policy.json");
    std::fs::write(&file, policy.to_string()).unwrap();
    let create = ["policy", "create", "-f", file.to_str().unwrap()];
    by_curl(&sim, &create, &[("PRIMARY_PASSWORD", "a b"), ("SECONDARY_PASSWORD", "c")]);

    let shown = sim.done(&["-o", "json", "policy", "show", name]);
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!((&shown["Name"], &shown["Storage"]["Path"]), (&policy["Name"], &policy["Storage"]["Path"]));

    let service = r#"fabric:/It's 100 "App"/Ünï*(c)"#;
    by_curl(&sim, &["service", "enable", service, "--policy", name], &[]);
    by_curl(&sim, &["service", "suspend", service], &[]);
    by_curl(&sim, &["service", "config", service], &[]);
    let config = sim.done(&["-o", "json", "service", "config", service]);
    let config: serde_json::Value = serde_json::from_slice(&config.stdout).unwrap();
    assert_eq!(
        (&config[0]["PolicyName"], &config[0]["SuspensionInfo"]["IsSuspended"]),
        (&policy["Name"], &true.into())
    );
}

#[test]
fn it_never_prints_a_secret_and_says_what_curl_cannot_do() {
    let thumbprint = "349A95382E3A4D8FD6D42B36B4C04ABFF35BD421";
    let args = ["-e", "https://cluster:19080", "--server-thumbprint", thumbprint, "--token-command", "no-such-program"];
    let output = run(&[&args[..], &["--dry-run=curl", "service", "suspend", "A/S"]].concat());
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    for part in [
        "# curl cannot ask for the certificate with the thumbprint 349A",
        r#""authorization: Bearer $SF_BACKUP_TOKEN""#,
    ] {
        assert!(printed.contains(part), "{part} is missing in {printed}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("storage.json");
    let storage = r#"{"StorageKind":"AzureBlobStore","ConnectionString":"hunter2","ContainerName":"c"}"#;
    std::fs::write(&file, storage).unwrap();
    let output = run(&["--dry-run=curl", "storage", "backups", "--app", "A", "--storage-file", file.to_str().unwrap()]);
    let printed = text(&output.stdout);
    assert!(
        printed.contains(r#""ConnectionString":"'"$CONNECTION_STRING"'""#) && !printed.contains("hunter2"),
        "{printed}"
    );
}
