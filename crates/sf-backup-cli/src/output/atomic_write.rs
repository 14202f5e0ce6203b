//! Writes files completely or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::output::owner_only::{Exposed, restrict};

/// Who can read a written file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whoever could read the replaced file; for a new file, as for every new file of the user. On Windows, the folder
    /// decides.
    AsBefore,
    /// Only the owner, from the start. These files contain no secrets, so one that cannot be made private is written
    /// with a warning.
    Owner,
}

/// A written file, with the problems that remain.
#[derive(Debug, Default)]
#[must_use]
pub(crate) struct AtomicWrite {
    /// The folder could not be synced to disk.
    unsynced: Option<io::Error>,
    exposed: Option<Exposed>,
}

/// Why a folder may not be on disk.
#[derive(Debug)]
#[cfg_attr(all(windows, not(test)), expect(dead_code, reason = "no folder is synced there"))]
pub(crate) enum Unsynced {
    /// The file system does not support it.
    Unsupported(io::Error),
    Failed(io::Error),
}

impl AtomicWrite {
    /// The warning to print, if any.
    pub(crate) fn warning(&self, path: &Path) -> Option<String> {
        let unsynced = self.unsynced.as_ref().map(|error| {
            format!(
                "{} is written, but its folder cannot be synced to disk ({error}); after a power failure the file may have its old content",
                path.display()
            )
        });
        match (unsynced, self.exposure(path)) {
            (Some(unsynced), Some(exposed)) => Some(format!("{unsynced}; {exposed}")),
            (unsynced, exposed) => unsynced.or(exposed),
        }
    }

    /// The part of the warning about access.
    pub(crate) fn exposure(&self, path: &Path) -> Option<String> {
        self.exposed.as_ref().map(|exposed| exposed.warning(path))
    }

    fn synced(self, synced: Result<(), Unsynced>) -> Self {
        match synced {
            // If folders cannot be synced at all, this concerns every file.
            Ok(()) | Err(Unsynced::Unsupported(_)) => self,
            Err(Unsynced::Failed(error)) => Self { unsynced: Some(error), ..self },
        }
    }
}

/// Replaces a file by one with this text, once that is on disk. Writes into anything that is not a regular file, such
/// as a device or a pipe.
///
/// # Errors
/// If the file could not be replaced. It is unchanged then.
pub(crate) fn atomic_write(path: &Path, text: &str, readers: Readers) -> io::Result<AtomicWrite> {
    atomic_write_with(path, text, readers, sync_folder)
}

fn atomic_write_with(
    path: &Path,
    text: &str,
    readers: Readers,
    sync: impl FnOnce(&Path) -> Result<(), Unsynced>,
) -> io::Result<AtomicWrite> {
    // Replace the target of a link, not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| in_real_folder(path));
    let before = fs::metadata(&path).ok();
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        File::options().write(true).open(&path)?.write_all(text.as_bytes())?;
        return Ok(AtomicWrite::default());
    }
    #[cfg(windows)]
    if before.as_ref().is_some_and(|before| before.permissions().readonly()) {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it is read-only; remove that with: attrib -r FILE",
        ));
    }
    // Removed when dropped, unless it has replaced the file.
    let mut new = temporary(readers).tempfile_in(folder(&path))?;
    // While it is empty, and before it has its final name.
    let exposed = match readers {
        Readers::Owner => restrict(new.path()).err(),
        Readers::AsBefore => None,
    };
    #[cfg(unix)]
    if let Some(before) = before.filter(|_| readers == Readers::AsBefore) {
        new.as_file().set_permissions(before.permissions())?;
    }
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    replace(new, &path, wait_for_others())?;
    Ok(AtomicWrite { unsynced: None, exposed }.synced(sync(&path)))
}

/// Replaces a file by another. Windows refuses while the file is open elsewhere; `wait` is called before each further
/// attempt, and ends them by returning `false`.
fn replace(new: NamedTempFile, path: &Path, mut wait: impl FnMut() -> bool) -> io::Result<()> {
    let mut new = new;
    loop {
        match new.persist(path) {
            Ok(_) => return Ok(()),
            Err(refused) if cfg!(windows) && refused.error.kind() == io::ErrorKind::PermissionDenied && wait() => {
                new = refused.file;
            }
            Err(refused) => return Err(refused.error),
        }
    }
}

/// Waits for up to half a second, in which readers such as a metrics collector or a virus scanner close the file.
fn wait_for_others() -> impl FnMut() -> bool {
    let mut attempts = 10;
    move || {
        attempts -= 1;
        thread::sleep(Duration::from_millis(50));
        attempts > 0
    }
}

/// Writes a new file with this text: completely and synced to disk, or not at all.
///
/// # Errors
/// If a file with this name exists, or it cannot be written.
pub(crate) fn create_whole(path: &Path, text: &str) -> io::Result<AtomicWrite> {
    let path = &in_real_folder(path);
    let mut new = temporary(Readers::AsBefore).tempfile_in(folder(path))?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    new.persist_noclobber(path)?;
    Ok(AtomicWrite::default().synced(sync_folder(path)))
}

/// Temporary files are private; for a file that others may read, sets the permissions of new files.
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

/// The path of a new file. On Windows, a long path requires the system's form of the folder's path.
fn in_real_folder(file: &Path) -> PathBuf {
    match (fs::canonicalize(folder(file)), file.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => file.to_owned(),
    }
}

/// The folder of a file. A bare name has an empty parent.
fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// An open file, and the warning about access to it, if it was created.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) file: File,
    pub(crate) warning: Option<String>,
}

/// Opens a file for writing. If it does not exist, creates it with access only for its owner.
pub(crate) fn open_private(path: &Path, options: &OpenOptions) -> io::Result<Opened> {
    let mut options = options.clone();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.clone().create_new(true).open(path) {
        Ok(file) => {
            let warning = restrict(path).err().map(|exposed| exposed.warning(path));
            Ok(Opened { file, warning })
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // It may be a link to a file that does not exist.
            Ok(Opened { file: options.create(true).open(path)?, warning: None })
        }
        Err(error) => Err(error),
    }
}

/// Syncs a folder: a new name survives a power failure only then.
#[cfg(unix)]
pub(crate) fn sync_folder(file: &Path) -> Result<(), Unsynced> {
    let synced = File::open(folder(file)).and_then(|folder| folder.sync_all());
    synced.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported => Unsynced::Unsupported(error),
        _ => Unsynced::Failed(error),
    })
}

/// This system cannot sync folders.
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

    /// The file exists, so this must not be reported as a failure to write it.
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

    /// Windows limits other paths to 260 characters.
    #[test]
    fn a_path_may_be_long() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("a".repeat(120)).join("b".repeat(120));
        fs::create_dir_all(&long).unwrap();
        let (path, other) = (long.join("c".repeat(100)), long.join("d".repeat(100)));
        for text in ["one", "another"] {
            let _ = atomic_write(&path, text, Readers::Owner).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        let _ = create_whole(&other, "x").unwrap();
        assert_eq!(names(&long).len(), 2);
    }

    #[test]
    fn creating_a_file_does_not_replace_one() {
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

    /// A reader that blocks the replacement is waited for; a file that stays open is an error.
    #[cfg(windows)]
    #[test]
    fn a_file_that_is_open_is_replaced_once_it_is_closed() {
        use std::os::windows::fs::OpenOptionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sf_backup.prom");
        fs::write(&path, "old").unwrap();
        let text_in_place_of = |path: &Path, wait: &mut dyn FnMut() -> bool| {
            let mut new = temporary(Readers::AsBefore).tempfile_in(folder.path()).unwrap();
            new.write_all(b"new").unwrap();
            replace(new, path, wait)
        };
        let mut reader = Some(File::options().read(true).share_mode(1).open(&path).unwrap());
        assert_eq!(text_in_place_of(&path, &mut || false).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names(folder.path()).len()), ("old", 1));
        text_in_place_of(&path, &mut || reader.take().is_some()).unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names(folder.path()).len()), ("new", 1));
    }

    #[cfg(windows)]
    #[test]
    fn a_read_only_file_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup.yaml");
        fs::write(&path, "old").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions.clone()).unwrap();
        let error = atomic_write(&path, "new", Readers::AsBefore).unwrap_err().to_string();
        assert!(error.contains("it is read-only"), "{error}");
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names(folder.path()).len()), ("old", 1));
        #[expect(clippy::permissions_set_readonly_false, reason = "on Windows this is an attribute")]
        permissions.set_readonly(false);
        fs::set_permissions(&path, permissions).unwrap();
    }

    /// Both reasons are in one line.
    #[test]
    fn a_warning_has_all_reasons() {
        let path = Path::new("f");
        let exposed = Some(Exposed::new(io::Error::other("no icacls")));
        let written =
            AtomicWrite { unsynced: None, exposed }.synced(Err(Unsynced::Failed(io::Error::other("no disk"))));
        let warning = written.warning(path).unwrap();
        assert!(
            warning.contains("(no disk)") && warning.ends_with("its access list cannot be set: no icacls"),
            "{warning}"
        );
        assert!(written.exposure(path).unwrap().starts_with("other users may have access to f"));
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
