//! Measures allocations in a process with a counting allocator. Prints rows and a plot as JSON.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

#[path = "../counts.rs"]
mod counts;
#[path = "../page.rs"]
mod page;
#[path = "../pair.rs"]
mod pair;
#[path = "../requests.rs"]
mod requests;
#[path = "../row.rs"]
mod row;
#[path = "../walk.rs"]
mod walk;

fn main() {
    println!("{}", serde_json::to_string(&(counts::rows(), counts::plot())).unwrap());
}
