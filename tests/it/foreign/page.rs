//! The HTML report of an audit in a real browser.

use std::process::Command;
use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_sim::{Cluster, Speed, Topology};
use sf_backup_tests::not_run;

use super::python;
use crate::cli::harness::{at, run_with};

const HOURLY: &str = r#"{"Name":"Hourly","AutoRestoreOnDataLoss":true,"MaxIncrementalBackups":2,
    "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"},
    "Storage":{"StorageKind":"AzureBlobStore","ConnectionString":"AccountName=a;AccountKey=x","ContainerName":"backups"}}"#;
const TOPOLOGY: &str = r#"{"Applications":[{"Name":"fabric:/A","Services":[
  {"Name":"fabric:/A/S","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
    {"ServicePartitionKind":"Named","Id":"6b1c2f7e-0000-4000-8000-000000000001","Name":"<script>document.title='owned'</script>"},
    {"ServicePartitionKind":"Named","Id":"6b1c2f7e-0000-4000-8000-000000000002","Name":"\"><img src=x onerror=alert(1)>"}]},
  {"Name":"fabric:/A/Bare","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
    {"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-000000000003"}]}]}]}"#;

/// Chromium, in a profile of its own; `None`, reported, if it is not installed.
pub(super) fn browser(profile: &std::path::Path) -> Option<Command> {
    let mut command = Command::new("chromium");
    if command.arg("--version").output().is_err() {
        not_run("chromium", "install Debian's package chromium");
        return None;
    }
    let mut command = Command::new("chromium");
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]);
    command.args(["--disable-component-update", "--disable-sync"]);
    command.arg(format!("--user-data-dir={}", profile.display()));
    Some(command)
}

#[test]
fn a_browser_shows_the_audit_and_runs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut dump) = browser(&folder.path().join("one")) else { return };
    let now = Timestamp::try_from(std::time::SystemTime::now()).unwrap().unix();
    let start = Timestamp::from_unix(now - 8 * 3_600 - 60).unwrap();
    let topology = Topology::from_json(TOPOLOGY).unwrap();
    let cluster = Cluster::builder().topology(topology).start(start).speed(Speed::FROZEN).build();
    let listening = cluster.listen().unwrap();
    let url = listening.url();
    run_with(HOURLY, false, &["-e", &url, "policy", "create"]).expect(0);
    at(&url, &["service", "enable", "A/S", "--policy", "Hourly"]).expect(0);
    cluster.advance(Duration::from_secs(8 * 3_600 + 60));
    let page = at(&url, &["audit", "--report", "html"]).expect(20).out;
    let file = folder.path().join("audit.html");
    std::fs::write(&file, &page).unwrap();
    let address = format!("file://{}", file.display());

    let shown = python::check(dump.args(["--dump-dom", &address]).output().unwrap());
    assert!(shown.contains("<html lang=\"en\">") && shown.contains("<h1>Backup audit</h1>"), "{shown}");
    // The browser's document equals the file: nothing was repaired, executed or fetched.
    let count = |text: &str, what: &str| text.matches(what).count();
    for tag in ["<script", "<img", "<iframe", "<link", "src=", "url("] {
        assert_eq!(count(&shown, tag), usize::from(tag == "src="), "{tag} in {shown}");
    }
    assert!(shown.contains("<title>Backup audit, 20") && shown.contains("&lt;script&gt;document.title"), "{shown}");
    for part in ["<tr", "<td", "<th", "<svg", "<rect", "<circle", "<section", "<h2", "<h3", "<h4"] {
        assert!(count(&page, part) > 0, "{part}");
        assert_eq!(count(&shown, part), count(&page, part), "{part}");
    }
    // Accessibility: every image has a text, every column a header, every section a name.
    assert_eq!(count(&shown, "<svg role=\"img\" aria-label=\""), count(&shown, "<svg"));
    assert_eq!(count(&shown, "<th "), count(&shown, "scope=\""));
    assert_eq!(count(&shown, "<section aria-labelledby=\""), count(&shown, "<section"));
    for id in shown.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert_eq!(count(&shown, &format!("id=\"{id}\"")), 1, "{id}");
    }

    // In print.
    let pdf = folder.path().join("audit.pdf");
    let mut print = browser(&folder.path().join("two")).unwrap();
    print.args(["--no-pdf-header-footer", &format!("--print-to-pdf={}", pdf.display()), &address]);
    python::check(print.output().unwrap());
    assert!(std::fs::read(pdf).unwrap().starts_with(b"%PDF"));
}
