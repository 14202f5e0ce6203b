//! Secrets by reference: `env:NAME`, `file:PATH` or `cmd:PROGRAM ARGUMENTS`, never the secret itself.
//!
//! A reference is only text here. Whoever has a system to ask fetches what it stands for.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where a secret is found.
///
/// ```
/// # use sf_backup_ops::secret_ref::SecretRef;
/// let key: SecretRef = "env:BACKUP_KEY".parse()?;
/// assert_eq!(key.to_string(), "env:BACKUP_KEY");
///
/// let error = "AccountKey=hunter2".parse::<SecretRef>().unwrap_err();
/// assert_eq!(error.to_string(), "must be a reference to a secret: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS");
/// # Ok::<(), sf_backup_ops::secret_ref::NoSecretRef>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// An environment variable.
    Env(String),
    /// A file; a line break at its end does not count.
    File(PathBuf),
    /// What a program prints, started directly and not by a shell; a line break at the end does not count.
    Command {
        /// The program, looked for as the system does.
        program: String,
        /// What it is told. Words are parted by white space, and nothing quotes.
        arguments: Vec<String>,
    },
}

/// What is not a reference. The text is not repeated: it may be the secret itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSecretRef;

impl fmt::Display for NoSecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a reference to a secret: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS")
    }
}

impl std::error::Error for NoSecretRef {}

impl FromStr for SecretRef {
    type Err = NoSecretRef;

    fn from_str(text: &str) -> Result<Self, NoSecretRef> {
        let (scheme, rest) = text.split_once(':').ok_or(NoSecretRef)?;
        if rest.trim().is_empty() {
            return Err(NoSecretRef);
        }
        match scheme {
            "env" if !rest.contains(['=', '\0']) => Ok(Self::Env(rest.to_owned())),
            "file" => Ok(Self::File(rest.into())),
            "cmd" => {
                let mut words = rest.split_whitespace().map(str::to_owned);
                let program = words.next().ok_or(NoSecretRef)?;
                Ok(Self::Command { program, arguments: words.collect() })
            }
            _ => Err(NoSecretRef),
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Command { program, arguments } => {
                write!(f, "cmd:{program}")?;
                arguments.iter().try_for_each(|argument| write!(f, " {argument}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_shown_alike() {
        for text in ["env:SHARE_PASSWORD", "file:/run/secrets/share", "cmd:vault read -field=key kv/share"] {
            assert_eq!(text.parse::<SecretRef>().unwrap().to_string(), text);
        }
        for text in ["hunter2", "env:", "cmd: ", "pass:hunter2", "env:A=B", ""] {
            let error = text.parse::<SecretRef>().unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
