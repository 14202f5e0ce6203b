//! Candidates that a shell and a screen show as they are.

use std::ffi::OsString;

use clap::Command;
use clap_complete::engine::{self, CompletionCandidate};

use crate::output::escape;

/// A candidate: the whole word as the program would receive it, and a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) word: String,
    pub(crate) help: Option<String>,
}

/// Completions of the last of these words. The first is the program.
pub(super) fn offers(mut command: Command, words: &[OsString]) -> Vec<Offer> {
    let last = words.len().saturating_sub(1);
    let folder = std::env::current_dir().ok();
    // Errors must not disturb the line that is being typed.
    let found = engine::complete(&mut command, words.to_vec(), last, folder.as_deref()).unwrap_or_default();
    found.iter().filter_map(offer).collect()
}

/// Rejects words with unprintable characters: users could not see what they type.
fn offer(candidate: &CompletionCandidate) -> Option<Offer> {
    let word = candidate.get_value().to_str().filter(|word| !word.is_empty() && escape::is_plain(word))?;
    let help = candidate.get_help().map(ToString::to_string);
    let help = help.and_then(|help| help.lines().next().map(|line| escape::line(line).into_owned()));
    Some(Offer { word: word.to_owned(), help: help.filter(|help| !help.is_empty()) })
}

/// Whether a word is incomplete: the name of an application that a service follows, or a folder.
pub(super) fn goes_on(word: &str) -> bool {
    word.ends_with('/')
}
