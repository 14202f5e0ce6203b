//! State machines: inputs are facts, outputs are orders. Whoever drives them owns sockets, clocks and randomness.

pub mod exchange;
pub mod pager;
pub mod progress;

pub use exchange::{ClusterState, Exchange, Outcome, Step};
pub use progress::{Ended, Phase, Progress, ProgressStep, Progressed, Seen};
