//! The ways in which a person or a system asks a run to end.

use std::future::poll_fn;
use std::task::Poll;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Signal, ctrl_c};

/// What asks the run to end, watched from the moment that this is made. Needs a runtime around it.
#[derive(Debug)]
pub(crate) struct Interrupts(Vec<Signal>);

impl Interrupts {
    /// Watches for nothing: the system ends the process as it always does.
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    /// Watches for Ctrl-C.
    #[cfg(unix)]
    pub(crate) fn by_person() -> Self {
        Self(signal(SignalKind::interrupt()).into_iter().collect())
    }

    /// Watches for Ctrl-C, and for the signal by which service managers end a process.
    #[cfg(unix)]
    pub(crate) fn by_anybody() -> Self {
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        Self(kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect())
    }

    /// Watches for Ctrl-C.
    #[cfg(windows)]
    pub(crate) fn by_person() -> Self {
        Self(ctrl_c().into_iter().collect())
    }

    /// The same: this system has other ways to end a process.
    #[cfg(windows)]
    pub(crate) fn by_anybody() -> Self {
        Self::by_person()
    }

    /// Done when one of them comes.
    pub(crate) async fn any(&mut self) {
        poll_fn(|context| {
            let mut signals = self.0.iter_mut();
            if signals.any(|signal| signal.poll_recv(context).is_ready()) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}
