//! Prints the operations table as Markdown: what `cargo xtask codegen` puts into the README.

use sf_backup_proto::{OPERATIONS, OperationSpec};

fn main() {
    println!("| Operation | Request line | Since | Success | Once | Pages |");
    println!("|---|---|--:|--:|:-:|:-:|");
    for row in OPERATIONS {
        println!("{}", line(row));
    }
}

fn line(row: &OperationSpec) -> String {
    format!(
        "| [{}]({}) | `{} {}` | {} | {} | {} | {} |",
        row.name,
        reference(row.docs),
        row.method(),
        row.path,
        row.since,
        row.success().as_str(),
        mark(row.once),
        mark(row.paged),
    )
}

/// The page of the API that the row's documentation links to.
fn reference(docs: &str) -> &str {
    let link = docs.split_once("[Reference](").and_then(|(_, rest)| rest.split_once(')'));
    link.map_or("", |(link, _)| link)
}

fn mark(yes: bool) -> &'static str {
    if yes { "✓" } else { "" }
}
