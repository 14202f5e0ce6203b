//! The runtime that waits for a cluster, and the signals that interrupt a run.

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

/// Runs a future until it ends or is interrupted. `change` is the command that may have changed something by then.
pub(crate) fn block_on<T>(
    interruptible: bool,
    change: Option<&'static str>,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    Waiter::new()?.block_on(interruptible, change, work)
}

/// A runtime that keeps its connections from one wait to the next, and does not wait for anything when dropped, such as
/// name resolution or a command that gets a token.
#[derive(Debug)]
pub(crate) struct Waiter(Option<Runtime>);

impl Waiter {
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self(Some(runtime()?)))
    }

    /// Like [`block_on`].
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

    /// Drives `work` until it ends or is interrupted. Separate from [`block_on`](Self::block_on), so that it is
    /// compiled once.
    fn drive(&self, interruptible: bool, work: Pin<&mut dyn Future<Output = ()>>) {
        // It exists until `self` is dropped.
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

/// Whether Ctrl-C no longer ends the process by itself: a handler stays until the process ends.
static WATCHED: AtomicBool = AtomicBool::new(false);

/// Gets a secret. Ctrl-C ends the wait for a command or a pipe, if this program handles Ctrl-C.
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

/// Runs blocking work on a thread; returns `None` immediately after Ctrl-C. The thread then continues until the process
/// ends.
pub(crate) fn or_interrupted<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, events) = mpsc::channel();
    let (done, stop) = tokio::sync::oneshot::channel::<()>();
    let interrupted = sender.clone();
    let watch = move || {
        let Ok(runtime) = runtime() else { return };
        let outcome = runtime.block_on(async {
            let mut interrupts = Interrupts::by_person();
            tokio::select! {
                () = interrupts.any() => true,
                _ = stop => false,
            }
        });
        if outcome {
            // The work may already be done.
            let _ = interrupted.send(None);
        }
    };
    let work = move || {
        // Nobody receives any more after Ctrl-C.
        let _ = sender.send(Some(work()));
    };
    thread::Builder::new().spawn(watch).and_then(|_| thread::Builder::new().spawn(work)).ok()?;
    let event = events.recv().ok().flatten();
    drop(done);
    event
}

/// The signals that interrupt a run, received from the creation of this on. Requires a runtime.
#[derive(Debug)]
pub(crate) struct Interrupts(Vec<Signal>);

impl Interrupts {
    /// Receives nothing: the system ends the process as usual.
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    /// Receives Ctrl-C.
    #[cfg(unix)]
    pub(crate) fn by_person() -> Self {
        WATCHED.store(true, Ordering::Relaxed);
        Self(signal(SignalKind::interrupt()).into_iter().collect())
    }

    /// Receives Ctrl-C, and the signal by which service managers end a process.
    #[cfg(unix)]
    pub(crate) fn by_anybody() -> Self {
        WATCHED.store(true, Ordering::Relaxed);
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        Self(kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect())
    }

    /// Receives Ctrl-C.
    #[cfg(windows)]
    pub(crate) fn by_person() -> Self {
        WATCHED.store(true, Ordering::Relaxed);
        Self(ctrl_c().into_iter().collect())
    }

    /// Receives Ctrl-C: this system ends processes in other ways.
    #[cfg(windows)]
    pub(crate) fn by_anybody() -> Self {
        Self::by_person()
    }

    /// Completes at the first signal.
    pub(crate) async fn any(&mut self) {
        poll_fn(|context| {
            let mut signals = self.0.iter_mut();
            if signals.any(|signal| signal.poll_recv(context).is_ready()) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}
