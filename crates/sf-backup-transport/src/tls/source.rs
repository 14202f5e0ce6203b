//! Loaded files with a name for error messages.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use zeroize::Zeroizing;

/// Maximum length of a file in bytes. Far above any certificate bundle; stops reading of endless device files.
const LIMIT: u64 = 16 * 1024 * 1024;
/// Time limit for reading a pipe. By then, a program that writes to it has started.
const PATIENCE: Duration = Duration::from_secs(10);

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

    /// Reads a file of at most 16 MiB, as [`read_at_most`](Self::read_at_most) does.
    ///
    /// # Errors
    /// If the file cannot be opened or read, or is longer.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, SourceError> {
        Self::read_at_most(path, LIMIT)
    }

    /// Reads a file of at most `limit` bytes, or a pipe for at most ten seconds. Rejects devices, folders and sockets,
    /// because some of them never end.
    ///
    /// # Errors
    /// If it cannot be opened or read, is too long or of another type, or if the pipe is not closed in time.
    pub fn read_at_most(path: impl AsRef<Path>, limit: u64) -> Result<Self, SourceError> {
        let path = path.as_ref();
        let bytes = read(path, limit).map_err(|error| SourceError::new(path, error))?;
        Ok(Self { name: path.display().to_string(), bytes })
    }

    /// The name in error messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The contents.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn read(path: &Path, limit: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let kind = fs::metadata(path)?.file_type();
    if kind.is_file() {
        return whole(File::open(path)?, limit);
    }
    if !is_pipe(kind) {
        let what = if kind.is_dir() { "a folder" } else { "a device or a socket" };
        return Err(io::Error::other(format!("it is {what}, not a file")));
    }
    // Opening waits for a writer and cannot be cancelled, so it has a thread of its own.
    let (sender, received) = mpsc::channel();
    let path = path.to_owned();
    thread::Builder::new().spawn(move || {
        // After the time limit, nobody receives any more.
        let _ = sender.send(File::open(path).and_then(|pipe| whole(pipe, limit)));
    })?;
    received.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        let problem = format!("it is a pipe, and was not written and closed within {} seconds", PATIENCE.as_secs());
        Err(io::Error::new(io::ErrorKind::TimedOut, problem))
    })
}

#[cfg(unix)]
fn is_pipe(kind: fs::FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&kind)
}

#[cfg(not(unix))]
fn is_pipe(_: fs::FileType) -> bool {
    false
}

fn whole(file: File, limit: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    // Allocates everything at once: growing would leave copies of a key behind.
    let expected = usize::try_from(file.metadata()?.len().min(limit)).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(expected + 1));
    let length = file.take(limit + 1).read_to_end(&mut bytes)?;
    if u64::try_from(length).is_ok_and(|length| length <= limit) {
        Ok(bytes)
    } else {
        Err(io::Error::other(format!("it is longer than {}", size(limit))))
    }
}

fn size(limit: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    match limit {
        ..1024 => format!("{limit} bytes"),
        1024..MIB => format!("{} KiB", limit / 1024),
        _ => format!("{} MiB", limit / MIB),
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::error::Error as _;
    use std::process::Command;

    use super::*;

    fn problem(path: &Path, limit: u64) -> String {
        let error = Source::read_at_most(path, limit).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot read {}", path.display()));
        error.source().unwrap().to_string()
    }

    #[test]
    fn only_files_and_pipes_are_read_and_not_without_end() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(problem(folder.path(), 9), "it is a folder, not a file");
        for device in ["/dev/zero", "/dev/null"] {
            assert_eq!(problem(Path::new(device), 9), "it is a device or a socket, not a file");
        }
        let path = folder.path().join("file");
        fs::write(&path, "0123456789").unwrap();
        assert_eq!(problem(&path, 9), "it is longer than 9 bytes");
        assert_eq!(Source::read_at_most(&path, 10).unwrap().bytes(), b"0123456789");
    }

    #[test]
    fn pipes_are_read_to_their_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let writer = thread::spawn({
            let path = path.clone();
            move || fs::write(path, "written")
        });
        assert_eq!(Source::read(&path).unwrap().bytes(), b"written");
        writer.join().unwrap().unwrap();
        let endless = thread::spawn({
            let path = path.clone();
            move || fs::write(path, vec![b'x'; 1 << 20])
        });
        assert_eq!(problem(&path, 2048), "it is longer than 2 KiB");
        // Nobody reads any more.
        assert!(endless.join().unwrap().is_err());
    }
}
