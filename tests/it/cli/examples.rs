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
fn the_demo_shows_a_silent_stop_its_cause_and_a_restore() {
    let ran = run(&["demo"]).expect(0);
    let mut rest = ran.out.as_str();
    for shown in [
        "$ sf-backup policy create Nightly",
        "$ sf-backup service enable CalcApp/CalcService --policy Nightly",
        "$ sf-backup sim advance 1d",
        "2 partitions: 2 protected",
        "$ sf-backup sim fail storage",
        "The network path was not found.",
        "2 partitions: 2 failing",
        "1 unavailable, 1 protected",
        "$ sf-backup restore now --partition",
        "1 restored",
        "2 partitions: 2 protected",
    ] {
        let Some((_, after)) = rest.split_once(shown) else { panic!("{shown:?} is missing in {rest}") };
        rest = after;
    }
    assert!(!ran.out.contains("this machine"), "no clock but the cluster's: {}", ran.out);
    assert_eq!(ran.err, "");
}
