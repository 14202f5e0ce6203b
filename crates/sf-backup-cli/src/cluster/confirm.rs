//! Prompts: reads the response, or Ctrl-C instead.

use std::io::{self, BufRead};

use crate::cluster::runtime::or_interrupted;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::table::plain;

/// Maximum length of a response in bytes.
const LONGEST: u64 = 100;

/// Asks a yes/no question. The default, also for unreadable input, is no.
///
/// # Errors
/// Ctrl-C instead of a response.
pub(crate) fn ask(terminal: &mut Terminal<'_>, question: &str) -> Result<bool, Failure> {
    let question = plain(&terminal.localized(question));
    let console = &mut terminal.console;
    let _ = write!(console.errors, "{question} [y/N] ");
    let _ = console.errors.flush();
    let response = if console.interruptible {
        let Some(response) = or_interrupted(|| line(io::stdin().lock())) else {
            let _ = console.errors.write_all(b"\n");
            return Err(Failure::interrupted(None));
        };
        response
    } else {
        line(io::BufReader::new(&mut *console.input))
    };
    Ok(matches!(response.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

fn line(input: impl BufRead) -> String {
    let mut line = String::new();
    input.take(LONGEST).read_line(&mut line).map(|_| line).unwrap_or_default()
}

/// Confirms what `verb` loses, if it loses something.
pub(crate) fn confirm(terminal: &mut Terminal<'_>, verb: &str, loss: Option<String>) -> Result<(), Failure> {
    let Some(loss) = loss else { return Ok(()) };
    let refusal = format!("refused without confirmation: {loss}; pass --yes to go ahead");
    ask_or_refuse(terminal, verb, &format!("{verb}: {loss}. Continue?"), refusal)
}

/// Asks a question that names the loss. Without a terminal, fails with an error that names `what` would be done.
pub(crate) fn ask_first(terminal: &mut Terminal<'_>, verb: &str, question: &str, what: &str) -> Result<(), Failure> {
    ask_or_refuse(terminal, verb, question, format!("refusing to {what} without confirmation; pass --yes"))
}

fn ask_or_refuse(terminal: &mut Terminal<'_>, verb: &str, question: &str, refusal: String) -> Result<(), Failure> {
    let refusal = if !terminal.console.interactive {
        refusal
    } else if ask(terminal, question)? {
        return Ok(());
    } else {
        "not confirmed, nothing was sent".to_owned()
    };
    Err(Failure::usage(format!("{verb}: {refusal}")))
}
