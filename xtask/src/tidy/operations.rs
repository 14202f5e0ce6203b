//! The layout of the tables of operations. rustfmt does not format them, because they are the body of a macro.

use super::File;
use crate::finding::Finding;

const TABLES: &[&str] =
    &["crates/sf-backup-proto/src/operations.rs", "crates/sf-backup-proto/src/operations/inventory.rs"];
const REFERENCE: &str = "https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-";

/// Maximum length of a line of documentation.
const MOST_COLUMNS: usize = 120;

/// Every line of a table has one of the allowed shapes.
pub(super) fn layout(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in TABLES {
        let Some(rows) = rows(files, path) else {
            findings.push(Finding::new(*path, "has no `operations! {` … `}`"));
            continue;
        };
        let mut after_item = false;
        for (index, line) in rows {
            let mut found = |rule| findings.push(Finding::at(path, index, rule));
            if !has_shape(line) {
                found("has a layout that differs from the other rows");
            }
            if line.is_empty() != after_item {
                found("must have one blank line between rows, and none within");
            }
            if line.chars().count() > MOST_COLUMNS && line.contains("/// ") && !line.contains(REFERENCE) {
                found("is too long: break it at 120 columns");
            }
            after_item = line == "    }" || is_head(line);
        }
    }
    findings
}

/// Every row links to its page of the API reference, and is named after it.
pub(super) fn references(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in TABLES {
        let mut link = None;
        for (index, line) in rows(files, path).unwrap_or_default() {
            if let Some(text) = line.strip_prefix("    /// [Reference](") {
                link = Some(text);
            }
            let Some((name, method)) = header(line) else {
                continue;
            };
            let expected = format!("{REFERENCE}{})", name.to_lowercase());
            if link.take() != Some(expected.as_str()) {
                let rule = format!("{name} needs a line `/// [Reference]({expected}`");
                findings.push(Finding::at(path, index, rule));
            }
            if method != snake_case(name) {
                let rule = format!("the method of {name} must be named {}", snake_case(name));
                findings.push(Finding::at(path, index, rule));
            }
        }
    }
    findings
}

/// The lines between the braces of the macro in a file.
fn rows<'a>(files: &'a [File], path: &str) -> Option<Vec<(usize, &'a str)>> {
    let file = files.iter().find(|file| file.path == path)?;
    let mut lines = file.lines().skip_while(|(_, line)| *line != "operations! {");
    lines.next()?;
    Some(lines.take_while(|(_, line)| *line != "}").collect())
}

/// `table OPERATIONS;` and similar lines, before the rows.
fn is_head(line: &str) -> bool {
    let text = line.strip_prefix("    ").and_then(|line| line.strip_suffix(';'));
    let clause = text.and_then(|text| text.split_once(' '));
    clause.is_some_and(|(clause, _)| matches!(clause, "each" | "fixed" | "table"))
}

/// `BackupPartition as backup_partition {`
fn header(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("    ")?.strip_suffix(" {")?;
    let (name, method) = line.split_once(" as ")?;
    (is_word(name) && is_word(method)).then_some((name, method))
}

fn has_shape(line: &str) -> bool {
    let text = line.trim_start();
    match line.len() - text.len() {
        0 => line.is_empty(),
        4 => is_doc(text) || header(line).is_some() || is_head(line) || text == "}",
        8 => is_request_line(text) || is_clause(text) || text == "}",
        12 => is_doc(text) || is_field(text),
        _ => false,
    }
}

fn is_doc(text: &str) -> bool {
    text == "///" || text.strip_prefix("/// ").is_some_and(|words| !words.starts_with(' '))
}

/// `POST "/Partitions/" {partition: PartitionId} "/$/Backup" since "6.2" => 202 ();`
fn is_request_line(text: &str) -> bool {
    let verb = text.strip_prefix("GET \"/").or_else(|| text.strip_prefix("POST \"/"));
    let since = verb.and_then(|rest| Some(rest.split_once("\" since \"")?.1));
    let status = since.and_then(|rest| Some(rest.split_once("\" => ")?.1));
    status.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.ends_with(';'))
}

/// `query {`, `body { /// The new policy.`, `pages BackupInfo;`
fn is_clause(text: &str) -> bool {
    let Some((clause, rest)) = text.split_once(' ') else {
        return false;
    };
    match clause {
        "query" => rest == "{",
        "body" | "optional_body" => rest.strip_prefix("{ ").is_some_and(is_doc),
        "entity" | "not_idempotent" | "pages" | "rule" => rest.ends_with(';'),
        "reads" => rest == "backup first;",
        _ => false,
    }
}

/// `latest: bool = "Latest" since "9.1",` or, at the end of a clause of one, `policy: PolicyName }`
fn is_field(text: &str) -> bool {
    let Some((name, rest)) = text.split_once(": ") else {
        return false;
    };
    is_word(name) && (rest.ends_with(',') || rest.ends_with(" }"))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{Check, file};

    const GOOD: &str = r#"use nothing;

operations! {
    /// The table.
    table OPERATIONS;

    /// Starts a backup.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-backuppartition)
    BackupPartition as backup_partition {
        POST "/Partitions/" {partition: PartitionId} "/$/Backup" since "6.2" => 202 ();
        not_idempotent |call| ExpectedState::BackedUp(call.partition);
        entity |call| call.entity();
        query {
            /// Minutes.
            backup_timeout: u32 = "BackupTimeout",
        }
        optional_body { /// The storage.
            storage: BackupStorageDescription = "BackupStorage" }
        rule |call, at| at.one(call);
    }

    /// Lists.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getbackups)
    GetBackups as get_backups {
        GET "/Backups" since "6.2" => 200 Page<BackupInfo>;
        pages BackupInfo;
    }
}
"#;

    /// The number of findings of a check if every table is `text`.
    fn count_in(check: Check, text: &str) -> usize {
        let files: Vec<File> = TABLES.iter().map(|path| file(path, text)).collect();
        let findings = check(&files).len();
        assert_eq!(findings % TABLES.len(), 0, "every table is checked");
        findings / TABLES.len()
    }

    fn found(check: Check, from: &str, to: &str) -> usize {
        assert!(GOOD.contains(from), "{from}");
        count_in(check, &GOOD.replacen(from, to, 1))
    }

    #[test]
    fn a_correct_table_has_no_findings() {
        assert_eq!(count_in(layout, GOOD), 0);
        assert_eq!(count_in(references, GOOD), 0);
    }

    #[test]
    fn a_missing_table_is_found() {
        assert_eq!(found(layout, "operations! {", "operations!{"), 1);
        assert_eq!(layout(&[]).len(), TABLES.len());
    }

    #[test]
    fn lines_of_another_shape_are_found() {
        for (from, to) in [
            ("        POST", "      POST"),
            ("POST \"/Part", "PUT \"/Part"),
            ("since \"6.2\" => 202", "=> 202"),
            ("body { /// The", "body {/// The"),
            (
                "            storage: BackupStorageDescription = \"BackupStorage\" }",
                "            storage : BackupStorageDescription }",
            ),
            ("        query {", "        query  {"),
            ("    /// Starts", "    ///  Starts"),
            ("backup_partition {", "backup_partition  {"),
            ("        pages BackupInfo;", "        page BackupInfo;"),
            ("    table OPERATIONS;", "    tables OPERATIONS;"),
        ] {
            assert_ne!(found(layout, from, to), 0, "{from} -> {to}");
        }
    }

    #[test]
    fn blank_lines_are_allowed_only_between_rows() {
        assert_eq!(found(layout, "    }\n\n    /// Lists", "    }\n    /// Lists"), 1);
        assert_eq!(found(layout, "(call.partition);\n", "(call.partition);\n\n"), 1);
    }

    #[test]
    fn lines_that_are_too_long_are_found() {
        let long = format!("/// Starts {}", "a backup ".repeat(20).trim_end());
        assert_eq!(found(layout, "/// Starts a backup.", &long), 1);
    }

    #[test]
    fn a_row_without_its_own_reference_is_found() {
        assert_eq!(found(references, "    /// [Reference](", "    /// [See]("), 1);
        assert_eq!(found(references, "api-backuppartition", "api-getbackups"), 1);
        // A row's link does not count for the next row.
        let line = "    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getbackups)\n";
        assert_eq!(found(references, line, ""), 1);
    }

    #[test]
    fn a_method_of_another_name_is_found() {
        assert_eq!(found(references, "as backup_partition", "as start_backup"), 1);
    }
}
