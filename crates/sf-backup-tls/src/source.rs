//! Loaded files with a name for error messages.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

/// Maximum length of a file in bytes. Far above any certificate bundle; stops reading of endless device files.
const LIMIT: u64 = 16 * 1024 * 1024;

/// The contents of a file with certificates or keys, and its name for error messages.
///
/// `Debug` hides the contents; dropping wipes them from memory.
pub struct Source {
    name: String,
    bytes: Zeroizing<Vec<u8>>,
}

/// The error for a file that cannot be read. [`source`](std::error::Error::source) has the reason.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {name}")]
pub struct SourceError {
    name: String,
    source: io::Error,
}

impl SourceError {
    pub(crate) fn new(path: &Path, source: io::Error) -> Self {
        Self { name: path.display().to_string(), source }
    }
}

impl Source {
    /// Creates a source from bytes. `name` is for error messages, such as `the certificate from the vault`.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: Zeroizing::new(bytes.into()) }
    }

    /// Reads a file of at most 16 MiB.
    ///
    /// # Errors
    /// If the file cannot be opened or read, or is longer.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, SourceError> {
        let path = path.as_ref();
        let bytes = read(path).map_err(|error| SourceError::new(path, error))?;
        Ok(Self { name: path.display().to_string(), bytes })
    }

    /// The name in error messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    // Reserve the whole length: a growing buffer would leave copies of a key behind.
    let expected = usize::try_from(file.metadata()?.len().min(LIMIT)).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(expected + 1));
    let length = file.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if u64::try_from(length).is_ok_and(|length| length <= LIMIT) {
        Ok(bytes)
    } else {
        Err(io::Error::other("it is longer than 16 MiB"))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).finish_non_exhaustive()
    }
}
