//! What sf-backup costs, as ratios of two things measured in the same run.
#![allow(clippy::unwrap_used, missing_docs)]

mod page;
mod pair;
mod requests;
mod row;

fn main() {
    for row in requests::rows().into_iter().chain(page::rows()) {
        let (least, most) = row.spread();
        println!(
            "{}: {:.2} ({least:.2}..{most:.2}) {} {} {}",
            row.what,
            row.median(),
            row.unit,
            row.mark,
            row.is_kept()
        );
    }
    counts();
}

#[allow(dead_code)]
fn counts() {
    for (what, ours, theirs) in requests::pairs() {
        let ours = allocation_counter::measure(|| drop(ours()));
        let theirs = allocation_counter::measure(|| drop(theirs()));
        println!("{what}: {} against {}", ours.count_total, theirs.count_total);
    }
    let (call, page) = (page::call(), http::Response::new(page::page(page::ITEMS, 0, None)));
    let ours = allocation_counter::measure(|| drop(page::ours(&call, &page)));
    let theirs = allocation_counter::measure(|| drop(page::theirs(&page)));
    println!("page: {ours:?} {theirs:?}");
}
