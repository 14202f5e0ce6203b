//! The Debian package, made with cargo-deb and checked with lintian.

use std::env;
use std::path::Path;

use xshell::{Shell, cmd};

use super::{Release, Report, file_name, size};
use crate::Result;

/// Makes the package from the files of the tarball and checks it.
pub(super) fn make(sh: &Shell, bundle: &Path, dist: &Path, release: &Release, report: &mut Report) -> Result {
    if cmd!(sh, "cargo deb --version").quiet().ignore_stderr().read().is_err() {
        report.skipped("deb", "no cargo-deb: cargo install cargo-deb");
        return Ok(());
    }
    stage(sh, bundle, release)?;
    // The person who builds the package is its maintainer.
    let maintainer = match (env::var("DEBFULLNAME"), env::var("DEBEMAIL")) {
        (Ok(name), Ok(email)) => vec!["--maintainer".to_owned(), format!("{name} <{email}>")],
        _ => Vec::new(),
    };
    let output = dist.join("").into_os_string();
    cmd!(
        sh,
        "cargo deb --package sf-backup-cli --profile dist --no-build --no-strip --no-dbgsym --quiet --locked --output {output} {maintainer...}"
    )
    .env("SOURCE_DATE_EPOCH", &release.epoch)
    .run()?;
    let deb = sh.read_dir(dist)?.into_iter().find(|path| path.extension().is_some_and(|name| name == "deb"));
    let deb = deb.ok_or("cargo-deb made no package")?;
    report.done("deb", format!("{}, {}", file_name(&deb), size(&deb)?));
    report.done("deb runs", try_out(sh, &deb)?);
    match cmd!(sh, "lintian --version").quiet().ignore_stderr().read() {
        Err(_) => report.skipped("lintian", "not installed"),
        Ok(version) => {
            // A package that is not for Debian's archive closes no bug there.
            let not_for_debian = "initial-upload-closes-no-bugs";
            cmd!(sh, "lintian --allow-root --suppress-tags {not_for_debian} --fail-on error,warning {deb}")
                .quiet()
                .run()?;
            report.done("lintian", format!("{}: no errors, no warnings", version.trim()));
        }
    }
    Ok(())
}

/// Writes files that only the package has: compressed pages, its changelog and copyright file.
fn stage(sh: &Shell, bundle: &Path, release: &Release) -> Result {
    let stage = sh.current_dir().join("target/packages/.debian");
    sh.create_dir(stage.join("man"))?;
    for page in sh.read_dir(bundle.join("man"))? {
        sh.copy_file(page, stage.join("man"))?;
    }
    sh.create_dir(stage.join("completions"))?;
    for (from, to) in [("sf-backup.bash", "sf-backup"), ("_sf-backup", ""), ("sf-backup.fish", "")] {
        sh.copy_file(bundle.join("completions").join(from), stage.join("completions").join(to))?;
    }
    let (version, epoch) = (&release.version, &release.epoch);
    let date = cmd!(sh, "date --utc --rfc-email --date=@{epoch}").quiet().env("LC_ALL", "C").read()?;
    let changes = "  * Package of this release; its changes are in CHANGELOG.md.";
    let changelog = format!(
        "sf-backup ({version}-1) unstable; urgency=medium\n\n{changes}\n\n -- sf-backup packagers <packagers@sf-backup.invalid>  {date}\n"
    );
    sh.write_file(stage.join("changelog"), changelog)?;
    let licence = sh.read_file("LICENSE-MIT")?;
    let body = licence.lines().map(|line| if line.is_empty() { " .".to_owned() } else { format!(" {line}") });
    let head = sh.read_file("crates/sf-backup-cli/packaging/copyright")?;
    let text = head.trim_end().to_owned() + "\n" + &body.collect::<Vec<_>>().join("\n") + "\n";
    sh.write_file(stage.join("copyright"), text)?;
    let third_party = bundle.join("THIRD-PARTY.txt");
    sh.copy_file(third_party, &stage)?;
    let _inside = sh.push_dir(&stage);
    let pages = sh.read_dir("man")?;
    cmd!(sh, "gzip --no-name --best THIRD-PARTY.txt {pages...}").quiet().run()?;
    Ok(())
}

/// Unpacks the package into an empty folder, runs the command and checks the units.
fn try_out(sh: &Shell, deb: &Path) -> Result<String> {
    let empty = sh.create_temp_dir()?;
    let root = empty.path();
    cmd!(sh, "dpkg-deb --extract {deb} {root}").quiet().run()?;
    let binary = root.join("usr/bin/sf-backup");
    cmd!(sh, "env -i {binary} demo --fast").quiet().ignore_stdout().run()?;
    let units: Vec<_> = sh
        .read_dir(root.join("usr/lib/systemd/system"))?
        .into_iter()
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("sf-backup")))
        .collect();
    if units.len() != 5 {
        return Err(format!("{}: {} units, not 5", deb.display(), units.len()).into());
    }
    if cmd!(sh, "systemd-analyze --version").quiet().ignore_stderr().read().is_err() {
        return Ok("sf-backup demo; units not checked: no systemd-analyze".to_owned());
    }
    // The folder is the root, so that the units find the command.
    cmd!(sh, "systemd-analyze verify --man=no --recursive-errors=no --root={root} {units...}").quiet().run()?;
    Ok("sf-backup demo in an empty folder; units pass systemd-analyze verify".to_owned())
}
