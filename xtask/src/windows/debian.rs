//! A Debian below `target/windows`, with wine and the tools that the tests need.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use xshell::{Shell, cmd};

use crate::Result;

/// The release of Debian. Its wine is recent; that of stable releases lacks parts of TLS.
const SUITE: &str = "sid";
const PACKAGES: &[&str] = &["wine", "wine64", "openssl", "python3-minimal", "ca-certificates"];
/// Written last: without it, an environment is incomplete.
const COMPLETE: &str = "complete";

pub(crate) struct Debian {
    folder: PathBuf,
    root: PathBuf,
}

impl Debian {
    /// Creates the environment, or uses the existing one.
    pub(crate) fn prepare(sh: &Shell) -> Result<Self> {
        let root = sh.current_dir();
        let folder = root.join("target/windows/debian");
        let debian = Self { folder, root };
        if debian.folder.join(COMPLETE).exists() {
            return Ok(debian);
        }
        eprintln!("== Debian {SUITE} with wine in target/windows/debian; this takes some minutes");
        let mirror = mirror().ok_or("the apt sources of this machine name no Debian mirror")?;
        let folder = &debian.folder;
        sh.remove_path(folder)?;
        sh.create_dir(folder)?;
        cmd!(sh, "debootstrap --variant=minbase {SUITE} {folder} {mirror}").quiet().ignore_stdout().run()?;
        for file in ["resolv.conf", "hosts"] {
            sh.copy_file(Path::new("/etc").join(file), folder.join("etc"))?;
        }
        // The end of the script ends wine's server, which must have saved its registry.
        let script = "apt-get -o Acquire::Check-Valid-Until=false -qq update && \
            DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \"$@\" >/dev/null && wineboot -i && wineserver -w";
        debian.run(sh, script, PACKAGES)?;
        sh.write_file(folder.join(COMPLETE), "")?;
        Ok(debian)
    }

    /// Runs a shell script in the environment, with the workspace at `/src`.
    ///
    /// Mounts are in a separate namespace, so that none is left behind.
    pub(crate) fn run(&self, sh: &Shell, script: &str, arguments: &[&str]) -> Result {
        const ENTER: &str = "set -e; root=$1; folder=$2; script=$3; shift 3; mkdir -p $folder/src; \
            mount -t proc proc $folder/proc; mount --bind /dev $folder/dev; mount --bind $root $folder/src; \
            exec chroot $folder /usr/bin/env -i HOME=/root PATH=/usr/bin:/bin:/usr/sbin:/sbin:/usr/lib/x86_64-linux-gnu/wine LANG=C.UTF-8 \
            WINEDEBUG=-all WINEPREFIX=/wine WINEDLLOVERRIDES=mscoree,mshtml= sh -c \"$script\" sh \"$@\"";
        let (root, folder) = (&self.root, &self.folder);
        cmd!(sh, "unshare --mount --pid --fork --kill-child sh -c {ENTER} sh {root} {folder} {script} {arguments...}")
            .quiet()
            .run()?;
        Ok(())
    }
}

/// The first mirror of Debian in the configuration of apt.
fn mirror() -> Option<String> {
    if let Ok(mirror) = env::var("DEBIAN_MIRROR") {
        return Some(mirror);
    }
    let listed = fs::read_dir("/etc/apt/sources.list.d").ok()?;
    let mut files: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files.insert(0, "/etc/apt/sources.list".into());
    files.iter().filter_map(|file| fs::read_to_string(file).ok()).find_map(|text| mirror_in(&text).map(str::to_owned))
}

/// The address of a source whose path is that of Debian's archive.
fn mirror_in(text: &str) -> Option<&str> {
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with("deb ") || line.starts_with("URIs:"));
    let mut addresses = lines.flat_map(str::split_whitespace).filter(|word| word.contains("://"));
    addresses.find(|address| address.trim_end_matches('/').ends_with("/debian"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_read_from_both_forms_of_apt_sources() {
        let old = "# deb http://old.example/debian x\ndeb [arch=amd64] http://mirror.example/debian sid main\n";
        assert_eq!(mirror_in(old), Some("http://mirror.example/debian"));
        let new = "Types: deb\nURIs: https://mirror.example/debian/\nSuites: sid\n";
        assert_eq!(mirror_in(new), Some("https://mirror.example/debian/"));
        assert_eq!(mirror_in("deb https://other.example/node_20.x nodistro main\n"), None);
    }
}
