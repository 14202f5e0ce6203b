//! Files in arguments.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::Args;

/// A file, or standard input.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    Standard,
    File(PathBuf),
}

impl From<OsString> for Source {
    fn from(text: OsString) -> Self {
        if text == "-" { Self::Standard } else { Self::File(text.into()) }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard => f.write_str("standard input"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// The destination of a document.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct OutputFile {
    /// Write to this file instead of standard output ('-'). The file is replaced only if the command succeeds
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    file: Option<Source>,
}

impl OutputFile {
    /// The file; `None` for standard output.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.file {
            Some(Source::File(path)) => Some(path),
            Some(Source::Standard) | None => None,
        }
    }
}
