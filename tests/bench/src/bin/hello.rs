//! The minimal program: a lower bound for time and memory.

fn main() {
    println!("Hello, world!");
}
