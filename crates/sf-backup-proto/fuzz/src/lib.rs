//! The fuzz entry points of the protocol crate: each takes arbitrary bytes and must return.
//!
//! In addition to "no panic, no hang", each checks an invariant of accepted inputs: what is written again reads as the
//! same, and an error is one line of bounded length. libFuzzer calls them from `fuzz_targets/`, the test suite with
//! mutations of the corpus.

mod command;
mod files;
mod flows;
mod names;
mod reply;
mod server_read;
mod times;

#[allow(dead_code, unreachable_pub)]
#[path = "../../../sf-backup-cli/src/cluster/dry_run/curl/body.rs"]
mod body;
mod complete;
mod output;

pub use command::{completion, curl, escaping};
pub use files::{journals, plans};
pub use flows::{exchange, pager, progress, resolve};
pub use names::names;
pub use reply::reply;
pub use server_read::server_read;
pub use times::durations;

/// Longer than any message: the server's own text is truncated at 4096 characters of up to four bytes.
const LONGEST_MESSAGE: usize = 20_000;

/// Asserts that an error fits one line of a terminal or a log.
fn assert_presentable(error: &impl std::fmt::Display) {
    let text = error.to_string();
    assert!(!text.is_empty(), "an error says nothing");
    assert!(!text.chars().any(char::is_control), "control characters in {text:?}");
    assert!(text.len() <= LONGEST_MESSAGE, "a message of {} bytes", text.len());
}
