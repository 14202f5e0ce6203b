//! Bearer tokens: where they come from, and when they are asked for again.

use std::error::Error as StdError;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use sf_backup_proto::Secret;
use zeroize::Zeroizing;

use crate::source::{Source, SourceError};

/// Where bearer tokens come from. Asked before the first call, and again when a cluster answers 401 or 403.
///
/// Cheap to clone. `Debug` shows no token, and of a command only the program.
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

/// Why there is no token. Never repeats what could be one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The file could not be read.
    #[error(transparent)]
    File(#[from] SourceError),
    /// The command could not be started.
    #[error("cannot run {program}")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The command failed.
    #[error("{program} ended with {status}{}{said}", if said.is_empty() { "" } else { ": " })]
    Command {
        /// The program.
        program: String,
        /// How it ended.
        status: ExitStatus,
        /// The last line on its standard error, shortened.
        said: String,
    },
    /// The callback failed.
    #[error("the callback gave no token")]
    Callback {
        /// Its own error.
        source: BoxError,
    },
    /// Something else than a token came.
    #[error("{origin} gave no token: it must be one line of ASCII without spaces")]
    NoToken {
        /// The file, the program, or the callback.
        origin: String,
    },
}

impl TokenSource {
    /// Always this token.
    pub fn fixed(token: Secret) -> Self {
        Self(Arc::new(Kind::Fixed(token)))
    }

    /// A file that holds the token and is read whenever one is asked for. White space around it does not count.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Arc::new(Kind::File(path.into())))
    }

    /// A program whose standard output is the token. It is started directly, not by a shell, and its standard input is
    /// empty. A call waits until it has ended.
    pub fn command<A: Into<OsString>>(program: impl Into<OsString>, arguments: impl IntoIterator<Item = A>) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self(Arc::new(Kind::Command { program: program.into(), arguments }))
    }

    /// Whatever this gives. It may block.
    pub fn callback(callback: impl Fn() -> Result<Secret, BoxError> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Kind::Callback(Box::new(callback))))
    }

    /// Asks for a token. Blocks while a file is read, a command runs, or a callback does what it does.
    ///
    /// # Errors
    /// When none came, or something that cannot stand in a header.
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

/// A token from text around which white space may stand.
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

/// A source of tokens, and the token that it gave last: what a transport keeps for all its calls.
#[derive(Debug)]
pub struct Tokens {
    source: TokenSource,
    current: Mutex<Option<Secret>>,
    /// Held while the source is asked, so that calls which fail together ask once.
    asking: Mutex<()>,
}

impl Tokens {
    /// Nothing is asked for yet.
    pub fn new(source: TokenSource) -> Self {
        Self { source, current: Mutex::default(), asking: Mutex::default() }
    }

    /// The token that came last. Never blocks for long.
    pub fn current(&self) -> Option<Secret> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The token that came last, or the first one. Blocks as [`TokenSource::token`] does.
    ///
    /// # Errors
    /// As [`TokenSource::token`].
    pub fn get(&self) -> Result<Secret, TokenError> {
        self.other_than(None).map(|token| token.0)
    }

    /// Another token than one that was refused: what another call got meanwhile, or what the source gives now; `None` if it
    /// gives the same again. Blocks as [`TokenSource::token`] does.
    ///
    /// # Errors
    /// As [`TokenSource::token`].
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
