//! Prints the tour of the README: commands on a simulated cluster, and their output. With `picture`, prints the
//! README's picture of an audit. `cargo xtask codegen` inserts both. A test types the tour into a shell and compares.

mod picture;
mod record;

/// The width of a README.
const WIDTH: usize = 118;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("picture") {
        println!("{}", picture::svg());
        return;
    }
    println!("```console");
    for step in record::record(Some(WIDTH)) {
        println!("$ {}\n{}", step.command, step.output);
    }
    println!("```");
}
