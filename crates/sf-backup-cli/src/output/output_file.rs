//! Keeps a result until the command has succeeded, then writes it to a file as a whole.

use std::path::{Path, PathBuf};

use crate::output::atomic_write::{Readers, atomic_write};
use crate::output::failure::Failure;
use crate::output::render::Format;

/// The result of a run that is to be written to a file.
#[derive(Debug)]
pub(crate) struct PendingFile {
    path: PathBuf,
    text: String,
}

impl PendingFile {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), text: String::new() }
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The format that the file's name implies.
    pub(crate) fn format(&self) -> Option<Format> {
        let end = self.path.extension()?.to_str()?.to_ascii_lowercase();
        match end.as_str() {
            "json" => Some(Format::Json),
            "yaml" | "yml" => Some(Format::Yaml),
            _ => None,
        }
    }

    /// Writes the file if the run has a result. Returns the message about it.
    pub(crate) fn finish(self, result: &Result<(), Failure>) -> Result<Option<String>, Failure> {
        // A verdict comes with a result; other failures leave the file unchanged.
        let good = matches!(result, Ok(()) | Err(Failure::Verdict(_)));
        if !good || self.text.is_empty() {
            return Ok(None);
        }
        let path = self.path.display();
        match atomic_write(&self.path, &self.text, Readers::AsBefore) {
            Ok(written) => Ok(written.warning(&self.path).or_else(|| Some(format!("wrote {path}")))),
            Err(error) => Err(Failure::Other(format!("{path} cannot be written: {error}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::exit::Exit;

    #[test]
    fn a_failure_writes_no_file_but_a_verdict_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html");
        let finish = |result: Result<(), Failure>, text: &str| {
            let mut file = PendingFile::new(&path);
            file.push(text);
            file.finish(&result).unwrap().is_some()
        };
        assert!(!finish(Err(Failure::usage("x")), "half"));
        assert!(!finish(Err(Failure::AlreadyReported(Exit::NotFound)), "nothing"));
        assert!(!finish(Ok(()), ""));
        assert!(!path.exists());
        assert!(finish(Err(Failure::Verdict(Exit::Unprotected)), "<html>"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "<html>");
        let nowhere = PendingFile { path: folder.path().join("none/x"), text: "x".to_owned() };
        assert!(nowhere.finish(&Ok(())).unwrap_err().report().unwrap().line().contains("cannot be written"));
    }

    #[test]
    fn the_format_follows_from_the_name() {
        let format = |name: &str| PendingFile::new(Path::new(name)).format();
        assert_eq!(format("plan.JSON"), Some(Format::Json));
        assert_eq!((format("plan.yml"), format("plan.yaml")), (Some(Format::Yaml), Some(Format::Yaml)));
        assert_eq!((format("plan"), format("plan.txt")), (None, None));
    }
}
