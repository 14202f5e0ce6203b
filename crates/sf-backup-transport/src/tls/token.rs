//! Bearer tokens: sources and caching.

use std::error::Error as StdError;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use sf_backup_proto::Secret;
use zeroize::Zeroizing;

use crate::tls::source::{Source, SourceError};
use crate::tls::text::decode;

/// A source of bearer tokens. Called before the first request, and again if a cluster responds with 401 or 403.
///
/// Cheap to clone. `Debug` hides tokens and the arguments of commands.
///
/// ```
/// use sf_backup_transport::tls::TokenSource;
///
/// let source = TokenSource::callback(|| Ok("eyJ0eXAi".into()));
/// assert_eq!(source.token()?.expose(), "eyJ0eXAi");
/// # Ok::<(), sf_backup_transport::tls::TokenError>(())
/// ```
#[derive(Clone)]
pub struct TokenSource(Arc<Kind>);

type BoxError = Box<dyn StdError + Send + Sync>;
type Callback = dyn Fn() -> Result<Secret, BoxError> + Send + Sync;

enum Kind {
    Fixed(Secret),
    File(PathBuf),
    Command { program: OsString, arguments: Vec<OsString>, limit: Duration },
    Callback(Box<Callback>),
}

/// The reason why no token is available. Does not quote text that can be a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] SourceError),
    /// The command cannot be started.
    #[error("cannot run {program}")]
    Start {
        /// The program of the command.
        program: String,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The command failed.
    #[error("{program} ended with {status}{}{said}", if said.is_empty() { "" } else { ": " })]
    Command {
        /// The program of the command.
        program: String,
        /// The exit status.
        status: ExitStatus,
        /// The last line on standard error, truncated.
        said: String,
    },
    /// It took too long.
    #[error("{origin} returned no token within {after:?}")]
    Late {
        /// The program of the command, or the source.
        origin: String,
        /// The time limit.
        after: Duration,
    },
    /// The callback failed.
    #[error("the token callback failed")]
    Callback {
        /// The error of the callback.
        source: BoxError,
    },
    /// The result is not a valid token.
    #[error("{origin} returned no valid token: expected one line of ASCII without spaces")]
    NoToken {
        /// The file, the program, or the callback.
        origin: String,
    },
}

impl TokenSource {
    /// Creates a source that always returns this token.
    pub fn fixed(token: Secret) -> Self {
        Self(Arc::new(Kind::Fixed(token)))
    }

    /// Creates a source that reads a file each time a token is needed. Surrounding white space is ignored.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Arc::new(Kind::File(path.into())))
    }

    /// Creates a source that runs a program and reads the token from its standard output.
    ///
    /// The program is started without a shell and with an empty standard input. Requests wait until it ends, at most
    /// for their own time limit or the [limit](Self::COMMAND_LIMIT) of the command.
    pub fn command<A: Into<OsString>>(program: impl Into<OsString>, arguments: impl IntoIterator<Item = A>) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self(Arc::new(Kind::Command { program: program.into(), arguments, limit: Self::COMMAND_LIMIT }))
    }

    /// Default time limit of a command. A call with less time ends earlier.
    pub const COMMAND_LIMIT: Duration = Duration::from_secs(60);

    /// Sets the time limit of a command, after which it is killed. Has no effect on other sources.
    #[must_use]
    pub fn limit(self, limit: Duration) -> Self {
        match &*self.0 {
            Kind::Command { program, arguments, .. } => {
                Self(Arc::new(Kind::Command { program: program.clone(), arguments: arguments.clone(), limit }))
            }
            _ => self,
        }
    }

    /// The token, if it is always the same.
    pub(super) fn as_fixed(&self) -> Option<&Secret> {
        match &*self.0 {
            Kind::Fixed(token) => Some(token),
            _ => None,
        }
    }

    /// Creates a source that calls a function. The function may block.
    pub fn callback(callback: impl Fn() -> Result<Secret, BoxError> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Kind::Callback(Box::new(callback))))
    }

    /// Gets a token. Blocks while the file is read, the command runs or the callback runs.
    ///
    /// # Errors
    /// If the source fails, or its result is not valid in a header.
    pub fn token(&self) -> Result<Secret, TokenError> {
        match &*self.0 {
            Kind::Fixed(token) => Ok(token.clone()),
            Kind::File(path) => {
                let file = Source::read(path)?;
                read(file.bytes(), || file.name().to_owned())
            }
            Kind::Command { program, arguments, limit } => run(program, arguments, *limit),
            Kind::Callback(callback) => {
                let token = callback().map_err(|source| TokenError::Callback { source })?;
                read(token.expose().as_bytes(), || "the callback".to_owned())
            }
        }
    }
}

impl From<Secret> for TokenSource {
    fn from(token: Secret) -> Self {
        Self::fixed(token)
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Fixed(token) => f.debug_tuple("Fixed").field(token).finish(),
            Kind::File(path) => f.debug_tuple("File").field(path).finish(),
            Kind::Command { program, .. } => f.debug_tuple("Command").field(program).finish_non_exhaustive(),
            Kind::Callback(_) => f.debug_tuple("Callback").finish_non_exhaustive(),
        }
    }
}

/// Runs a command, and kills it if it takes too long.
fn run(program: &OsStr, arguments: &[OsString], limit: Duration) -> Result<Secret, TokenError> {
    let name = || program.to_string_lossy().into_owned();
    let start = |source| TokenError::Start { program: name(), source };
    let late = || TokenError::Late { origin: name(), after: limit };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(start)?;
    let (output, errors) = (read_aside(child.stdout.take()), read_aside(child.stderr.take()));
    let end = Instant::now() + limit;
    let status = loop {
        match child.try_wait().map_err(start)? {
            Some(status) => break status,
            None if Instant::now() >= end => {
                // It may already have ended.
                let _ = child.kill();
                let _ = child.wait();
                return Err(late());
            }
            None => std::thread::sleep(POLL_INTERVAL),
        }
    };
    // A process that it started may keep the pipes open.
    let left = || end.saturating_duration_since(Instant::now()).max(POLL_INTERVAL);
    let token = output.recv_timeout(left()).map_err(|_| late())?;
    if status.success() {
        return read(&token, name);
    }
    let said = errors.recv_timeout(left()).map(|errors| last_line(&errors)).unwrap_or_default();
    Err(TokenError::Command { program: name(), status, said })
}

/// The interval for checking whether a command has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Maximum bytes of a command's output that are read.
const OUTPUT_LIMIT: u64 = 1 << 20;

/// Reads a pipe on a thread, so that neither pipe fills up while the other is read.
fn read_aside(pipe: Option<impl Read + Send + 'static>) -> Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::new());
        if let Some(pipe) = pipe {
            // What was read before an error may still be useful.
            let _ = pipe.take(OUTPUT_LIMIT).read_to_end(&mut bytes);
        }
        // After the time limit, nobody receives any more.
        let _ = sender.send(bytes);
    });
    receiver
}

/// Parses a token, ignoring surrounding white space.
fn read(text: &[u8], origin: impl Fn() -> String) -> Result<Secret, TokenError> {
    let text = decode(text).map(Zeroizing::new);
    let token = text.as_ref().map(|text| text.trim_ascii());
    let token = token.filter(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
    token.map(Secret::from).ok_or_else(|| TokenError::NoToken { origin: origin() })
}

fn last_line(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let line = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests;
