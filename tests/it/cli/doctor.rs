//! `doctor`: the connection to a cluster, step by step.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use sf_backup_cli::Environment;
use sf_backup_sim::{Cluster, Role, Runtime};

use super::doubles::{Canned, CannedResponse, Untouched, dead};
use super::harness::{Ran, at, run, run_in};

/// The result of each step in order: `passed`, `failed`, `skipped`.
fn results(ran: &Ran) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    ran.json().as_array().unwrap().iter().map(|step| (text(&step["step"]), text(&step["result"]))).collect()
}

fn ended(ran: &Ran, result: &str) -> Vec<String> {
    results(ran).into_iter().filter(|(_, found)| found == result).map(|(step, _)| step).collect()
}

const ALL: [&str; 10] = [
    "name",
    "port",
    "tls",
    "authentication",
    "api-version",
    "backup-service",
    "reads",
    "writes",
    "fault-analysis",
    "clock",
];

/// A cluster with the right time.
fn builder() -> sf_backup_sim::ClusterBuilder {
    Cluster::builder().start(SystemTime::now().try_into().unwrap())
}

#[test]
fn a_cluster_that_is_well_passes_and_is_not_changed() {
    for runtime in [Runtime::V6_2, Runtime::V6_4, Runtime::V11_3] {
        let cluster = builder().runtime(runtime).build();
        let listening = cluster.listen().unwrap();
        let ran = at(&listening.url(), &["-o", "json", "doctor"]).expect(0);
        let steps: Vec<String> = results(&ran).into_iter().map(|(step, _)| step).collect();
        assert_eq!(steps, ALL);
        assert_eq!(ended(&ran, "skipped"), ["tls"], "{ran:?}");
        assert_eq!(ended(&ran, "failed"), [""; 0], "{ran:?}");
        let spoken =
            if runtime == Runtime::V6_2 { "supports api-version 6.2-preview" } else { "supports api-version 6.4" };
        assert!(ran.out.contains(spoken), "{ran:?}");
        assert!(cluster.effects().is_empty(), "{:?}", cluster.effects());
    }
}

#[test]
fn commands_to_go_on_with_can_be_copied() {
    let listening = builder().build().listen().unwrap();
    let home = tempfile::tempdir().unwrap();
    let environment = Environment::none().home(home.path()).variable("APPDATA", home.path());
    let url = listening.url();
    let printed = run_in(&environment, &["-e", &url, "--timeout", "30", "doctor"]).expect(0);
    let commands: Vec<&str> = printed.out.lines().filter_map(|line| line.strip_prefix("  sf-backup ")).collect();
    assert_eq!(commands[0], format!("context add cluster -e {url} --timeout 30"));
    for command in &commands {
        run_in(&environment, &command.split(' ').collect::<Vec<_>>()).expect(0);
    }
    let printed = run_in(&environment, &["doctor"]).expect(0);
    assert!(printed.out.contains("sf-backup policy list"), "{printed:?}");
    let printed = run_in(&environment, &["context", "test"]).expect(0);
    assert_eq!(printed.out, format!("{url}  OK\n"));
    run_in(&environment, &["context", "test", "other"]).expect(2);
}

#[test]
fn a_dead_port_is_named() {
    let url = dead();
    let ran = at(&url, &["-o", "json", "doctor"]).expect(7);
    assert_eq!(ended(&ran, "failed"), ["port"]);
    assert_eq!(ended(&ran, "passed"), ["name"]);
    let ran = at(&url, &["doctor"]).expect(7);
    assert!(ran.out.contains("FAILED  port") && ran.out.contains("to do: "), "{ran:?}");
    let ran = at(&url, &["context", "test"]).expect(7);
    assert!(ran.out.contains("FAILED  port") && !ran.out.contains("skipped"), "{ran:?}");
}

#[test]
fn a_name_without_an_address_is_named() {
    let ran = at("http://no-such-host.invalid:19080", &["-o", "json", "doctor"]).expect(7);
    assert_eq!(ended(&ran, "failed"), ["name"]);
}

/// Port 19000 is the one for `Connect-ServiceFabricCluster`.
#[test]
fn the_port_of_another_protocol_has_a_hint() {
    let ran = at("http://no-such-host.invalid:19000", &["policy", "list"]).expect(7);
    assert!(ran.err.contains("hint: port 19000 is for Service Fabric's own protocol"), "{ran:?}");
    let ran = run(&["-e", "c.example:19000", "policy", "list"]).expect(2);
    assert!(ran.err.contains("must begin with http:// or https://; port 19000 is"), "{ran:?}");
    let ran = run(&["-ConnectionEndpoint", "c.example:19000", "-X509Credential", "policy", "list"]).expect(2);
    assert!(ran.err.contains("to connect in the same way: sf-backup -e https://c.example:19080 doctor"), "{ran:?}");
}

#[test]
fn a_missing_backup_service_is_reported() {
    let listening = builder().without_backup_service().build().listen().unwrap();
    let empty = Canned::response(404, "");
    for (url, fault_analysis) in [(listening.url(), "passed"), (empty.url(), "skipped")] {
        let ran = at(&url, &["-o", "json", "doctor"]).expect(10);
        assert_eq!(ended(&ran, "failed"), ["backup-service"], "{ran:?}");
        assert_eq!(results(&ran)[8], ("fault-analysis".to_owned(), fault_analysis.to_owned()));
    }
}

/// A server that returns `{}` to everything: no step fails, and half of them are skipped.
#[test]
fn unknown_states_are_not_passed() {
    let ran = at(&Canned::response(200, "{}").url(), &["doctor"]).expect(0);
    assert!(ran.out.contains("No check failed; some were skipped."), "{ran:?}");
    let ran = at(&builder().build().listen().unwrap().url(), &["doctor"]).expect(0);
    assert!(ran.out.contains("All checks passed."), "{ran:?}");
}

#[test]
fn a_read_only_role_is_detected_without_an_effect() {
    let cluster = builder().role(Role::User).build();
    let listening = cluster.listen().unwrap();
    let ran = at(&listening.url(), &["-o", "json", "doctor"]).expect(5);
    assert_eq!(ended(&ran, "failed"), ["writes"], "{ran:?}");
    assert!(ended(&ran, "passed").contains(&"reads".to_owned()));
    assert!(cluster.effects().is_empty());
}

#[test]
fn a_cluster_without_fault_analysis_cannot_restore() {
    let listening = builder().without_fault_analysis().build().listen().unwrap();
    let ran = at(&listening.url(), &["-o", "json", "doctor"]).expect(10);
    assert_eq!(ended(&ran, "failed"), ["fault-analysis"], "{ran:?}");
}

#[test]
fn callers_without_credentials_get_advice() {
    for status in [401, 403] {
        let gateway = Canned::response(status, "");
        let ran = at(&gateway.url(), &["-o", "json", "doctor"]).expect(5);
        assert_eq!(ended(&ran, "failed"), ["authentication"], "{ran:?}");
        assert!(ran.out.contains("--cert") && ran.out.contains("--token-command"), "{ran:?}");
        assert_eq!(gateway.request_lines().len(), 1, "whoever is turned away does not go on asking");
    }
}

#[test]
fn an_unsupported_api_version_is_reported() {
    let listening = builder().runtime(Runtime::V6_4).build().listen().unwrap();
    let ran = at(&listening.url(), &["-o", "json", "--api-version", "6.2-preview", "doctor"]).expect(1);
    assert_eq!(ended(&ran, "failed"), ["api-version"], "{ran:?}");
}

#[test]
fn the_probe_has_no_effect_and_an_unsupported_version() {
    let page = r#"{"ContinuationToken":"","Items":[]}"#;
    let cluster = Canned::script([
        CannedResponse::Reply(200, page.to_owned()),
        CannedResponse::Reply(400, r#"{"Error":{"Code":"E_INVALIDARG","Message":"Invalid API Version"}}"#.to_owned()),
        CannedResponse::Reply(200, page.to_owned()),
    ]);
    let ran = at(&cluster.url(), &["-o", "json", "doctor"]).expect(0);
    assert_eq!(ended(&ran, "skipped"), ["tls", "fault-analysis", "clock"], "{ran:?}");
    let expected = [
        "GET /BackupRestore/BackupPolicies?api-version=6.4&MaxResults=1",
        "POST /Services/sf-backup-doctor/no-such-service/$/ResumeBackup?api-version=6.2-preview",
        "GET /Applications/System/$/GetServices?api-version=6.0",
    ];
    assert_eq!(cluster.request_lines(), expected);
}

#[test]
fn every_endpoint_is_examined_and_the_worst_decides() {
    let listening = builder().build().listen().unwrap();
    let dead = dead();
    let ran = run(&["-e", &listening.url(), "-e", &dead, "-o", "json", "doctor"]).expect(7);
    assert_eq!(results(&ran).len(), 2 * ALL.len());
    assert_eq!(ended(&ran, "failed"), ["port"]);
}

/// Without certificate stores, the step fails before any request.
#[cfg(not(windows))]
#[test]
fn a_certificate_of_a_store_is_checked_first() {
    let untouched = Untouched::new();
    let thumbprint = "349A95382E3A4D8FD6D42B36B4C04ABFF35BD421";
    let https = untouched.url().replace("http://", "https://");
    let ran = at(&https, &["--cert-thumbprint", thumbprint, "-o", "json", "doctor"]).expect(2);
    untouched.assert_untouched();
    assert_eq!(ended(&ran, "failed"), ["cert-store"]);
    assert_eq!(ended(&ran, "skipped"), ALL);
    let step = step(&ran, "cert-store");
    assert!(step["detail"].as_str().unwrap().contains("certificate stores exist only on Windows"), "{step}");
    assert!(step["advice"].as_str().unwrap().contains("--pkcs12"), "{step}");
}

#[test]
fn a_dry_run_sends_no_requests() {
    let untouched = Untouched::new();
    at(&untouched.url(), &["--dry-run", "doctor"]).expect(0);
    untouched.assert_untouched();
}

/// The step with this name.
fn step(ran: &Ran, name: &str) -> Value {
    let steps = ran.json();
    steps.as_array().unwrap().iter().find(|step| step["step"] == name).unwrap().clone()
}

#[test]
fn clock_differences_are_reported_with_their_direction() {
    for (apart, ahead, exit) in
        [(6 * 3600, true, 1), (6 * 3600, false, 1), (301, true, 1), (240, true, 0), (240, false, 0)]
    {
        let shift = Duration::from_secs(apart + 1);
        let now = SystemTime::now();
        let theirs = if ahead { now + shift } else { now - shift };
        let listening = Cluster::builder().start(theirs.try_into().unwrap()).build().listen().unwrap();
        let ran = at(&listening.url(), &["-o", "json", "doctor"]).expect(exit);
        let clock = step(&ran, "clock");
        assert_eq!(clock["result"], if exit == 0 { "passed" } else { "failed" }, "{clock}");
        let side = if ahead { "ahead of" } else { "behind" };
        assert!(clock["detail"].as_str().unwrap().contains(side), "{clock}");
    }
    let ran = at(&Canned::response(200, "{}").url(), &["-o", "json", "doctor"]).expect(0);
    assert!(step(&ran, "clock")["detail"].as_str().unwrap().contains("local clock"), "{ran:?}");
}

/// A cluster that responds like this to calls of the backup service, and lists these system services.
fn broken(response: CannedResponse, services: &[(&str, Value)]) -> Canned {
    let items: Vec<Value> = services
        .iter()
        .map(|(name, health)| json!({ "Name": format!("fabric:/System/{name}"), "HealthState": health }))
        .collect();
    let list = json!({ "ContinuationToken": "", "Items": items }).to_string();
    Canned::route(move |line| match line {
        line if line.contains("/Applications/System/$/GetServices") => CannedResponse::Reply(200, list.clone()),
        _ => response.clone(),
    })
}

#[test]
fn a_service_that_refuses_everybody_is_not_a_matter_of_roles() {
    let refused =
        CannedResponse::Reply(403, r#"{"Error":{"Code":"E_ACCESSDENIED","Message":"Access Denied."}}"#.into());
    let cluster =
        broken(refused.clone(), &[("BackupRestoreService", json!("Ok")), ("FaultAnalysisService", json!("Ok"))]);
    let ran = at(&cluster.url(), &["-o", "json", "doctor"]).expect(5);
    assert_eq!(ended(&ran, "failed"), ["reads"], "{ran:?}");
    let reads = step(&ran, "reads");
    assert!(reads["detail"].as_str().unwrap().contains("refuses all callers"), "{reads}");
    let advice = reads["advice"].as_str().unwrap();
    for cause in ["common name", "encryption certificate", "BackupRestoreService"] {
        assert!(advice.contains(cause), "{cause} is missing in {advice}");
    }
    assert!(!ran.out.contains("Admin") && !ran.out.contains("admin role"), "{ran:?}");
    // If everything is refused, the cause is not reported.
    let cluster = Canned::new(refused);
    let ran = at(&cluster.url(), &["-o", "json", "doctor"]).expect(5);
    assert!(!ran.out.contains("everybody"), "{ran:?}");
}

#[test]
fn the_health_of_a_service_that_does_not_respond_is_read_from_the_cluster() {
    let fault_analysis = ("FaultAnalysisService", json!("Ok"));
    for (status, health, detail, exit) in [
        (504, Some(json!("Error")), "with health state Error", 6),
        (504, Some(json!("Warning")), "with health state Warning", 6),
        (504, Some(json!("Ok")), "with health state Ok", 6),
        (504, None, "not deployed", 10),
        (404, Some(json!("Error")), "with health state Error", 10),
        (404, None, "not deployed", 10),
        (500, Some(json!("Error")), "with health state Error", 1),
    ] {
        let mut services = vec![fault_analysis.clone()];
        services.extend(health.map(|health| ("BackupRestoreService", health)));
        let cluster = broken(CannedResponse::Reply(status, String::new()), &services);
        let ran = at(&cluster.url(), &["-o", "json", "doctor"]).expect(exit);
        assert_eq!(ended(&ran, "failed"), ["backup-service"], "{ran:?}");
        assert!(step(&ran, "backup-service")["detail"].as_str().unwrap().contains(detail), "{status}: {ran:?}");
        assert_eq!(step(&ran, "fault-analysis")["result"], "passed", "{ran:?}");
    }
}
