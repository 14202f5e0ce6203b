//! The HTML report of an audit in a real browser.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;
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
    {"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-000000000003"}]}]},
  {"Name":"fabric:/Telemetry","Services":[
  {"Name":"fabric:/Telemetry/IngestOfEverything","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
    {"ServicePartitionKind":"Int64Range","Id":"6b1c2f7e-0000-4000-8000-000000000004","LowKey":"-9223372036854775808","HighKey":"-7686143364045646508"},
    {"ServicePartitionKind":"Int64Range","Id":"6b1c2f7e-0000-4000-8000-000000000005","LowKey":"-7686143364045646507","HighKey":"9223372036854775807"}]}]}]}"#;

/// Chromium with a new profile; `None`, reported, if it is not installed.
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
        let as_text = if tag == "src=" { count(&shown, "&lt;img src=x") } else { 0 };
        assert_eq!(count(&shown, tag), as_text, "{tag} in {shown}");
    }
    assert!(
        shown.contains("<title>Backup audit of 127.0.0.1:") && shown.contains("&lt;script&gt;document.title"),
        "{shown}"
    );
    for part in ["<tr", "<td", "<th", "<svg", "<rect", "<circle", "<section", "<h2", "<h3", "<h4"] {
        assert!(count(&page, part) > 0, "{part}");
        assert_eq!(count(&shown, part), count(&page, part), "{part}");
    }
    // Accessibility: every image has a text, every column a header, every section a name.
    let hidden = count(&shown, "<svg aria-hidden=\"true\"");
    assert_eq!(count(&shown, "<svg role=\"img\" aria-label=\"") + hidden, count(&shown, "<svg"));
    assert_eq!(count(&shown, "<th "), count(&shown, "scope=\""));
    assert_eq!(count(&shown, "<section aria-labelledby=\""), count(&shown, "<section"));
    for id in shown.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert_eq!(count(&shown, &format!("id=\"{id}\"")), 1, "{id}");
    }

    // On a phone and a wide screen, light and dark.
    for (number, (width, scheme)) in [(390, 1), (1400, 1), (390, 0)].into_iter().enumerate() {
        let frame = folder.path().join(format!("frame{number}.html"));
        std::fs::write(&frame, framed(&page, width)).unwrap();
        let mut measure = browser(&folder.path().join(format!("measure{number}"))).unwrap();
        measure.arg(format!("--blink-settings=preferredColorScheme={scheme}"));
        measure.args(["--dump-dom", &format!("file://{}", frame.display())]);
        let measured = python::check(measure.output().unwrap());
        let found = measured.split_once("<pre id=\"found\">").and_then(|(_, rest)| rest.split_once("</pre>"));
        let found: Value = serde_json::from_str(found.unwrap_or_else(|| panic!("{measured}")).0).unwrap();
        assert_eq!(found["width"], width);
        assert!(found["widest"].as_u64().unwrap() <= width, "{found}");
        assert_eq!(found["broken"], serde_json::json!([]), "{width}");
        assert_eq!(found["faint"], serde_json::json!([]), "{width} {scheme}");
        assert_eq!(found["dark"], scheme == 0);
        assert!(found["names"].as_u64().unwrap() > 10, "{found}");
    }

    // In print, including what is collapsed on the screen.
    let pdf = folder.path().join("audit.pdf");
    let mut print = browser(&folder.path().join("two")).unwrap();
    print.args(["--no-pdf-header-footer", &format!("--print-to-pdf={}", pdf.display()), &address]);
    python::check(print.output().unwrap());
    let Ok(printed) = Command::new("pdftotext").args(["-layout", pdf.to_str().unwrap(), "-"]).output() else {
        not_run("pdftotext", "install Debian's package poppler-utils");
        return;
    };
    let printed = python::check(printed);
    for number in 1..=5 {
        let id = format!("6b1c2f7e-0000-4000-8000-00000000000{number}");
        assert!(count(&printed, &id) >= 1, "{id} is not whole in {printed}");
    }
    assert!(printed.contains("fabric:/Telemetry/IngestOfEverything"), "{printed}");
}

/// A page that shows another one in a frame of this width, and measures it: its width, names broken over lines, and
/// texts with too little contrast.
fn framed(page: &str, width: u64) -> String {
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        r#"<!doctype html><meta charset="utf-8"><body><iframe width="{width}" height="900" style="border:0" srcdoc="{page}"></iframe>
        <pre id="found"></pre><script>{MEASURE}</script></body>"#
    )
}

const MEASURE: &str = r#"
addEventListener("load", () => {
  const inner = document.querySelector("iframe").contentDocument;
  inner.querySelectorAll("details").forEach(one => { one.open = true; });
  const root = inner.documentElement, view = inner.defaultView;
  const texts = [];
  const walker = inner.createTreeWalker(inner.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (walker.currentNode.data.trim()) texts.push(walker.currentNode);
  const lines = text => {
    const range = inner.createRange();
    range.selectNodeContents(text);
    return new Set([...range.getClientRects()].map(rect => Math.round(rect.top))).size;
  };
  const named = texts.filter(text => text.parentElement.closest(".name, .id, .state, time"));
  const color = value => value.match(/[\d.]+/g).map(Number);
  const light = ([red, green, blue]) => [red, green, blue].map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = element => {
    for (let one = element; one; one = one.parentElement) {
      const back = color(view.getComputedStyle(one).backgroundColor);
      if (back.length === 3 || back[3] > 0) return back;
    }
    return [255, 255, 255];
  };
  const contrast = element => {
    const style = view.getComputedStyle(element);
    const ink = element.closest("svg") ? style.fill : style.color;
    const [one, other] = [light(color(ink)), light(behind(element))];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };
  const seen = texts.filter(text => text.parentElement.getClientRects().length > 0 && !text.parentElement.closest("title"));
  document.getElementById("found").textContent = JSON.stringify({
    width: view.innerWidth,
    widest: root.scrollWidth,
    names: named.length,
    broken: named.filter(text => lines(text) > 1).map(text => text.data.replace(/[<>&]/g, "")),
    faint: seen.filter(text => contrast(text.parentElement) < 4.5).map(text => text.data.replace(/[<>&]/g, "")),
    dark: light(behind(inner.body)) < 0.1,
  });
});
"#;
