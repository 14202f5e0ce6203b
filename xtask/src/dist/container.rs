//! The container image.

use std::path::Path;

use xshell::{Shell, cmd};

use super::Report;
use crate::Result;

/// Programs that build an image from a `Containerfile`, and run it.
const BUILDERS: &[&str] = &["podman", "docker"];
const IMAGE: &str = "sf-backup:dist";

/// Builds and runs the image if a builder is installed. Always checks that the file copies only what the tarball
/// contains.
pub(super) fn build(sh: &Shell, bundle: &Path, report: &mut Report) -> Result {
    let file = sh.read_file(bundle.join("Containerfile"))?;
    check(&file, |source| bundle.join(source).exists())?;
    report.done("Containerfile", "copies only files of the tarball".to_owned());
    let is_there = |builder: &&&str| cmd!(sh, "{builder} info").quiet().ignore_stdout().ignore_stderr().run().is_ok();
    let Some(builder) = BUILDERS.iter().find(is_there) else {
        report.skipped("image", "neither podman nor docker is running");
        return Ok(());
    };
    cmd!(sh, "{builder} build --quiet --tag {IMAGE} --file {bundle}/Containerfile {bundle}").quiet().run()?;
    cmd!(sh, "{builder} run --rm {IMAGE} demo --fast").quiet().ignore_stdout().run()?;
    report.done("image", format!("{IMAGE} built and run with {builder}"));
    Ok(())
}

/// Fails if an instruction is not one of those that the file needs, if a copied file does not exist, or if the command would
/// run as root.
fn check(file: &str, exists: impl Fn(&str) -> bool) -> Result {
    let mut user = None;
    let file = file.replace("\\\n", " ");
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let (instruction, rest) = line.split_once(' ').unwrap_or((line, ""));
        match instruction {
            "COPY" => {
                let words: Vec<&str> = rest.split_whitespace().collect();
                let (_, sources) = words.split_last().ok_or("COPY copies nothing")?;
                if let Some(missing) = sources.iter().find(|source| !exists(source)) {
                    return Err(format!("Containerfile copies {missing}, which the tarball lacks").into());
                }
            }
            "USER" => user = Some(rest),
            "FROM" | "RUN" | "ENTRYPOINT" | "CMD" | "" => {}
            other => return Err(format!("Containerfile: unexpected instruction {other}").into()),
        }
    }
    match user {
        Some(user) if !user.starts_with("root") && !user.starts_with('0') => Ok(()),
        _ => Err("Containerfile: the command would run as root".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_files_unknown_instructions_and_root_are_refused() {
        let all = |_: &str| true;
        assert!(check("FROM x\nCOPY a b /c/\nUSER 65534\n", all).is_ok());
        let error = check("FROM x\nCOPY a b /c/\nUSER 65534\n", |name| name != "b").unwrap_err();
        assert!(error.to_string().contains("copies b"), "{error}");
        assert!(check("FROM x\nFORM y\nUSER 65534\n", all).is_err());
        assert!(check("FROM x\nCOPY a /c/\n", all).is_err());
        assert!(check("FROM x\nUSER 0:0\n", all).is_err());
    }
}
