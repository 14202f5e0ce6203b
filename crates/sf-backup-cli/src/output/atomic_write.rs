//! Files that are written as a whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Those of the replaced file; for a new file, those of every new file of the user.
    AsBefore,
    /// Only the owner, from the start.
    Owner,
}

/// Whether a file that was written outlasts a power cut.
#[derive(Debug)]
#[must_use]
pub(crate) enum AtomicWrite {
    Safely,
    /// The file has its new content; the system could not be made to put the folder on the disk.
    Unsynced(io::Error),
}

/// Why a folder is not known to be on the disk.
#[derive(Debug)]
#[cfg_attr(windows, expect(dead_code, reason = "no folder is synced there"))]
pub(crate) enum Unsynced {
    /// The file system has no way to do it.
    Unsupported(io::Error),
    Failed(io::Error),
}

impl AtomicWrite {
    /// The warning to print, if any.
    pub(crate) fn warning(&self, path: &Path) -> Option<String> {
        let Self::Unsynced(error) = self else { return None };
        Some(format!(
            "{} is written, but its folder cannot be synced to disk ({error}); after a power cut the file may be as it was before",
            path.display()
        ))
    }
}

/// Puts a file with this text in place of what is there, once it is on the disk. What is not a regular file, such as
/// a device or a pipe, is written to.
///
/// # Errors
/// If the file is as it was before.
pub(crate) fn atomic_write(path: &Path, text: &str, readers: Readers) -> io::Result<AtomicWrite> {
    atomic_write_with(path, text, readers, sync_folder)
}

fn atomic_write_with(
    path: &Path,
    text: &str,
    readers: Readers,
    sync: impl FnOnce(&Path) -> Result<(), Unsynced>,
) -> io::Result<AtomicWrite> {
    // A link stays one: the file that it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let before = fs::metadata(&path).ok();
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        File::options().write(true).open(&path)?.write_all(text.as_bytes())?;
        return Ok(AtomicWrite::Safely);
    }
    // Removed again unless it takes the place of the file.
    let mut new = temporary(readers).tempfile_in(folder(&path))?;
    if let Some(before) = before.filter(|_| readers == Readers::AsBefore) {
        new.as_file().set_permissions(before.permissions())?;
    }
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    new.persist(&path)?;
    Ok(match sync(&path) {
        // Where no folder can be synced, every file is like that.
        Ok(()) | Err(Unsynced::Unsupported(_)) => AtomicWrite::Safely,
        Err(Unsynced::Failed(error)) => AtomicWrite::Unsynced(error),
    })
}

/// Writes a new file with this text: it is there as a whole, and on the disk, or not at all.
///
/// # Errors
/// If there is a file of that name already, or it cannot be written.
pub(crate) fn create_whole(path: &Path, text: &str) -> io::Result<AtomicWrite> {
    let mut new = temporary(Readers::AsBefore).tempfile_in(folder(path))?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    new.persist_noclobber(path)?;
    Ok(match sync_folder(path) {
        Ok(()) | Err(Unsynced::Unsupported(_)) => AtomicWrite::Safely,
        Err(Unsynced::Failed(error)) => AtomicWrite::Unsynced(error),
    })
}

/// Temporary files are private; for a file that others may read, the permissions are those of every new file.
fn temporary<'b>(readers: Readers) -> tempfile::Builder<'b, 'b> {
    let mut builder = tempfile::Builder::new();
    if let (Readers::AsBefore, Some(permissions)) = (readers, of_new_files()) {
        builder.permissions(permissions);
    }
    builder
}

#[cfg(unix)]
fn of_new_files() -> Option<fs::Permissions> {
    Some(std::os::unix::fs::PermissionsExt::from_mode(0o666))
}

/// The folder decides.
#[cfg(not(unix))]
fn of_new_files() -> Option<fs::Permissions> {
    None
}

/// A bare name has an empty parent.
fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Opens for writing; what is created has these readers from the beginning.
pub(crate) fn open(path: &Path, readers: Readers, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(not(unix))] // the folder decides
    let _ = readers;
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    }
    options.write(true).open(path)
}

/// A new name outlasts a power cut only once its folder is on the disk.
#[cfg(unix)]
pub(crate) fn sync_folder(file: &Path) -> Result<(), Unsynced> {
    let synced = File::open(folder(file)).and_then(|folder| folder.sync_all());
    synced.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported => Unsynced::Unsupported(error),
        _ => Unsynced::Failed(error),
    })
}

/// This system has no way to ask for it.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> Result<(), Unsynced> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_created_or_replaced_without_leftovers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup.yaml");
        for text in ["one", "another"] {
            assert!(atomic_write(&path, text, Readers::AsBefore).unwrap().warning(&path).is_none());
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(names(folder.path()), ["backup.yaml"]);
        sync_folder(Path::new("backup.yaml")).unwrap();
    }

    /// The file exists, so that must not be reported as a failure to write it.
    #[test]
    fn a_folder_that_cannot_be_synced_is_a_warning_about_a_file_that_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup.yaml");
        let refused = |_: &Path| Err(Unsynced::Failed(io::ErrorKind::PermissionDenied.into()));
        let warning = atomic_write_with(&path, "x", Readers::AsBefore, refused).unwrap().warning(&path).unwrap();
        assert!(warning.contains("backup.yaml is written, but its folder cannot be synced to disk"), "{warning}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "x");
        let unable = |_: &Path| Err(Unsynced::Unsupported(io::ErrorKind::InvalidInput.into()));
        assert!(atomic_write_with(&path, "y", Readers::AsBefore, unable).unwrap().warning(&path).is_none());
        // Windows syncs no folders.
        assert_eq!(matches!(sync_folder(&folder.path().join("none/file")), Err(Unsynced::Failed(_))), !cfg!(windows));
    }

    #[test]
    fn a_new_file_takes_no_others_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.yaml");
        assert!(create_whole(&path, "one").unwrap().warning(&path).is_none());
        assert_eq!(create_whole(&path, "two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(names(folder.path()), ["plan.yaml"]);
    }

    #[test]
    fn a_failed_write_keeps_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(atomic_write(&folder.path().join("none/backup.yaml"), "x", Readers::AsBefore).is_err());
        assert!(atomic_write(folder.path(), "x", Readers::AsBefore).is_err());
        assert!(names(folder.path()).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&path, "one").unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        let _ = atomic_write(&link, "two", Readers::AsBefore).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        let _ = atomic_write(Path::new("/dev/null"), "x", Readers::AsBefore).unwrap();
        // A private file replaces a public one.
        let _ = atomic_write(&link, "three", Readers::Owner).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
