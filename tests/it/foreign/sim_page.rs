//! The simulator's own page in a real browser, driven by a page in the folder of an explorer.

use std::time::Duration;

use http::StatusCode;
use sf_backup_proto::{BackupPartition, Operation};
use sf_backup_sim::{BuiltIn, Cluster, Fault, Speed, Topology};

use super::page::browser;
use super::python;

/// Shows the page in a frame, presses the button that advances an hour, and copies the result.
const DRIVER: &str = r#"<!doctype html><title>driver</title><iframe src="/"></iframe><pre id="before"></pre><pre id="after"></pre>
<script>
  const frame = document.querySelector("iframe");
  const shown = async (test) => {
    for (;;) {
      const page = frame.contentDocument;
      const now = page?.body?.dataset.shown;
      if (now && test(now)) return page;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const copy = (page, id) => { document.getElementById(id).textContent = page.body.innerText; };
  (async () => {
    const page = await shown(() => true);
    const first = page.body.dataset.shown;
    copy(page, "before");
    page.querySelector("[data-advance=PT1H]").click();
    copy(await shown((now) => now !== first), "after");
    document.title = "done";
  })();
</script>"#;

#[test]
fn a_browser_shows_the_cluster_and_advances_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut dump) = browser(&folder.path().join("profile")) else { return };
    let explorer = folder.path().join("explorer");
    std::fs::create_dir(&explorer).unwrap();
    std::fs::write(explorer.join("index.html"), DRIVER).unwrap();
    let scenario = BuiltIn::named("unreadable-storage").unwrap().text;
    let builder = Cluster::builder().topology(Topology::sample()).speed(Speed::FROZEN).control().explorer(&explorer);
    let start = "2026-11-27T08:00:00Z".parse().unwrap();
    let cluster = builder.start(start).scenario(scenario).unwrap().build();
    cluster.inject(Fault::empty(StatusCode::SERVICE_UNAVAILABLE).on(BackupPartition::spec()).times(3));
    cluster.advance(Duration::from_secs(2 * 3_600 + 1));
    let listening = cluster.listen().unwrap();

    let address = format!("{}/Explorer/", listening.url());
    let shown = python::check(dump.args(["--virtual-time-budget=20000", "--dump-dom", &address]).output().unwrap());
    let part = |id: &str| {
        let text = shown.split(&format!("<pre id=\"{id}\">")).nth(1).unwrap_or_else(|| panic!("{shown}"));
        text.split("</pre>").next().unwrap().to_owned()
    };
    let (before, after) = (part("before"), part("after"));
    for text in [
        "Runtime 6.4, time 2026-11-27T10:00:01Z, speed 0x",
        "fabric:/CalcApp/CalcService",
        "6b1c2f7e-0000-4000-8000-000000000033",
        "Hourly",
        "//nas/backups",
        "BackupPartition",
        "status 503",
        "BackupMade",
    ] {
        assert!(before.contains(text), "{text} in {before}");
    }
    assert!(!before.contains("BackupFailed") && !before.contains("does not respond"), "{before}");
    assert!(after.contains("time 2026-11-27T11:00:01Z") && after.contains("BackupFailed"), "{after}");
    assert!(after.contains("Warning"), "{after}");
    assert_eq!(cluster.now().to_string(), "2026-11-27T11:00:01Z");
}
