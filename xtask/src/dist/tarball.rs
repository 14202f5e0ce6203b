//! The tarball: the command with completions, manual pages, licences and units.

use std::path::{Path, PathBuf};

use xshell::{Shell, cmd};

use super::{CLI, PACKAGING, Release, file_name, licences};
use crate::Result;

/// Each shell and the name of its script.
const COMPLETIONS: &[(&str, &str)] =
    &[("bash", "sf-backup.bash"), ("zsh", "_sf-backup"), ("fish", "sf-backup.fish"), ("powershell", "sf-backup.ps1")];

/// Puts every file where the tarball has it, and returns the folder.
pub(super) fn lay_out(sh: &Shell, dist: &Path, binary: &Path, release: &Release) -> Result<PathBuf> {
    let bundle = dist.join(format!("sf-backup-{}-{}", release.version, release.target));
    for folder in ["completions", "man", "systemd"] {
        sh.create_dir(bundle.join(folder))?;
    }
    sh.copy_file(binary, bundle.join("sf-backup"))?;
    for (shell, name) in COMPLETIONS {
        let script = cmd!(sh, "{binary} completions {shell}").quiet().read()?;
        sh.write_file(bundle.join("completions").join(name), script + "\n")?;
    }
    let pages = bundle.join("man");
    cmd!(sh, "{binary} man --dir {pages}").quiet().ignore_stderr().run()?;
    for unit in sh.read_dir(Path::new(PACKAGING).join("systemd"))? {
        sh.copy_file(unit, bundle.join("systemd"))?;
    }
    for (from, to) in [
        ("LICENSE-MIT".to_owned(), "LICENSE-MIT"),
        ("LICENSE-APACHE".to_owned(), "LICENSE-APACHE"),
        ("CHANGELOG.md".to_owned(), "CHANGELOG.md"),
        ("SECURITY.md".to_owned(), "SECURITY.md"),
        (format!("{CLI}/README.md"), "README.md"),
        (format!("{CLI}/JSON.md"), "JSON.md"),
        (format!("{PACKAGING}/Containerfile"), "Containerfile"),
        (format!("{PACKAGING}/default"), "systemd/sf-backup.default"),
    ] {
        sh.copy_file(from, bundle.join(to))?;
    }
    sh.write_file(bundle.join("THIRD-PARTY.txt"), licences::of_dependencies(sh, &release.target)?)?;
    Ok(bundle)
}

/// Packs the folder; equal files give equal bytes.
pub(super) fn pack(sh: &Shell, bundle: &Path, release: &Release) -> Result<PathBuf> {
    let (name, epoch) = (file_name(bundle), &release.epoch);
    let _inside = sh.push_dir(bundle.parent().unwrap_or(bundle));
    let tar = format!("{name}.tar");
    cmd!(
        sh,
        "tar --create --file {tar} --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime=@{epoch} {name}"
    )
    .quiet()
    .run()?;
    cmd!(sh, "gzip --no-name --best {tar}").quiet().run()?;
    Ok(sh.current_dir().join(format!("{tar}.gz")))
}

/// Unpacks the tarball into an empty folder and runs the command there, with an empty environment.
pub(super) fn try_out(sh: &Shell, tarball: &Path) -> Result<String> {
    let empty = sh.create_temp_dir()?;
    let _inside = sh.push_dir(empty.path());
    cmd!(sh, "tar --extract --file {tarball} --strip-components=1").quiet().run()?;
    cmd!(sh, "env -i ./sf-backup demo --fast").quiet().ignore_stdout().run()?;
    let pages = sh.read_dir("man")?.len();
    if pages < 50 || sh.read_dir("completions")?.len() != COMPLETIONS.len() {
        return Err(format!("{}: {pages} manual pages, or completions are missing", tarball.display()).into());
    }
    Ok(format!("sf-backup demo in an empty folder; {pages} manual pages"))
}
