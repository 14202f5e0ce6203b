//! Reads files, with limits of size and time.

use std::error::Error as _;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use sf_backup_hyper::tls::Source;
use sf_backup_hyper::tls::decode;
use zeroize::Zeroizing;

/// Reads a file, or a pipe within a time limit; rejects anything else, and more than `limit` bytes.
pub(crate) fn read_file(path: &Path, limit: u64) -> io::Result<Source> {
    Source::read_at_most(path, limit).map_err(|error| {
        let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
        source.map_or_else(
            || io::Error::other(error.to_string()),
            // The number of the system's error determines its kind and message.
            |source| match source.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code),
                None => io::Error::new(source.kind(), source.to_string()),
            },
        )
    })
}

/// Reads text: UTF-8, or UTF-16 with a byte order mark, as Windows PowerShell 5.1 writes it.
pub(crate) fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    as_text(read_file(path, limit)?.bytes())
}

/// Opens a file of any length for [`next_line`]. A pipe is read at once, up to `limit` bytes.
pub(crate) fn open_lines(path: &Path, limit: u64) -> io::Result<Box<dyn BufRead>> {
    if fs::metadata(path)?.is_file() {
        return Ok(Box::new(BufReader::new(File::open(path)?)));
    }
    Ok(Box::new(Cursor::new(read_file(path, limit)?.bytes().to_vec())))
}

/// A line of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// It is in the buffer.
    Whole,
    /// It is longer than the limit, and was skipped.
    TooLong,
    /// There is none: the end of the file.
    End,
}

/// Reads the next line into `buffer`, if it has at most `limit` bytes.
pub(crate) fn next_line(from: &mut dyn BufRead, buffer: &mut Vec<u8>, limit: u64) -> io::Result<Line> {
    buffer.clear();
    if from.take(limit).read_until(b'\n', buffer)? == 0 {
        return Ok(Line::End);
    }
    // The last line may have no line break.
    if buffer.ends_with(b"\n") || from.fill_buf()?.is_empty() {
        return Ok(Line::Whole);
    }
    from.skip_until(b'\n')?;
    Ok(Line::TooLong)
}

/// Reads a stream as text like [`read_text`], if it has at most `limit` bytes.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_up_to_a_limit() {
        let mut text: &[u8] = b"a\n123\n1234\nxxxxxxxxxx\n\nend";
        let mut buffer = Vec::new();
        let mut next = || {
            let line = next_line(&mut text, &mut buffer, 4).unwrap();
            (line, String::from_utf8(buffer.clone()).unwrap())
        };
        assert_eq!(next(), (Line::Whole, "a\n".to_owned()));
        assert_eq!(next(), (Line::Whole, "123\n".to_owned()));
        assert_eq!(next().0, Line::TooLong);
        assert_eq!(next().0, Line::TooLong);
        assert_eq!(next(), (Line::Whole, "\n".to_owned()));
        assert_eq!(next(), (Line::Whole, "end".to_owned()));
        assert_eq!(next(), (Line::End, String::new()));
    }

    #[test]
    fn devices_and_folders_are_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        assert!(open_lines(folder.path(), 10).err().unwrap().to_string().contains("it is a folder, not a file"));
        assert_eq!(open_lines(&folder.path().join("none"), 10).err().unwrap().kind(), io::ErrorKind::NotFound);
    }
}
