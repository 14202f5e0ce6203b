//! The inputs of a command: the options, the environment, and the command line.

use crate::cluster::input::Document;
use crate::cluster::session::Session;
use crate::connection::Connection;
use crate::connection::environment::Environment;
use crate::options::command_line::CommandLine;
use crate::options::global::Options;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

/// What is known about the cluster: from the command line and from the environment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommandContext<'o> {
    pub(crate) options: &'o Options,
    pub(crate) environment: &'o Environment,
    pub(crate) typed: &'o CommandLine,
}

impl CommandContext<'_> {
    /// Creates a session for calls that were read from `document`. Sends nothing.
    pub(crate) fn session<'t, 'c>(
        &self,
        document: Option<Document>,
        terminal: &'t mut Terminal<'c>,
    ) -> Result<Session<'t, 'c>, Failure> {
        let connection = Connection::of(&self.options.connection, self.environment)?;
        Session::new(&connection, self.options, self.typed.connection_words(), document, terminal)
    }
}
