//! The parts of READMEs that follow from code.

use xshell::{Shell, cmd};

use crate::Result;

const README: &str = "crates/sf-backup-proto/README.md";
const BEGIN: &str = "<!-- operations table: begin; written by cargo xtask codegen -->\n";
const END: &str = "<!-- operations table: end -->\n";

/// Writes the operations table into the protocol crate's README; with `check`, fails if it would change.
pub(crate) fn run(sh: &Shell, check: bool) -> Result {
    let example = ["--package", "sf-backup-proto", "--example", "operations_table"];
    let table = cmd!(sh, "cargo run --quiet {example...}").read()?;
    let old = sh.read_file(README)?;
    let new = splice(&old, &table)?;
    if old == new {
        return Ok(());
    }
    if check {
        return Err(format!("{README} is not as the code is: run cargo xtask codegen").into());
    }
    sh.write_file(README, new)?;
    eprintln!("codegen: {README} written");
    Ok(())
}

/// `text` with `table` between the markers.
fn splice(text: &str, table: &str) -> Result<String> {
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let Some((before, after)) = parts else {
        return Err(format!("{README} lacks the markers of the operations table").into());
    };
    if !table.starts_with('|') {
        return Err("the example printed no table".into());
    }
    Ok(format!("{before}{BEGIN}{}\n{END}{after}", table.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_replaces_what_stood_between_the_markers() {
        let text = format!("before\n{BEGIN}| old |\n{END}after\n");
        let new = splice(&text, "| new |\n").unwrap();
        assert_eq!(new, format!("before\n{BEGIN}| new |\n{END}after\n"));
        assert_eq!(splice(&new, "| new |").unwrap(), new, "a second time changes nothing");
    }

    #[test]
    fn missing_markers_and_missing_tables_are_errors() {
        let whole = format!("{BEGIN}{END}");
        assert!(splice("nothing", "| a |").is_err());
        assert!(splice(BEGIN, "| a |").is_err());
        assert!(splice(&format!("{END}{BEGIN}"), "| a |").is_err());
        assert!(splice(&whole, "").is_err());
        assert!(splice(&whole, "| a |").is_ok());
    }
}
