//! The topology file.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use sf_backup_sim::Topology;

use crate::cluster::input::{self, LIMIT};
use crate::connection::read_file;
use crate::options::files::Source;
use crate::output::failure::Failure;

/// Reads a topology. A text of up to 4 MiB may be JSON or YAML. A longer one must be JSON, which is read as a stream.
///
/// # Errors
/// If it cannot be read, or is not a topology.
pub(super) fn read(source: &Source, mut standard: &mut dyn Read) -> Result<Topology, Failure> {
    let unreadable = |error| Failure::Usage(format!("{source}: cannot be read: {error}"));
    let text = match source {
        Source::File(path) => {
            let large = std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() > LIMIT);
            if large {
                return stream(source, File::open(path).map_err(unreadable)?);
            }
            read_file::read_text(path, LIMIT).map_err(unreadable)?
        }
        Source::Standard => {
            let mut start = Vec::new();
            Read::take(&mut standard, LIMIT + 1).read_to_end(&mut start).map_err(unreadable)?;
            if start.len() as u64 > LIMIT {
                return stream(source, start.chain(standard));
            }
            read_file::read_stream(start.as_slice(), LIMIT).map_err(unreadable)?
        }
    };
    let value = input::value_of(source, &text)?;
    Topology::from_json(&value.to_string()).map_err(|error| Failure::Usage(format!("{source}: {error}")))
}

fn stream(source: &Source, text: impl Read) -> Result<Topology, Failure> {
    let problem = |error: &dyn std::fmt::Display| Failure::Usage(format!("{source}: {error}"));
    let mut text = BufReader::new(text);
    let start = text.fill_buf().map_err(|error| problem(&format_args!("cannot be read: {error}")))?;
    if !start.trim_ascii_start().starts_with(b"{") {
        return Err(problem(&"a topology over 4 MiB must be JSON in UTF-8"));
    }
    Topology::from_reader(text).map_err(|error| problem(&error))
}
