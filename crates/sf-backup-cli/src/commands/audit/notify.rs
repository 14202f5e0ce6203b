//! Notifications of an audit: one message if a state has changed since the last run.

mod message;

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use http::Uri;
use serde::{Deserialize, Serialize};
use sf_backup_hyper::{HttpError, post_json};
use sf_backup_ops::audit::{Audit, State};
use sf_backup_ops::report::Origin;
use sf_backup_proto::Secret;

use crate::cluster::runtime::{block_on, fetch};
use crate::connection::secret_ref::SecretRef;
use crate::output::atomic_write::{Readers, atomic_write};
use crate::output::console::Terminal;
use message::Message;

/// The longest that a notification may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// Where notifications go.
#[derive(Debug, Args)]
pub(crate) struct Notify {
    /// Post a message if a state has changed since the last run, on the first run if something is wrong. env:NAME and
    /// file:PATH hold the URL, which is a secret; cmd:PROGRAM ARGUMENTS runs a program with the message on its standard
    /// input. If only the notification fails, the exit code is 22
    #[arg(long, value_name = "URL", requires = "notify_state")]
    pub(crate) notify: Option<Target>,

    /// File with the states of the last run, which is replaced after each run
    #[arg(long, value_name = "FILE", requires = "notify")]
    pub(crate) notify_state: Option<PathBuf>,

    /// Form of the message
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    pub(crate) notify_format: NotifyFormat,
}

/// Forms of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum NotifyFormat {
    /// JSON, as JSON.md describes it
    Json,
    /// An adaptive card, for webhooks of Microsoft Teams
    Teams,
    /// For incoming webhooks of Slack
    Slack,
}

/// A URL, or where it is found. Any text is accepted: an error about the argument would show the URL.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Url(Secret),
    Reference(SecretRef),
}

impl FromStr for Target {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.parse().map_or_else(|_| Self::Url(Secret::from(text)), Self::Reference))
    }
}

/// The states of a run: by the id of the partition, or the name of what could not be read.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct States(pub(crate) BTreeMap<String, String>);

impl States {
    fn of(audit: &Audit) -> Self {
        let partitions = audit.partitions.iter().map(|one| (one.partition.id.to_string(), one.state.name().to_owned()));
        let gaps = audit.gaps.iter().map(|gap| (message::gap_name(gap).to_owned(), State::Unknown.name().to_owned()));
        Self(partitions.chain(gaps).collect())
    }

    /// `None` on the first run.
    fn read(path: &Path, terminal: &mut Terminal<'_>) -> Option<Self> {
        match fs::read(path).map(|text| serde_json::from_slice(&text)) {
            Ok(Ok(states)) => return Some(states),
            Ok(Err(error)) => terminal.warn(&format!("--notify-state {}: is ignored: {error}", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => terminal.warn(&format!("--notify-state {}: is ignored: {error}", path.display())),
        }
        None
    }

    fn write(&self, path: &Path, terminal: &mut Terminal<'_>) -> Result<(), String> {
        let failed =
            |error: &dyn std::fmt::Display| format!("--notify-state {}: cannot be written: {error}", path.display());
        let text = serde_json::to_string(self).map_err(|error| failed(&error))?;
        let written = atomic_write(path, &text, Readers::Owner).map_err(|error| failed(&error))?;
        if let Some(warning) = written.warning(path) {
            terminal.warn(&warning);
        }
        Ok(())
    }
}

impl Notify {
    /// Sends a message if there is something new. The states are kept only if it arrived, so that the next run tries again.
    ///
    /// # Errors
    /// One line, without the URL.
    pub(crate) fn tell(&self, audit: &Audit, origin: &Origin, terminal: &mut Terminal<'_>) -> Result<(), String> {
        let (Some(target), Some(path)) = (&self.notify, &self.notify_state) else { return Ok(()) };
        let (before, now) = (States::read(path, terminal), States::of(audit));
        let message = Message::new(audit, origin, before.as_ref());
        if !message.is_empty() {
            let text =
                message.text(self.notify_format).map_err(|error| format!("no notification was sent: {error}"))?;
            target
                .send(text, terminal.console.interruptible)
                .map_err(|problem| format!("no notification was sent: {problem}"))?;
        }
        if before.as_ref() == Some(&now) { Ok(()) } else { now.write(path, terminal) }
    }
}

impl Target {
    fn send(&self, text: String, interruptible: bool) -> Result<(), String> {
        let url = match self {
            Self::Reference(SecretRef::Command { program, arguments }) => return run(program, arguments, text),
            Self::Reference(reference) => fetch(reference)?,
            Self::Url(url) => url.clone(),
        };
        let uri: Uri = url.expose().parse().map_err(|_| NO_URL.to_owned())?;
        let host = uri.host().unwrap_or_default();
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if ["127.0.0.1", "localhost", "[::1]"].contains(&host) => {}
            Some("http") => return Err("the URL is a secret: it must be https, or http on this machine".to_owned()),
            _ => return Err(NO_URL.to_owned()),
        }
        let sent = async { Ok(post_json(uri, text.into(), DEADLINE).await) };
        match block_on(interruptible, None, sent).map_err(|_| "interrupted".to_owned())? {
            Ok(status) if status.is_success() => Ok(()),
            Ok(status) => Err(format!("the receiver responded with HTTP {}", status.as_u16())),
            Err(error) => Err(problem(&error).to_owned()),
        }
    }
}

const NO_URL: &str = "the target is no http or https URL";

/// What went wrong, without the host.
fn problem(error: &HttpError) -> &'static str {
    match error {
        HttpError::Resolve { .. } => "the receiver's host has no address",
        HttpError::Connect { .. } => "the receiver accepts no connection",
        HttpError::Deadline { .. } => "the receiver did not respond in time",
        HttpError::IdentityRefused(_) => "the receiver's certificate is not trusted",
        HttpError::Handshake { .. } => "no TLS connection with the receiver",
        HttpError::Tunnel { .. } => "the proxy opened no tunnel",
        _ => "the connection with the receiver failed",
    }
}

/// Runs a program, not by a shell, with the message on its standard input. What it prints is discarded.
fn run(program: &str, arguments: &[String], text: String) -> Result<(), String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| format!("{program} cannot be run: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // A program that does not read its input is ended below.
        thread::spawn(move || input.write_all(text.as_bytes()));
    }
    let began = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("{program} ended with {status}")),
            Ok(None) if began.elapsed() < DEADLINE => thread::sleep(Duration::from_millis(20)),
            Ok(None) => {
                // It may have ended by now.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("{program} did not end within {} s", DEADLINE.as_secs()));
            }
            Err(error) => return Err(format!("{program} stopped unexpectedly: {error}")),
        }
    }
}
