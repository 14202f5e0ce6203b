//! The zip for Windows: the command with completion, licences and the manual as text.

use std::path::Path;

use xshell::{Shell, cmd};

use super::{Release, Report, file_name, licences, size};
use crate::Result;
use crate::windows::{self, Debian, TARGET};

/// Builds the zip and runs the command from it under wine, where this machine can.
pub(super) fn make(sh: &Shell, bundle: &Path, dist: &Path, release: &Release, report: &mut Report) -> Result {
    if let Some(reason) = windows::unavailable(sh) {
        report.skipped("windows", &reason);
        return Ok(());
    }
    for (tool, package) in [("zip", "zip"), ("unzip", "unzip"), ("groff", "groff-base")] {
        // unzip knows no long options.
        if cmd!(sh, "{tool} -v").quiet().ignore_stdout().ignore_stderr().run().is_err() {
            report.skipped("windows", &format!("needs {tool}: apt-get install {package}"));
            return Ok(());
        }
    }
    windows::build(sh, &["build", "--profile", "dist", "--package", "sf-backup-cli"])?;
    let name = format!("sf-backup-{}-{TARGET}", release.version);
    let folder = dist.join(&name);
    sh.create_dir(folder.join("manual"))?;
    sh.copy_file(Path::new(windows::BUILD).join(TARGET).join("dist/sf-backup.exe"), &folder)?;
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md", "SECURITY.md", "README.md", "JSON.md"] {
        sh.copy_file(bundle.join(file), &folder)?;
    }
    sh.copy_file(bundle.join("completions/sf-backup.ps1"), &folder)?;
    sh.write_file(folder.join("THIRD-PARTY.txt"), licences::of_dependencies(sh, TARGET)?)?;
    for page in sh.read_dir(bundle.join("man"))? {
        // Without the escapes by which terminals show bold words.
        let text = cmd!(sh, "groff -man -Tutf8 -P -cbou {page}").quiet().read()?;
        let name = Path::new(&file_name(&page)).with_extension("txt");
        sh.write_file(folder.join("manual").join(name), text.replace('\n', "\r\n") + "\r\n")?;
    }
    let zip = format!("{name}.zip");
    {
        let _inside = sh.push_dir(dist);
        let epoch = &release.epoch;
        let each = "{}";
        cmd!(sh, "find {name} -exec touch --date @{epoch} {each} +").quiet().run()?;
        // Sorted, so that equal files give equal bytes whatever the order of the folder.
        let mut files: Vec<String> =
            cmd!(sh, "find {name} -type f").quiet().read()?.lines().map(str::to_owned).collect();
        files.sort();
        cmd!(sh, "zip -X -q -9 {zip} -@").quiet().env("TZ", "UTC").stdin(files.join("\n")).run()?;
    }
    report.done("windows", format!("{zip}, {}", size(&dist.join(&zip))?));
    report.done("windows runs", try_out(sh, dist, &zip, &name)?);
    sh.remove_path(&folder)?;
    Ok(())
}

/// Unpacks the zip and runs the command under wine.
fn try_out(sh: &Shell, dist: &Path, zip: &str, name: &str) -> Result<String> {
    let unpacked = dist.join("windows");
    cmd!(sh, "unzip -q {dist}/{zip} -d {unpacked}").quiet().run()?;
    let inside = unpacked.strip_prefix(sh.current_dir()).unwrap_or(&unpacked).join(name);
    let script = format!("cd '/src/{}' && wine sf-backup.exe demo --fast >/dev/null", inside.display());
    Debian::prepare(sh)?.run(sh, &script, &[])?;
    sh.remove_path(&unpacked)?;
    Ok("sf-backup.exe demo under wine".to_owned())
}
