//! The time to build each crate from scratch, against reqwest.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::row::{Mark, Row};

const PEER: &str = "reqwest alone";

/// A crate built from scratch.
struct Built {
    packages: f64,
    seconds: f64,
}

pub fn rows() -> Vec<Row> {
    let scratch = std::env::current_exe().unwrap().with_file_name("builds");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let ours = |name: &str| built(&root.join("Cargo.toml"), name, &scratch);
    let (proto, hyper, blocking) = (ours("sf-backup-proto"), ours("sf-backup-hyper"), ours("sf-backup-blocking"));
    let reqwest = built(&project(&scratch.join("reqwest")), "reqwest-alone", &scratch);
    let packages = |built: &Built| [built.packages / reqwest.packages];
    let seconds = |built: &Built| [built.seconds / reqwest.seconds];
    vec![
        Row::new("packages of sf-backup-proto", "-", "packages", [proto.packages], Mark::AtMost(25.0)),
        Row::new("packages of sf-backup-hyper", PEER, "×", packages(&hyper), Mark::AtMost(1.0)),
        Row::new("packages of sf-backup-blocking", PEER, "×", packages(&blocking), Mark::AtMost(1.0)),
        Row::new("clean build of sf-backup-proto", PEER, "× time", seconds(&proto), Mark::AtMost(1.0)),
        Row::new("clean build of sf-backup-hyper", PEER, "× time", seconds(&hyper), Mark::AtMost(1.0)),
        Row::new("clean build of sf-backup-blocking", PEER, "× time", seconds(&blocking), Mark::AtMost(1.0)),
    ]
}

/// A project that depends only on reqwest with default features.
fn project(folder: &Path) -> std::path::PathBuf {
    std::fs::create_dir_all(folder.join("src")).unwrap();
    let manifest = folder.join("Cargo.toml");
    let text =
        "[workspace]\n[package]\nname = \"reqwest-alone\"\nedition = \"2024\"\n[dependencies]\nreqwest = \"0.13\"\n";
    std::fs::write(&manifest, text).unwrap();
    std::fs::write(folder.join("src/lib.rs"), "").unwrap();
    manifest
}

fn built(manifest: &Path, package: &str, scratch: &Path) -> Built {
    let cargo = |verb: &str| {
        let mut command = Command::new("cargo");
        command.args([verb, "--quiet", "--manifest-path"]).arg(manifest).args(["--package", package]);
        command
    };
    let tree = cargo("tree").args(["--edges", "normal,build", "--prefix", "none"]).output().unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let packages: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    let target = scratch.join("target");
    // Download first, so that it is not measured.
    let fetched = Command::new("cargo").args(["fetch", "--quiet", "--manifest-path"]).arg(manifest).status().unwrap();
    assert!(fetched.success(), "{package}");
    let _ = std::fs::remove_dir_all(&target);
    let begun = Instant::now();
    let status = cargo("build").arg("--target-dir").arg(&target).status().unwrap();
    assert!(status.success(), "{package}");
    let seconds = begun.elapsed().as_secs_f64();
    let _ = std::fs::remove_dir_all(&target);
    Built { packages: packages.len() as f64, seconds }
}
