//! Bearer tokens: sources and caching.

use std::error::Error as StdError;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use sf_backup_proto::Secret;
use zeroize::Zeroizing;

use crate::source::{Source, SourceError};

/// A source of bearer tokens. Called before the first request, and again if a cluster responds with 401 or 403.
///
/// Cheap to clone. `Debug` hides tokens and the arguments of commands.
///
/// ```
/// use sf_backup_tls::TokenSource;
///
/// let source = TokenSource::callback(|| Ok("eyJ0eXAi".into()));
/// assert_eq!(source.token()?.expose(), "eyJ0eXAi");
/// # Ok::<(), sf_backup_tls::TokenError>(())
/// ```
#[derive(Clone)]
pub struct TokenSource(Arc<Kind>);

type BoxError = Box<dyn StdError + Send + Sync>;
type Callback = dyn Fn() -> Result<Secret, BoxError> + Send + Sync;

enum Kind {
    Fixed(Secret),
    File(PathBuf),
    Command { program: OsString, arguments: Vec<OsString> },
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
    /// The program is started without a shell and with an empty standard input. Requests wait until it ends.
    pub fn command<A: Into<OsString>>(program: impl Into<OsString>, arguments: impl IntoIterator<Item = A>) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self(Arc::new(Kind::Command { program: program.into(), arguments }))
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
            Kind::Command { program, arguments } => run(program, arguments),
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

fn run(program: &OsStr, arguments: &[OsString]) -> Result<Secret, TokenError> {
    let name = || program.to_string_lossy().into_owned();
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|source| TokenError::Start { program: name(), source })?;
    let token = Zeroizing::new(output.stdout);
    if output.status.success() {
        read(&token, name)
    } else {
        Err(TokenError::Command { program: name(), status: output.status, said: last_line(&output.stderr) })
    }
}

/// Parses a token, ignoring surrounding white space.
fn read(text: &[u8], origin: impl Fn() -> String) -> Result<Secret, TokenError> {
    let text = text.trim_ascii();
    let is_token = !text.is_empty() && text.iter().all(u8::is_ascii_graphic);
    let token = str::from_utf8(text).ok().filter(|_| is_token);
    token.map(Secret::from).ok_or_else(|| TokenError::NoToken { origin: origin() })
}

fn last_line(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let line = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// A token source with a cache of its last token, shared by all requests of a transport.
#[derive(Debug)]
pub struct Tokens {
    source: TokenSource,
    current: Mutex<Option<Secret>>,
    /// Held while the source runs, so that concurrent requests get one token together.
    asking: Mutex<()>,
}

impl Tokens {
    /// Creates an empty cache. Does not call the source.
    pub fn new(source: TokenSource) -> Self {
        Self { source, current: Mutex::default(), asking: Mutex::default() }
    }

    /// The last token, if any. Does not call the source.
    pub fn current(&self) -> Option<Secret> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The last token; calls the source if there is none. Blocks as [`TokenSource::token`] does.
    ///
    /// # Errors
    /// As for [`TokenSource::token`].
    pub fn get(&self) -> Result<Secret, TokenError> {
        self.other_than(None).map(|token| token.0)
    }

    /// Replaces a rejected token. Returns the token that another request got meanwhile, or a new one from the source;
    /// `None` if the source returns the rejected token again. Blocks as [`TokenSource::token`] does.
    ///
    /// # Errors
    /// As for [`TokenSource::token`].
    pub fn fresh(&self, refused: &Secret) -> Result<Option<Secret>, TokenError> {
        let (token, is_other) = self.other_than(Some(refused))?;
        Ok(is_other.then_some(token))
    }

    fn other_than(&self, refused: Option<&Secret>) -> Result<(Secret, bool), TokenError> {
        let is_other = |token: &Secret| refused != Some(token);
        let _asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = self.current().filter(is_other) {
            return Ok((token, true));
        }
        let token = self.source.token()?;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        let is_other = is_other(&token);
        Ok((token, is_other))
    }
}

#[cfg(test)]
mod tests;
