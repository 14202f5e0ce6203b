//! The promises of SECURITY.md, each with the tests that show it.

use super::File;
use crate::finding::Finding;

const PAGE: &str = "SECURITY.md";
/// The head of the table; the rows after it are promises.
const HEAD: &str = "| Against | Promise | Tests |";

/// Every promise has a test, and every test that is named exists.
pub(super) fn tested(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(page) = files.iter().find(|file| file.path == PAGE) else {
        return findings;
    };
    let rows = page.lines().skip_while(|(_, line)| *line != HEAD).skip(2).take_while(|(_, line)| line.starts_with('|'));
    let mut any = false;
    for (index, row) in rows {
        any = true;
        let cell = row.trim_end_matches(['|', ' ']).rsplit('|').next().unwrap_or_default();
        let tests: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        if tests.is_empty() {
            findings.push(Finding::at(PAGE, index, "promises something without a test".to_owned()));
        }
        let missing = tests.into_iter().filter(|test| !exists(test, files));
        findings.extend(
            missing.map(|test| Finding::at(PAGE, index, format!("names the test {test}, which does not exist"))),
        );
    }
    if !any {
        findings.push(Finding::at(PAGE, 0, format!("has no table that begins with {HEAD:?}")));
    }
    findings
}

fn exists(test: &str, files: &[File]) -> bool {
    let declared = [format!("fn {test}("), format!("fn {test}<")];
    files.iter().filter(|file| file.is_rust()).any(|file| declared.iter().any(|declared| file.text.contains(declared)))
}

#[cfg(test)]
mod tests {
    use super::super::{file, findings_in};
    use super::*;

    #[test]
    fn a_promise_without_a_test_is_found() {
        let page = |row: &str| format!("{HEAD}\n|---|---|---|\n{row}\n\n| other | table |\n");
        let tested = |row: &str| {
            let files = [file(PAGE, &page(row)), file("a.rs", "#[test]\nfn it_holds() {}\nfn both<T>() {}\n")];
            tested(&files).len()
        };
        assert_eq!(tested("| server | Nothing. | `it_holds` `both` |"), 0);
        assert_eq!(tested("| server | Nothing. | `it_holds` `it_fails` |"), 1);
        assert_eq!(tested("| server | Nothing. | |"), 1);
        assert_eq!(findings_in(super::tested, PAGE, "no table").len(), 1);
    }
}
