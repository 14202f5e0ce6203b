//! Files that are read: the one way to do it, with an end in size and in time.

use std::error::Error as _;
use std::io::{self, Read};
use std::path::Path;

use sf_backup_hyper::tls::Source;
use sf_backup_proto::text::decode;
use zeroize::Zeroizing;

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

/// The same as text: UTF-8, or UTF-16 with a byte order mark, as Windows PowerShell 5.1 writes it.
pub(crate) fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    as_text(read_file(path, limit)?.bytes())
}

/// All of a stream as text in the same way, if that is no more than `limit` bytes.
pub(crate) fn read_stream(from: impl Read, limit: u64) -> io::Result<String> {
    let mut bytes = Zeroizing::new(Vec::new());
    from.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let limit = if limit >= MIB { format!("{} MiB", limit / MIB) } else { format!("{} KiB", limit / 1024) };
        return Err(io::Error::other(format!("more than {limit}")));
    }
    as_text(&bytes)
}

const MIB: u64 = 1024 * 1024;

fn as_text(bytes: &[u8]) -> io::Result<String> {
    decode(bytes).ok_or_else(|| io::Error::other("not UTF-8 text, nor UTF-16 with a byte order mark"))
}
