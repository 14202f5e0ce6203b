//! The runtime that waits for a cluster, and the signals by which a person or a system asks a run to end.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::task::Poll;
use std::thread;

use sf_backup_proto::Secret;
use tokio::runtime::Runtime;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Signal, ctrl_c};

use crate::connection::secret_ref::{self, SecretRef};
use crate::output::failure::Failure;

/// A runtime on this thread.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Other(format!("cannot start the async runtime: {error}")))
}

/// Runs what waits for a cluster, until it ends or a person interrupts it. `change` is the command that may have changed
/// something by then.
pub(crate) fn block_on<T>(
    interruptible: bool,
    change: Option<&'static str>,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    Waiter::new()?.block_on(interruptible, change, work)
}

/// A runtime that keeps its connections from one wait to the next, and waits for nothing when it goes: no name that is being
/// looked up, and no command that fetches a token.
#[derive(Debug)]
pub(crate) struct Waiter(Option<Runtime>);

impl Waiter {
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self(Some(runtime()?)))
    }

    /// As [`block_on`].
    pub(crate) fn block_on<T>(
        &self,
        interruptible: bool,
        change: Option<&'static str>,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let mut result = None;
        self.drive(interruptible, pin!(async { result = Some(work.await) }));
        result.unwrap_or_else(|| Err(Failure::interrupted(change)))
    }

    /// Drives `work` until it ends or is interrupted. Apart from [`block_on`](Self::block_on) so that it is compiled once.
    fn drive(&self, interruptible: bool, work: Pin<&mut dyn Future<Output = ()>>) {
        // It is there until it is dropped.
        let Some(runtime) = &self.0 else { return };
        runtime.block_on(async {
            let mut interrupts = if interruptible { Interrupts::by_person() } else { Interrupts::none() };
            tokio::select! {
                () = work => {}
                () = interrupts.any() => {}
            }
        });
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Whether Ctrl-C no longer ends the process by itself: a watch lasts as long as the process does.
static WATCHED: AtomicBool = AtomicBool::new(false);

/// Fetches a secret. Ctrl-C ends the wait for a command or a pipe, where Ctrl-C is left to this program.
///
/// # Errors
/// As [`secret_ref::fetch`].
pub(crate) fn fetch(reference: &SecretRef) -> Result<Secret, String> {
    if !WATCHED.load(Ordering::Relaxed) || matches!(reference, SecretRef::Env(_)) {
        return secret_ref::fetch(reference);
    }
    let of = reference.clone();
    or_interrupted(move || secret_ref::fetch(&of)).unwrap_or_else(|| Err(format!("{reference}: interrupted")))
}

/// Does what blocks, and is over at once if Ctrl-C comes: `None`. The work is left to a thread of its own, which nothing can
/// end but the process.
pub(crate) fn or_interrupted<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, events) = mpsc::channel();
    let (done, stop) = tokio::sync::oneshot::channel::<()>();
    let interrupted = sender.clone();
    let watch = move || {
        let Ok(runtime) = runtime() else { return };
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
