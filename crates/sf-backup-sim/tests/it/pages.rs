//! Pages for browsers.

use http::StatusCode;
use sf_backup_sim::{Cluster, Runtime};

use crate::harness::Test;

#[test]
fn an_explorer_is_served_from_its_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    let explorer = folder.path().join("explorer");
    std::fs::create_dir_all(explorer.join("assets")).unwrap();
    std::fs::write(explorer.join("index.html"), "<title>Explorer</title>").unwrap();
    std::fs::write(explorer.join("assets/main.js"), "1").unwrap();
    std::fs::write(explorer.join("assets/a b.woff2"), [0xff, 0]).unwrap();
    std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path().join("secret.txt"), explorer.join("link.txt")).unwrap();
    let test = Test::of(Cluster::builder().explorer(&explorer).build());
    let moved = test.raw("GET /Explorer", &[], "");
    assert_eq!((moved.status, moved.header("location")), (StatusCode::MOVED_PERMANENTLY, Some("/Explorer/index.html")));
    for (path, kind) in [
        ("/Explorer/", "text/html; charset=utf-8"),
        ("/Explorer/index.html?_cacheToken=1", "text/html; charset=utf-8"),
        ("/Explorer/assets/main.js", "text/javascript; charset=utf-8"),
    ] {
        let found = test.raw(&format!("GET {path}"), &[], "");
        assert_eq!((found.status.as_u16(), found.header("content-type")), (200, Some(kind)), "{path}");
    }
    for path in [
        "/Explorer/none.js",
        "/Explorer/assets",
        "/Explorer/../secret.txt",
        "/Explorer/%2e%2e/secret.txt",
        "/Explorer/..%2Fsecret.txt",
        "/Explorer/assets/..%5C..%5Csecret.txt",
        "/Explorer//etc/hostname",
        "/Explorer/%2Fetc%2Fhostname",
        "/Explorer/link.txt",
        "/Explorer/%00",
        "/Explorer/C:%5Cx",
    ] {
        let found = test.raw(&format!("GET {path}"), &[], "");
        assert_eq!((found.status.as_u16(), found.body.as_str()), (404, ""), "{path}");
    }
    // Without a folder, there is no explorer.
    assert_eq!(Test::new(Runtime::V6_4).raw("GET /Explorer/", &[], "").status, 400);
}

#[test]
fn the_page_exists_only_with_control_and_loads_nothing_from_elsewhere() {
    let test = Test::of(Cluster::builder().control().build());
    let page = test.raw("GET /", &[], "");
    assert!(page.body.contains("<title>Simulated cluster</title>"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    for outside in ["http:", "https:", "src=", "href=", "@import", "url("] {
        assert!(!page.body.contains(outside), "{outside}");
    }
    let without = Test::of(Cluster::builder().build()).raw("GET /", &[], "");
    assert!(without.body.contains("<title>A simulated cluster</title>") && !without.body.contains("script"));
}

#[test]
fn a_page_of_another_site_cannot_control_the_simulator() {
    let test = Test::of(Cluster::builder().control().build());
    let start = test.cluster.now();
    let advance =
        |site: &str| test.raw("POST /$sim/clock", &[("sec-fetch-site", site)], r#"{"Advance":"PT1H"}"#).status.as_u16();
    assert_eq!(["cross-site", "same-site", ""].map(advance), [400, 400, 400]);
    assert_eq!(test.cluster.now(), start);
    assert_eq!(["same-origin", "none"].map(advance), [200, 200]);
}

/// A rejected order must not be in the state file, either, because a restart would carry it out.
#[test]
fn an_order_of_another_site_is_neither_carried_out_nor_recorded() {
    let test = Test::of(Cluster::builder().control().recorded().build());
    let before = test.raw("GET /$sim/state", &[], "").body;
    for order in ["POST /$sim/data-loss", "POST /$sim/clock", "DELETE /$sim/faults", "POST /$sim/state"] {
        let refused = test.raw(order, &[("sec-fetch-site", "cross-site")], &before);
        assert_eq!(refused.status.as_u16(), 400, "{order}");
        assert!(refused.body.contains("other sites"), "{order}: {}", refused.body);
    }
    assert_eq!(test.raw("GET /$sim/state", &[], "").body, before);
}

#[test]
fn running_operations_faults_and_the_latest_effects_are_listed() {
    let test = Test::of(Cluster::builder().control().build());
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    test.act(&format!("Partitions/{}", crate::harness::FIRST), "Backup").done(202);
    let operations = test.raw("GET /$sim/operations", &[], "").ok_json();
    assert_eq!(operations[0]["Operation"], "Backup");
    assert_eq!(operations[0]["State"], "Accepted");
    test.raw("POST /$sim/faults", &[], r#"{"Operation":"BackupPartition","Times":2,"Status":503}"#).ok_json();
    let faults = test.raw("GET /$sim/faults", &[], "").ok_json();
    let expected = serde_json::json!([{ "Operation": "BackupPartition", "Times": 2, "Action": "status 503" }]);
    assert_eq!(faults, expected);
    let last = test.raw("GET /$sim/effects?last=1", &[], "").ok_json();
    assert_eq!((last.as_array().unwrap().len(), &last[0]["Kind"]), (1, &serde_json::json!("BackupAccepted")));
    assert_eq!(test.raw("GET /$sim/effects?last=x", &[], "").status, 400);
}
