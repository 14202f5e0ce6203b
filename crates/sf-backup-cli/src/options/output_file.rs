//! `-f/--file` of commands that print a document.

use std::path::Path;

use clap::Args;

use crate::cluster::input::Source;

/// Where a document goes.
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
