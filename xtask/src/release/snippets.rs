//! Programs in READMEs that follow a `[dependencies]` block: each builds and runs as pasted.

use std::fmt::Write as _;
use std::path::Path;

use xshell::{Shell, cmd};

use super::RELEASED;
use crate::{Result, openssl};

/// The folder of the packages. Their dependency paths lead to a clone beside it, as in the READMEs.
const FOLDER: &str = "target/snippets";
/// The path of the clone in the READMEs.
const CLONE: &str = "../sf-backup/";

/// A block of dependencies and the program that needs them.
#[derive(Debug, PartialEq, Eq)]
struct Snippet {
    dependencies: String,
    program: String,
}

/// Runs every snippet; returns how many there are.
pub(super) fn run(sh: &Shell) -> Result<usize> {
    let root = sh.current_dir();
    let readmes = RELEASED.iter().map(|krate| format!("crates/{krate}/README.md")).chain(["README.md".to_owned()]);
    let mut count = 0;
    for readme in readmes {
        for snippet in snippets(&sh.read_file(&readme)?) {
            count += 1;
            let folder = root.join(FOLDER).join(format!("snippet-{count}"));
            eprintln!("{readme}: {}", snippet.dependencies.lines().next().unwrap_or_default());
            run_one(sh, &root, &folder, &snippet).map_err(|error| format!("{readme}: {error}"))?;
        }
    }
    if count == 0 {
        return Err("no README has a program below a [dependencies] block".into());
    }
    Ok(count)
}

fn run_one(sh: &Shell, root: &Path, folder: &Path, snippet: &Snippet) -> Result {
    let clone = format!("{}/", root.display());
    let mut manifest =
        String::from("[package]\nname = \"snippet\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n");
    manifest.push_str(&snippet.dependencies.replace("[dev-dependencies]", "[dependencies]").replace(CLONE, &clone));
    // A user has OpenSSL's headers, or sets the feature; the READMEs do not cover this.
    if !openssl::features(sh).is_empty() {
        writeln!(manifest, "openssl = {{ version = \"0.10\", features = [\"vendored\"] }}")?;
    }
    sh.create_dir(folder.join("src"))?;
    sh.write_file(folder.join("Cargo.toml"), manifest)?;
    sh.write_file(folder.join("src/main.rs"), &snippet.program)?;
    // The versions that the workspace was tested with.
    sh.copy_file(root.join("Cargo.lock"), folder)?;
    let target = root.join(FOLDER).join("target");
    let _inside = sh.push_dir(folder);
    cmd!(sh, "cargo run --quiet").env("CARGO_TARGET_DIR", target).run()?;
    Ok(())
}

/// Every `toml` block with dependencies, with the next `rust` block.
fn snippets(readme: &str) -> Vec<Snippet> {
    let mut found = Vec::new();
    let mut dependencies = None;
    for block in readme.split("\n```") {
        if let Some(toml) = block.strip_prefix("toml\n").filter(|toml| toml.contains("dependencies]")) {
            dependencies = Some(format!("{toml}\n"));
        } else if let Some(program) = block.strip_prefix("rust\n")
            && let Some(dependencies) = dependencies.take()
        {
            found.push(Snippet { dependencies, program: format!("{program}\n") });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_belongs_to_the_dependencies_above_it() {
        let readme = "text\n\n```toml\n[dependencies]\na = \"1\"\n```\n\n```rust\nfn main() {}\n```\n\n```rust\nfn other() {}\n```\n";
        let expected = Snippet { dependencies: "[dependencies]\na = \"1\"\n".into(), program: "fn main() {}\n".into() };
        assert_eq!(snippets(readme), [expected]);
        assert_eq!(snippets("```toml\n[package]\n```\n```rust\nfn main() {}\n```\n"), []);
    }
}
