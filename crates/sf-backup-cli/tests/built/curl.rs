//! The output of `--dry-run=curl`, run by a real shell with the real curl.

use std::process::Command;

use sf_backup_tests::not_run;

use std::os::unix::ffi::OsStrExt;

use crate::harness::{Sim, command, run, text};
use crate::recorder::{Recorder, Request};

/// Whether curl is installed; reported if it is not.
fn there_is_curl() -> bool {
    let there = Command::new("curl").arg("--version").output().is_ok();
    if !there {
        not_run("curl", "install it to run what --dry-run=curl prints");
    }
    there
}

/// Lets a shell run what a command prints.
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
fn printed_curl_commands_have_the_effect_of_the_verb() {
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
fn no_secret_is_printed_and_limits_of_curl_are_named() {
    let thumbprint = "349A95382E3A4D8FD6D42B36B4C04ABFF35BD421";
    let args = ["-e", "https://cluster:19080", "--server-thumbprint", thumbprint, "--token-command", "no-such-program"];
    let output = run(&[&args[..], &["--dry-run=curl", "service", "suspend", "A/S"]].concat());
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    for part in [
        "# curl cannot require the certificate with the thumbprint 349A",
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

const NAMES: &[&str] = &[
    "-",
    "--",
    "@file",
    "****",
    "a****b",
    "\u{e000}0\u{e000}",
    "SECRET0Z",
    "$(touch hit)",
    "`touch hit`",
    "it's",
    "\"",
    "a\\b",
    "$PATH",
    "~",
    "# x",
    "\nnext",
    "%s",
    "!",
    "\u{202e}x",
    "\u{7f}",
    "\u{2028}",
    "\u{1b}[2J",
    "é 漢",
    "a&b=c?d#e",
    "&",
    "\t",
];

/// A request without what every client sends about itself.
fn without_client(mut request: Request) -> Request {
    let own = ["host", "user-agent", "accept", "connection", "x-servicefabricrequestid"];
    request.headers.retain(|name, _| !own.contains(&name.as_str()));
    request
}

/// The request of a command, or its error if it sent none.
fn sent(recorder: &Recorder, args: &[&str], secrets: &[(&str, &str)]) -> Result<Request, String> {
    // The entity of the change must exist.
    recorder.named(&["A", args.last().unwrap()]);
    let output = command(&[&["-e", &recorder.url], args].concat()).envs(secrets.iter().copied()).output().unwrap();
    match &*recorder.requests() {
        [] => Err(text(&output.stderr).to_owned()),
        // Some changes read the cluster before or after.
        several @ [.., last] => {
            let change = several.iter().find(|request| request.method != "GET");
            Ok(without_client(change.unwrap_or(last).clone()))
        }
    }
}

/// Runs the printed command in its own folder, and returns what it sent. Nothing else may happen there.
fn sent_by_curl(recorder: &Recorder, args: &[&str], secrets: &[(&str, &str)]) -> Result<Request, String> {
    let output = run(&[&["-e", &recorder.url, "--dry-run=curl"], args].concat());
    if !output.status.success() {
        return Err(text(&output.stderr).to_owned());
    }
    recorder.named(&["Any"]);
    let folder = tempfile::tempdir().unwrap();
    let mut bash = Command::new("bash");
    bash.arg("-euc").arg(std::ffi::OsStr::from_bytes(&output.stdout)).current_dir(folder.path());
    let ran = bash.envs(secrets.iter().copied()).output().unwrap();
    assert!(ran.status.success(), "{}: {ran:?}", text(&output.stdout));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{}", text(&output.stdout));
    match &*recorder.requests() {
        [only] => Ok(without_client(only.clone())),
        other => panic!("{}: {other:?}", text(&output.stdout)),
    }
}

#[test]
fn the_printed_command_sends_the_same_request_only() {
    if !there_is_curl() {
        return;
    }
    let recorder = Recorder::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.json");
    let mut same = 0;
    for name in NAMES {
        let policy = serde_json::json!({ "Name": name, "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 3,
            "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT15M" }, "Note": name,
            "Extra": { "StorageKind": "Odd", "PATH": "hunter3" },
            "Storage": { "StorageKind": "FileShare", "Path": name, "PrimaryUserName": name, "PrimaryPassword": "hunter2",
                "Key": "hunter4", "key": "hunter5", "Key_2": "hunter6" } });
        std::fs::write(&file, policy.to_string()).unwrap();
        let create = ["policy", "create", "-f", file.to_str().unwrap()];
        let lines: &[&[&str]] = &[
            &create,
            &["service", "enable", "A/S", "--policy", name],
            &["policy", "show", name],
            &["app", "suspend", name],
            &[
                "partition",
                "restore",
                "6b1c2f7e-0000-4000-8000-000000000001",
                "-y",
                "--backup-id",
                "6b1c2f7e-0000-4000-8000-000000000002",
                "--location",
                name,
            ],
        ];
        let secrets = [
            ("PRIMARY_PASSWORD", "hunter2"),
            ("SECRET_PATH", "hunter3"),
            ("SECRET_KEY", "hunter4"),
            ("SECRET_KEY2", "hunter6"),
            ("SECRET_KEY_2", "hunter5"),
        ];
        for line in lines {
            // Reads a list of names on standard input, which is empty here.
            if line.ends_with(&["-"]) && !line.contains(&"--policy") && !line.contains(&"--location") {
                continue;
            }
            match (sent(&recorder, line, &[]), sent_by_curl(&recorder, line, &secrets)) {
                (Ok(sent), Ok(by_curl)) => {
                    assert_eq!(
                        by_curl,
                        sent,
                        "{line:?}: {} {}",
                        String::from_utf8_lossy(&by_curl.body),
                        String::from_utf8_lossy(&sent.body)
                    );
                    same += 1;
                }
                (Err(problem), Err(other)) => assert_eq!(problem, other, "{line:?}"),
                other => panic!("{line:?}: {other:?}"),
            }
        }
    }
    assert!(same > 60, "{same}");
}

#[test]
fn no_value_of_an_option_leaves_its_comment() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = "cluster\ntouch hit\n$(touch hit)\u{2028}";
    for variable in [
        "SF_BACKUP_SERVER_COMMON_NAME",
        "SF_BACKUP_SERVER_THUMBPRINT",
        "SF_BACKUP_CERT",
        "SF_BACKUP_PKCS12",
        "SF_BACKUP_CA",
    ] {
        let mut printing = command(&["-e", "https://127.0.0.1:1", "--dry-run=curl", "policy", "list"]);
        let printed = printing.env(variable, hostile).current_dir(folder.path()).output().unwrap();
        let mut bash = Command::new("bash");
        bash.arg("-c").arg(std::ffi::OsStr::from_bytes(&printed.stdout)).current_dir(folder.path()).output().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{variable}: {}", text(&printed.stdout));
    }
}
