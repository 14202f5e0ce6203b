//! Notifications of an audit: one message if a state has changed since the last run.

mod message;
mod states;

use std::path::PathBuf;
use std::process::Stdio;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};
use http::Uri;
use sf_backup_hyper::{HttpError, post_json};
use sf_backup_ops::audit::Audit;
use sf_backup_ops::report::Origin;

use crate::cluster::program::Program;
use crate::cluster::runtime::{block_on, fetch};
use crate::connection::secret_ref::SecretRef;
use crate::options::scope::Scope;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use message::Message;
use states::States;

/// Time limit of a notification.
const DEADLINE: Duration = Duration::from_secs(30);

/// The options of notifications.
#[derive(Debug, Args)]
pub(crate) struct Notify {
    /// Post a message if a state has changed since the last run; on the first run, if there is a problem. env:NAME or
    /// file:PATH holds the URL, which is a secret; cmd:PROGRAM ARGUMENTS runs a program with the message on its standard
    /// input. If only the notification fails, the exit code is 22
    #[arg(long, value_name = "REF", requires = "notify_state")]
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

/// The reference to the URL. Accepts any text, because an error about the argument would print a URL.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Reference(SecretRef),
    /// Not a reference; may be a secret.
    Literal,
}

impl FromStr for Target {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.parse().map_or(Self::Literal, Self::Reference))
    }
}

impl Notify {
    /// Rejects what is not a reference, before anything is sent.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match self.notify {
            Some(Target::Literal) => Err(Failure::usage(
                "--notify: a URL is a secret and must not be on the command line: pass env:NAME or file:PATH that \
                    contains it, or cmd:PROGRAM ARGUMENTS (nothing was sent)",
            )),
            Some(Target::Reference(_)) | None => Ok(()),
        }
    }

    /// Sends a message if something has changed. Stores the states only if it was delivered, so that the next run tries
    /// again. Returns the problem, without the URL.
    ///
    /// # Errors
    /// Only Ctrl-C.
    pub(crate) fn send_changes(
        &self,
        audit: &Audit,
        scope: &Scope,
        origin: &Origin,
        terminal: &mut Terminal<'_>,
    ) -> Result<Option<String>, Failure> {
        let (Some(Target::Reference(target)), Some(path)) = (&self.notify, &self.notify_state) else { return Ok(None) };
        let before = States::read(path, terminal);
        let now = States::after(audit, scope, before.as_ref());
        let message = Message::new(audit, origin, before.as_ref(), &now);
        if !message.is_empty() {
            let sent = match message.text(self.notify_format) {
                Ok(text) => send(target, text, terminal.console.interruptible)?,
                Err(error) => Err(error.to_string()),
            };
            if let Err(problem) = sent {
                return Ok(Some(format!("no notification was sent: {problem}")));
            }
        }
        let kept = if before.as_ref() == Some(&now) { Ok(()) } else { now.write(path, terminal) };
        Ok(kept.err())
    }
}

/// Posts the message, or runs the program that receives it.
///
/// # Errors
/// Only Ctrl-C.
fn send(target: &SecretRef, text: String, interruptible: bool) -> Result<Result<(), String>, Failure> {
    if let SecretRef::Command { program: name, arguments } = target {
        // Its output is discarded.
        let program = Program { name, arguments, limit: DEADLINE };
        let ended = program.run(text, (Stdio::null(), Stdio::null()), interruptible)?;
        return Ok(
            ended.and_then(|status| if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}")) })
        );
    }
    let uri = match fetch(target).and_then(|url| secure(url.expose())) {
        Ok(uri) => uri,
        Err(problem) => return Ok(Err(problem)),
    };
    let response = block_on(interruptible, None, async { Ok(post_json(uri, text.into(), DEADLINE).await) })?;
    Ok(match response {
        Ok(status) if status.is_success() => Ok(()),
        Ok(status) => Err(format!("the receiver responded with HTTP {}", status.as_u16())),
        Err(error) => Err(problem(&error).to_owned()),
    })
}

/// Parses a URL; rejects one that would be used unencrypted over a network.
fn secure(url: &str) -> Result<Uri, String> {
    let uri: Uri = url.parse().map_err(|_| NO_URL.to_owned())?;
    let host = uri.host().unwrap_or_default();
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if ["127.0.0.1", "localhost", "[::1]"].contains(&host) => Ok(uri),
        Some("http") => Err("the URL is a secret: it must be https, or http on this machine".to_owned()),
        _ => Err(NO_URL.to_owned()),
    }
}

const NO_URL: &str = "the target is not an http or https URL";

/// The problem without the host.
fn problem(error: &HttpError) -> &'static str {
    match error {
        HttpError::Resolve { .. } => "the receiver's host name cannot be resolved",
        HttpError::Connect { .. } => "cannot connect to the receiver",
        HttpError::Deadline { .. } => "the receiver did not respond in time",
        HttpError::IdentityRefused(_) => "the receiver's certificate is not trusted",
        HttpError::Handshake { .. } => "the TLS connection to the receiver failed",
        HttpError::Tunnel { .. } => "the proxy did not open a tunnel",
        _ => "the connection to the receiver failed",
    }
}
