//! How a command gets at a cluster, and waits for what it does there.

use tokio::runtime::Runtime;

use crate::cluster::input::Document;
use crate::cluster::interrupt::Interrupts;
use crate::cluster::session::Session;
use crate::connection::Connection;
use crate::connection::environment::Surroundings;
use crate::options::global::Options;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

/// What was said about the cluster: on the command line and around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach<'o> {
    pub(crate) options: &'o Options,
    pub(crate) around: &'o Surroundings,
}

impl Reach<'_> {
    /// A session, for calls that were read from `document`. Nothing is sent yet.
    pub(crate) fn session<'t, 'c>(
        &self,
        document: Option<Document>,
        terminal: &'t mut Terminal<'c>,
    ) -> Result<Session<'t, 'c>, Failure> {
        let connection = Connection::of(&self.options.connection, self.around)?;
        Session::new(&connection, self.options, document, terminal)
    }
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
        Ok(Self(Some(crate::runtime()?)))
    }

    /// As [`block_on`].
    pub(crate) fn block_on<T>(
        &self,
        interruptible: bool,
        change: Option<&'static str>,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        // It is there until it is dropped.
        let Some(runtime) = &self.0 else { return Err(Failure::interrupted(change)) };
        runtime.block_on(async {
            let mut interrupts = if interruptible { Interrupts::by_person() } else { Interrupts::none() };
            tokio::select! {
                result = work => result,
                () = interrupts.any() => Err(Failure::interrupted(change)),
            }
        })
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
