//! The documented examples, word for word and in order, against a fresh simulator of either runtime.

use sf_backup_sim::{Cluster, Runtime};

use super::harness::{DAILY, OneFile, Ran, run};

fn typed(line: &str, url: &str, file: &OneFile) -> Ran {
    let line = line.replace("http://localhost:19080", url);
    let args: Vec<&str> =
        line.split(' ').skip(1).map(|word| if word == "daily.json" { file.path() } else { word }).collect();
    run(&args)
}

fn work_on(runtime: Runtime, version: &str) {
    let listening = Cluster::builder().runtime(runtime).build().listen().unwrap();
    let (url, file) = (listening.url(), OneFile::new("daily.json", DAILY));
    let typed = |line: &str| typed(line, &url, &file).expect(0);

    typed("sf-backup -e http://localhost:19080 policy create -f daily.json");
    typed(
        "sf-backup -e http://localhost:19080 service enable fabric:/CalcApp/CalcService --policy DailyAzureBackupPolicy",
    );
    typed("sf-backup -e http://localhost:19080 service suspend CalcApp/CalcService");
    let config = typed("sf-backup -e http://localhost:19080 -o json service config fabric:/CalcApp/CalcService").json();
    assert_eq!(config[0]["SuspensionInfo"]["IsSuspended"], true, "{config}");

    let resumed = typed("sf-backup -v -e http://localhost:19080 service resume CalcApp/CalcService --timeout 60");
    let line = format!("/Services/CalcApp/CalcService/$/ResumeBackup?api-version={version}&timeout=60");
    assert!(resumed.err.contains(&line), "{resumed:?}");

    let config = typed("sf-backup -e http://localhost:19080 -o json service config fabric:/CalcApp/CalcService").json();
    assert_eq!(config[0]["Kind"], "Service", "{config}");
    assert_eq!(config[0]["ServiceName"], "fabric:/CalcApp/CalcService");
    assert_eq!(config[0]["PolicyName"], "DailyAzureBackupPolicy");
    assert_eq!(config[0]["PolicyInheritedFrom"], "Service");
    assert_eq!(config[0]["SuspensionInfo"]["IsSuspended"], false);
}

#[test]
fn on_6_2_by_negotiation() {
    work_on(Runtime::V6_2, "6.2-preview");
}

#[test]
fn on_6_4() {
    work_on(Runtime::V6_4, "6.4");
}

#[test]
fn on_11_3() {
    work_on(Runtime::V11_3, "6.4");
}

#[test]
fn the_demonstration_ends_well() {
    let ran = run(&["demo"]).expect(0);
    for line in [
        "POST /BackupRestore/BackupPolicies/$/Create?api-version=6.4",
        "POST /Services/CalcApp/CalcService/$/EnableBackup?api-version=6.4",
        "GET /Services/CalcApp/CalcService/$/GetBackupConfigurationInfo?api-version=6.4",
        "POST /Services/CalcApp/CalcService/$/SuspendBackup?api-version=6.4",
        "POST /Services/CalcApp/CalcService/$/ResumeBackup?api-version=6.4",
    ] {
        assert!(ran.out.contains(line), "{line} is missing in {}", ran.out);
    }
    assert_eq!(ran.err, "");
}
