//! Runs the probe, which checks the restored data.

use std::io::{self, Read, Seek, SeekFrom};
use std::process::Stdio;
use std::time::{Duration, Instant};

use sf_backup_ops::drill::{DrillRecord, ProbeRecord};

use crate::cluster::program::Program;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

/// Maximum bytes that are read of the end of a probe's output.
const TAIL: u64 = 4 * 1024;
/// Maximum last lines that are printed.
const LINES: usize = 20;

/// Runs the probe with the record as JSON on its standard input. If it fails, the record contains
/// the end of its output.
///
/// # Errors
/// Ctrl-C.
pub(super) fn run(
    words: &[String],
    limit: Duration,
    record: DrillRecord,
    terminal: &mut Terminal<'_>,
) -> Result<DrillRecord, Failure> {
    let [name, arguments @ ..] = words else { return Ok(record) };
    terminal.note(&format!("running the probe {name}"));
    let input = serde_json::to_string(&record).map_err(|error| Failure::Other(error.to_string()))?;
    let interruptible = terminal.console.interruptible;
    let unusable = |error: io::Error| Failure::Other(format!("a temporary file cannot be written: {error}"));
    // A file instead of a pipe: a process that outlives the probe must not delay the drill.
    let mut output = tempfile::tempfile().map_err(unusable)?;
    let (stdout, stderr) = (output.try_clone().map_err(unusable)?, output.try_clone().map_err(unusable)?);
    let began = Instant::now();
    let program = Program { name, arguments, limit };
    let ended = program.run(input, (Stdio::from(stdout), Stdio::from(stderr)), interruptible)?;
    let probe = ProbeRecord {
        exit_code: ended.as_ref().ok().and_then(std::process::ExitStatus::code),
        seconds: began.elapsed().as_secs(),
    };
    let printed = tail(&mut output).unwrap_or_default();
    for line in &printed {
        terminal.note(&format!("probe: {line}"));
    }
    let problem = match ended {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("the probe {name} ended with {status}")),
        Err(problem) => Some(format!("the probe {problem}")),
    };
    let last = printed.last().map(|line| format!(": {line}")).unwrap_or_default();
    Ok(record.probed(probe, problem.map(|problem| problem + &last), terminal.now()))
}

/// The last lines of the output.
fn tail(output: &mut (impl Read + Seek)) -> io::Result<Vec<String>> {
    let length = output.seek(SeekFrom::End(0))?;
    output.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    output.take(TAIL).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    Ok(lines.iter().skip(lines.len().saturating_sub(LINES)).map(ToString::to_string).collect())
}
