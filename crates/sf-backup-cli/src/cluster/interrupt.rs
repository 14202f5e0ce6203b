//! The ways in which a person or a system asks a run to end.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::task::Poll;
use std::thread;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Signal, ctrl_c};

/// Whether Ctrl-C no longer ends the process by itself: a watch lasts as long as the process does.
static WATCHED: AtomicBool = AtomicBool::new(false);

/// Whether Ctrl-C is left to this program by now.
pub(crate) fn is_watched() -> bool {
    WATCHED.load(Ordering::Relaxed)
}

/// Does what blocks, and is over at once if Ctrl-C comes: `None`. The work is left to a thread of its own, which nothing can
/// end but the process.
pub(crate) fn or_interrupted<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, events) = mpsc::channel();
    let (done, stop) = tokio::sync::oneshot::channel::<()>();
    let interrupted = sender.clone();
    let watch = move || {
        let Ok(runtime) = crate::runtime() else { return };
        let came = runtime.block_on(async {
            let mut interrupts = Interrupts::by_person();
            tokio::select! {
                () = interrupts.any() => true,
                _ = stop => false,
            }
        });
        if came {
            // The work may be done by now.
            let _ = interrupted.send(None);
        }
    };
    let work = move || {
        // Nobody listens any more after Ctrl-C.
        let _ = sender.send(Some(work()));
    };
    thread::Builder::new().spawn(watch).and_then(|_| thread::Builder::new().spawn(work)).ok()?;
    let event = events.recv().ok().flatten();
    drop(done);
    event
}

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
        WATCHED.store(true, Ordering::Relaxed);
        Self(signal(SignalKind::interrupt()).into_iter().collect())
    }

    /// Watches for Ctrl-C, and for the signal by which service managers end a process.
    #[cfg(unix)]
    pub(crate) fn by_anybody() -> Self {
        WATCHED.store(true, Ordering::Relaxed);
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        Self(kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect())
    }

    /// Watches for Ctrl-C.
    #[cfg(windows)]
    pub(crate) fn by_person() -> Self {
        WATCHED.store(true, Ordering::Relaxed);
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
