//! How a command gets at a cluster, and waits for what it does there.

use crate::args::options::Options;
use crate::connection::Connection;
use crate::console::Terminal;
use crate::failure::Failure;
use crate::input::Document;
use crate::interrupt::Interrupts;
use crate::session::Session;
use crate::surroundings::Surroundings;

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
    let runtime = crate::runtime()?;
    let result = runtime.block_on(async {
        let mut interrupts = if interruptible { Interrupts::by_person() } else { Interrupts::none() };
        tokio::select! {
            result = work => result,
            () = interrupts.any() => Err(Failure::interrupted(change)),
        }
    });
    // A name that is being looked up, or a command that fetches a token, is not waited for.
    runtime.shutdown_background();
    result
}
