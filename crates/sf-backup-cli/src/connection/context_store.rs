//! Reads and writes the configuration file, atomically and with access for its owner only.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::connection::context_file::Contexts;
use crate::connection::read_file::read_stream;
use crate::options::context_name::ContextName;
use crate::output::atomic_write::{Readers, atomic_write, open_private};
use crate::output::failure::Failure;

/// Maximum size of the file: more than any list of clusters. Stops reading of other files.
const LIMIT: u64 = 1024 * 1024;

/// Reads the contexts, and returns warnings about the file. A missing file has none.
pub(crate) fn read(file: &Path) -> Result<(Contexts, Vec<String>), Failure> {
    // Opening a pipe waits for a writer.
    let opened = match fs::metadata(file) {
        Ok(there) if !there.is_file() => Err(io::Error::other("it is not a file")),
        Ok(_) => File::open(file),
        Err(error) => Err(error),
    };
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Default::default()),
        Err(error) => return Err(unreadable(file, &error)),
    };
    let warnings = check_mode(&opened, file)?;
    let text = read_stream(opened, LIMIT).map_err(|error| unreadable(file, &error))?;
    let contexts = Contexts::parse(&text, file);
    let contexts = contexts.map_err(|error| Failure::usage(format!("{error} ('--context none' ignores the file)")))?;
    Ok((contexts, warnings))
}

/// Changes the contexts under a lock. Returns a warning if others have access to the file.
pub(crate) fn change(
    file: &Path,
    change: impl FnOnce(&mut Contexts) -> Result<(), Failure>,
) -> Result<Option<String>, Failure> {
    let unwritable = |error: &io::Error| Failure::Other(format!("{} cannot be written: {error}", file.display()));
    let folder = file.parent().unwrap_or(Path::new("."));
    private_folder(folder).map_err(|error| unwritable(&error))?;
    let lock = open_private(&file.with_extension("lock"), &File::options());
    let lock = lock.map_err(|error| unwritable(&error))?;
    lock.file.lock().map_err(|error| unwritable(&error))?;
    let (mut contexts, _) = read(file)?;
    let before = contexts.clone();
    change(&mut contexts)?;
    if contexts == before {
        return Ok(None);
    }
    let text = contexts.text().map_err(Failure::Other)?;
    let written = atomic_write(file, &text, Readers::Owner).map_err(|error| unwritable(&error))?;
    // If the folder cannot be synced, a power failure may restore the old contexts, which can be entered again.
    Ok(written.exposure(file))
}

/// The error for an unknown context.
pub(crate) fn unknown(name: &ContextName, contexts: &Contexts, file: &Path) -> Failure {
    let known: Vec<String> = contexts.iter().map(|(name, _)| name.to_string()).collect();
    let known = if known.is_empty() {
        "it contains no contexts".to_owned()
    } else {
        format!("it contains: {}", known.join(", "))
    };
    Failure::usage(format!("context {name}: is not in {}; {known}", file.display()))
}

fn unreadable(file: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("{}: cannot be read: {error} ('--context none' ignores the file)", file.display()))
}

fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Rejects a file that others can write: a context can name a command that gets a token, which they could replace.
#[cfg(unix)]
fn check_mode(opened: &File, file: &Path) -> Result<Vec<String>, Failure> {
    use std::os::unix::fs::PermissionsExt;
    let mode = opened.metadata().map_err(|error| unreadable(file, &error))?.permissions().mode();
    let file = file.display();
    if mode & 0o022 != 0 {
        return Err(Failure::usage(format!(
            "{file}: other users can write to it and so run programs as you; run: chmod 600 {file}"
        )));
    }
    Ok(if mode & 0o044 == 0 { Vec::new() } else { vec![format!("other users can read {file}; run: chmod 600 {file}")] })
}

#[cfg(not(unix))]
fn check_mode(_: &File, _: &Path) -> Result<Vec<String>, Failure> {
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Settings;

    fn put(file: &Path, name: &str) {
        change(file, |contexts| {
            contexts.put(name.parse().unwrap(), Settings::default());
            Ok(())
        })
        .unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/config.toml");
        put(&file, "a");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        // Only the file and the lock.
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 2);

        fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        let (contexts, warnings) = read(&file).unwrap();
        assert_eq!((contexts.iter().count(), warnings.len()), (1, 1));
        fs::set_permissions(&file, PermissionsExt::from_mode(0o620)).unwrap();
        assert!(matches!(read(&file), Err(Failure::Usage(line)) if line.contains("chmod 600")));
        // The replacement is private again.
        fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        put(&file, "b");
        assert_eq!(mode(&file), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (link, real) = (folder.path().join("config.toml"), folder.path().join("real.toml"));
        open_private(&real, &File::options()).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        put(&link, "a");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(real).unwrap().contains("[contexts.a]"));
    }

    #[cfg(unix)]
    #[test]
    fn pipes_folders_and_devices_are_rejected() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("config.toml");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [pipe.as_path(), folder.path(), Path::new("/dev/zero")] {
            assert!(matches!(read(path), Err(Failure::Usage(line)) if line.contains("it is not a file")));
        }
    }

    #[test]
    fn changes_at_the_same_time_all_count() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        std::thread::scope(|scope| {
            for number in 0..8 {
                let file = &file;
                scope.spawn(move || put(file, &format!("c{number}")));
            }
        });
        assert_eq!(read(&file).unwrap().0.iter().count(), 8);
    }
}
