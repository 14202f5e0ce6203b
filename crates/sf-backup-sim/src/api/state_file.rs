//! State files: the journal of a cluster with a version and a checksum.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Why a state file cannot be used. The file is kept as it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// It cannot be read or written.
    #[error("cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// It is not a state file.
    #[error("not a state file of the simulator; the file was not changed")]
    Format,
    /// It has another version.
    #[error("a state file of version {0}, but this simulator reads version {VERSION}; the file was not changed")]
    Version(u32),
    /// It is damaged.
    #[error("a damaged state file: {0}; the file was not changed")]
    Damaged(&'static str),
    /// It was saved by a cluster with another setup.
    #[error("the state of a cluster with another {0}; leave the option out, or use another file")]
    Setup(&'static str),
}

const FORMAT: &str = "sf-backup sim state";
const VERSION: u32 = 1;

/// The first line of a state file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Header {
    format: String,
    version: u32,
    /// Number of bytes after this line.
    length: usize,
    /// Checksum of the bytes after this line, in hexadecimal.
    checksum: String,
}

/// The text of a state file.
pub(crate) fn encode(lines: &[u8]) -> Vec<u8> {
    let lines = &*ascii(lines);
    let header = Header { format: FORMAT.to_owned(), version: VERSION, length: lines.len(), checksum: checksum(lines) };
    let mut text = serde_json::to_vec(&header).unwrap_or_default();
    text.push(b'\n');
    text.extend_from_slice(lines);
    text
}

/// The same JSON in printable ASCII, so that screens and programs show it unchanged.
fn ascii(lines: &[u8]) -> Cow<'_, [u8]> {
    let text = String::from_utf8_lossy(lines);
    let is_shown = |character: char| character.is_ascii() && character != '\u{7f}';
    if text.chars().all(is_shown) {
        return Cow::Borrowed(lines);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_shown(character) {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    Cow::Owned(escaped.into_bytes())
}

/// The lines after the header.
///
/// # Errors
/// If it is not a state file, has another version, or is damaged.
pub(crate) fn decode(text: &[u8]) -> Result<&[u8], StateError> {
    let end = text.iter().position(|byte| *byte == b'\n').ok_or(StateError::Format)?;
    let (first, lines) = text.split_at(end);
    let header: Header = serde_json::from_slice(first).map_err(|_| StateError::Format)?;
    if header.format != FORMAT {
        return Err(StateError::Format);
    }
    if header.version != VERSION {
        return Err(StateError::Version(header.version));
    }
    let lines = lines.get(1..).unwrap_or_default();
    match header.length {
        length if length > lines.len() => Err(StateError::Damaged("its end is missing")),
        length if length < lines.len() => Err(StateError::Damaged("something was added")),
        _ if header.checksum != checksum(lines) => Err(StateError::Damaged("its checksum is wrong")),
        _ => Ok(lines),
    }
}

/// FNV-1a with 64 bits: it finds accidents, not forgeries.
fn checksum(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

/// Replaces a file atomically. Only its owner may read it, because policies contain secrets.
///
/// # Errors
/// If the file could not be replaced. It is unchanged then.
pub(crate) fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let folder = folder_of(path);
    let mut new = tempfile::Builder::new().prefix(name).suffix(".new").tempfile_in(folder)?;
    new.write_all(text)?;
    new.as_file().sync_all()?;
    new.persist(path).map_err(|error| error.error)?;
    // Makes the new name survive a power failure, if the system supports it.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_found_wherever_it_is_damaged() {
        let text = encode(b"{\"A\":1}\n{\"At\":\"x\"}\n");
        assert_eq!(decode(&text).unwrap(), b"{\"A\":1}\n{\"At\":\"x\"}\n");
        for cut in 0..text.len() {
            assert!(decode(&text[..cut]).is_err(), "cut at {cut}");
        }
        for place in 0..text.len() {
            let mut damaged = text.clone();
            damaged[place] ^= 1;
            assert!(decode(&damaged).is_err(), "byte {place}");
        }
        let longer = [&text[..], b"\n"].concat();
        assert!(matches!(decode(&longer), Err(StateError::Damaged("something was added"))));
        let newer = String::from_utf8(text).unwrap().replace("\"Version\":1", "\"Version\":2");
        assert!(matches!(decode(newer.as_bytes()), Err(StateError::Version(2))));
    }
}
