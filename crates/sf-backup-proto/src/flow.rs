//! State machines: inputs are facts, outputs are orders. Whoever drives them owns sockets, clocks and randomness.

pub mod clock;
pub mod cluster;
pub mod exchange;
mod exchanged;
pub mod head;
pub mod pager;
pub mod progress;
pub(crate) mod resolve;
pub mod retry;
pub mod session;

pub use clock::ServerClock;
pub use cluster::ClusterState;
pub use exchange::{Exchange, Outcome, Step};
pub use exchanged::Exchanged;
pub use head::Head;
pub use progress::{Ended, Phase, Progress, ProgressStep, Progressed, Seen, Starts, Watched, begun};
pub use retry::RetryPolicy;
pub use session::Session;
