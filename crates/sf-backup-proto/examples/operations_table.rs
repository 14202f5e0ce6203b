//! Prints the operations table as Markdown, for `cargo xtask codegen`.

use sf_backup_proto::{OPERATIONS, OperationSpec};

fn main() {
    println!("| Operation | Request line | Since | Success | Idempotent | Pages |");
    println!("|---|---|--:|--:|:-:|:-:|");
    for row in OPERATIONS {
        println!("{}", line(row));
    }
}

fn line(row: &OperationSpec) -> String {
    format!(
        "| [{}]({}) | `{} {}` | {} | {} | {} | {} |",
        row.name,
        reference(row.name),
        row.method(),
        row.path,
        row.since,
        row.success().as_str(),
        mark(row.idempotent),
        mark(row.paged),
    )
}

/// The link to the API reference in the documentation of a row.
fn reference(name: &str) -> &'static str {
    let rows = include_str!("../src/operations.rs");
    let docs = rows.split_once(&format!("    {name} as ")).map_or("", |(docs, _)| docs);
    let link = docs.rsplit_once("[Reference](").and_then(|(_, rest)| rest.split_once(')'));
    link.map_or("", |(link, _)| link)
}

fn mark(yes: bool) -> &'static str {
    if yes { "✓" } else { "" }
}
