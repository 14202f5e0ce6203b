//! What no program takes less than.

fn main() {
    println!("Hello, world!");
}
