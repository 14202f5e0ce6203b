//! Files that are read: the one way to do it, with an end in size and in time.

use std::error::Error as _;
use std::io;
use std::path::Path;

use sf_backup_hyper::tls::Source;

/// What a file holds, or a pipe gives in time; anything else is refused, and what is longer than `limit` bytes.
pub(crate) fn read_file(path: &Path, limit: u64) -> io::Result<Source> {
    Source::read_at_most(path, limit).map_err(|error| {
        let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
        source.map_or_else(
            || io::Error::other(error.to_string()),
            // The system's own number says the kind and the words.
            |source| match source.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code),
                None => io::Error::new(source.kind(), source.to_string()),
            },
        )
    })
}

/// The same as text.
pub(crate) fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    let file = read_file(path, limit)?;
    let text = std::str::from_utf8(file.bytes()).map_err(|_| io::Error::other("not UTF-8 text"))?;
    Ok(text.to_owned())
}
