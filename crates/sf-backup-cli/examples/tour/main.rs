//! Prints the tour of the README: commands run against a simulated cluster, and what they print. `cargo xtask codegen` puts
//! it there. A test types the same commands into a shell and compares.

mod record;

/// As wide as a README is read.
const WIDTH: usize = 118;

fn main() {
    println!("```console");
    for step in record::record(Some(WIDTH)) {
        println!("$ {}\n{}", step.command, step.output);
    }
    println!("```");
}
