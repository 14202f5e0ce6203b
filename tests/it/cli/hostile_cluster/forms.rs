//! Parses documents, reports and metrics as their readers do.

use std::collections::BTreeSet;

use serde_json::Value;

/// Every string in a value, including names of members.
pub(super) fn strings(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => _ = found.insert(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(members) => members.iter().for_each(|(name, item)| {
            found.insert(name.clone());
            strings(item, found);
        }),
        _ => {}
    }
}

/// The tags of a page or of XML, each with the names of its attributes.
pub(super) fn tags(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('<') {
        let mut quote = None;
        let end = after.char_indices().find(|(_, character)| match (quote, character) {
            (None, '>') => true,
            (None, '"' | '\'') => {
                quote = Some(*character);
                false
            }
            (Some(open), character) if open == *character => {
                quote = None;
                false
            }
            _ => false,
        });
        let (end, _) = end.unwrap_or_else(|| panic!("a tag without an end: {after}"));
        found.insert(without_values(&after[..end]));
        rest = &after[end..];
    }
    found
}

/// `a href="x" title='y'` as `a href= title=`.
fn without_values(tag: &str) -> String {
    let mut shown = String::new();
    let mut quote = None;
    for character in tag.chars() {
        match quote {
            None if ['"', '\''].contains(&character) => quote = Some(character),
            None => shown.push(character),
            Some(open) if open == character => quote = None,
            Some(_) => {}
        }
    }
    shown
}

/// The values of the labels in a line of the Prometheus text format.
pub(super) fn labels(line: &str) -> Result<Vec<String>, String> {
    let wrong = |why: &str| Err(format!("{why}: {line}"));
    if line.starts_with("# HELP sfbackup_") || line.starts_with("# TYPE sfbackup_") {
        return Ok(Vec::new());
    }
    let name_end = line.find(['{', ' ']).unwrap_or(line.len());
    let (name, mut rest) = line.split_at(name_end);
    if !name.starts_with("sfbackup_") || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return wrong("no name");
    }
    let mut values = Vec::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        while !rest.starts_with('}') {
            let Some((label, after)) = rest.split_once("=\"") else { return wrong("no label") };
            if !label.trim_start_matches(',').chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return wrong("no name of a label");
            }
            let mut value = String::new();
            let mut characters = after.char_indices();
            let end = loop {
                match characters.next() {
                    Some((at, '"')) => break at,
                    Some((_, '\\')) => match characters.next() {
                        Some((_, 'n')) => value.push('\n'),
                        Some((_, escaped @ ('\\' | '"'))) => value.push(escaped),
                        _ => return wrong("an escape that there is not"),
                    },
                    Some((_, character)) => value.push(character),
                    None => return wrong("a label without an end"),
                }
            };
            values.push(value);
            rest = &after[end + 1..];
        }
        rest = &rest[1..];
    }
    match rest.strip_prefix(' ').map(str::parse::<f64>) {
        Some(Ok(_)) => Ok(values),
        _ => wrong("no value"),
    }
}

/// The number of cells in a row of a Markdown table.
pub(super) fn cells(row: &str) -> usize {
    let mut escaped = false;
    let bars = row.chars().filter(|character| {
        let counts = *character == '|' && !escaped;
        escaped = *character == '\\' && !escaped;
        counts
    });
    bars.count()
}

#[test]
fn active_characters_are_found() {
    assert!(labels("sfbackup_up 1").is_ok());
    assert_eq!(labels(r#"sfbackup_x{a="b\"\\",c="d"} 1"#), Ok(vec!["b\"\\".to_owned(), "d".to_owned()]));
    assert!(labels(r#"sfbackup_x{a="b"} 1"} 2"#).is_err() && labels("evil 1").is_err());
    assert!(tags("<a href=\"x>\"><script>").contains("script"));
    assert!(!tags("<a href=\"<script>\">&lt;").contains("script"));
    assert_eq!((cells("| a \\| b |"), cells("| a | b |")), (2, 3));
}
