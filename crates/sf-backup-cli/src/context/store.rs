//! The configuration file on its disk: read as it is, written whole and for its owner only.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::context::file::Contexts;
use crate::context::name::ContextName;
use crate::failure::Failure;

/// Longer than any list of clusters; whatever else lies there is not read to its end.
const LIMIT: u64 = 1024 * 1024;

/// The contexts, and what must be said about the file. A file that is not there holds none.
pub(crate) fn read(file: &Path) -> Result<(Contexts, Vec<String>), Failure> {
    let opened = match File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Default::default()),
        Err(error) => return Err(unreadable(file, &error)),
    };
    let warnings = check_mode(&opened, file)?;
    let mut text = String::new();
    opened.take(LIMIT + 1).read_to_string(&mut text).map_err(|error| unreadable(file, &error))?;
    if text.len() as u64 > LIMIT {
        return Err(Failure::usage(format!("{}: is longer than {} KiB", file.display(), LIMIT / 1024)));
    }
    let contexts = Contexts::parse(&text, file);
    let contexts =
        contexts.map_err(|error| Failure::usage(format!("{error} ('--context none' goes without the file)")))?;
    Ok((contexts, warnings))
}

/// Changes the contexts, with nobody else changing them meanwhile.
pub(crate) fn change<T>(file: &Path, change: impl FnOnce(&mut Contexts) -> Result<T, Failure>) -> Result<T, Failure> {
    let unwritable = |error: &io::Error| Failure::Other(format!("{} cannot be written: {error}", file.display()));
    let folder = file.parent().unwrap_or(Path::new("."));
    private_folder(folder).map_err(|error| unwritable(&error))?;
    let lock = private(&file.with_extension("lock"), OpenOptions::new().create(true)).map_err(|e| unwritable(&e))?;
    lock.lock().map_err(|error| unwritable(&error))?;
    let (mut contexts, _) = read(file)?;
    let before = contexts.clone();
    let result = change(&mut contexts)?;
    if contexts != before {
        let text = contexts.text().map_err(Failure::Other)?;
        write(file, &text).map_err(|error| unwritable(&error))?;
    }
    Ok(result)
}

/// There is no context of this name.
pub(crate) fn unknown(name: &ContextName, contexts: &Contexts, file: &Path) -> Failure {
    let known: Vec<String> = contexts.iter().map(|(name, _)| name.to_string()).collect();
    let known = if known.is_empty() { "there are none".to_owned() } else { format!("there are: {}", known.join(", ")) };
    Failure::usage(format!("context {name}: is not in {}; {known}", file.display()))
}

/// All or nothing: a new file takes the old one's place once it is on the disk.
fn write(file: &Path, text: &str) -> io::Result<()> {
    // A link stays one: the file that it leads to is replaced.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let new = temporary(&file);
    // Left behind by a run that was cut off: nobody else is here.
    let _ = fs::remove_file(&new);
    let mut out = private(&new, OpenOptions::new().create_new(true))?;
    let written = out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).and_then(|()| fs::rename(&new, &file));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written?;
    sync_folder(&file)
}

fn temporary(file: &Path) -> PathBuf {
    file.with_extension("toml.new")
}

fn unreadable(file: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("{}: cannot be read: {error} ('--context none' goes without the file)", file.display()))
}

/// Opens for writing; what is created is its owner's alone from the beginning.
fn private(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.write(true).open(path)
}

fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// A context may name a command that brings a token: who can write it can run one.
#[cfg(unix)]
fn check_mode(opened: &File, file: &Path) -> Result<Vec<String>, Failure> {
    use std::os::unix::fs::PermissionsExt;
    let mode = opened.metadata().map_err(|error| unreadable(file, &error))?.permissions().mode();
    let file = file.display();
    if mode & 0o022 != 0 {
        return Err(Failure::usage(format!(
            "{file}: others can write it, and with it choose what is run here: chmod 600 {file}"
        )));
    }
    Ok(if mode & 0o044 == 0 { Vec::new() } else { vec![format!("others can read {file}: chmod 600 {file}")] })
}

#[cfg(not(unix))]
fn check_mode(_: &File, _: &Path) -> Result<Vec<String>, Failure> {
    Ok(Vec::new())
}

/// The new name is to outlast a power cut, too.
#[cfg(unix)]
fn sync_folder(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
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
    fn the_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/config.toml");
        put(&file, "a");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        assert!(!temporary(&file).exists());

        fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        let (contexts, warnings) = read(&file).unwrap();
        assert_eq!((contexts.iter().count(), warnings.len()), (1, 1));
        fs::set_permissions(&file, PermissionsExt::from_mode(0o620)).unwrap();
        assert!(matches!(read(&file), Err(Failure::Usage(line)) if line.contains("chmod 600")));
        // What replaces it is private again.
        fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        put(&file, "b");
        assert_eq!(mode(&file), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let (link, real) = (folder.path().join("config.toml"), folder.path().join("real.toml"));
        private(&real, OpenOptions::new().create(true)).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        put(&link, "a");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(real).unwrap().contains("[contexts.a]"));
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
