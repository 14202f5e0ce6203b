//! The result of one step.

use serde::Serialize;

use crate::output::exit::Exit;
use crate::output::render::table::plain;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Passed,
    Failed,
    Skipped,
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "FAILED",
            Self::Skipped => "skipped",
        }
    }
}

/// The steps in the order in which they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Name {
    /// Only if the client certificate is in a certificate store.
    #[serde(rename = "cert-store")]
    CertificateStore,
    #[serde(rename = "name")]
    Host,
    Port,
    Tls,
    Authentication,
    ApiVersion,
    BackupService,
    Reads,
    Writes,
    FaultAnalysis,
    Clock,
}

impl Name {
    pub(crate) const ALL: [Self; 11] = [
        Self::CertificateStore,
        Self::Host,
        Self::Port,
        Self::Tls,
        Self::Authentication,
        Self::ApiVersion,
        Self::BackupService,
        Self::Reads,
        Self::Writes,
        Self::FaultAnalysis,
        Self::Clock,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::CertificateStore => "cert-store",
            Self::Host => "name",
            Self::Port => "port",
            Self::Tls => "tls",
            Self::Authentication => "authentication",
            Self::ApiVersion => "api-version",
            Self::BackupService => "backup-service",
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::FaultAnalysis => "fault-analysis",
            Self::Clock => "clock",
        }
    }
}

/// One step.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Step {
    pub(crate) endpoint: String,
    #[serde(rename = "step")]
    pub(crate) name: Name,
    pub(crate) result: Verdict,
    /// What was found.
    pub(crate) detail: String,
    /// What to do about it.
    pub(crate) advice: Option<String>,
    /// A command that does it.
    pub(crate) command: Option<String>,
    #[serde(skip)]
    pub(crate) exit: Exit,
}

impl Step {
    fn new(name: Name, result: Verdict, detail: impl Into<String>) -> Self {
        let (advice, command) = (None, None);
        Self { endpoint: String::new(), name, result, detail: detail.into(), advice, command, exit: Exit::Done }
    }

    pub(crate) fn passed(name: Name, detail: impl Into<String>) -> Self {
        Self::new(name, Verdict::Passed, detail)
    }

    pub(crate) fn skipped(name: Name, why: impl Into<String>) -> Self {
        Self::new(name, Verdict::Skipped, why)
    }

    pub(crate) fn failed(name: Name, exit: Exit, detail: impl Into<String>) -> Self {
        Self { exit, ..Self::new(name, Verdict::Failed, detail) }
    }

    pub(crate) fn advice(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }

    pub(crate) fn command(self, command: Option<String>) -> Self {
        Self { command, ..self }
    }

    /// The text form: one line, and the advice below it.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("  {:8}{:16}{}\n", self.result.as_str(), self.name.as_str(), plain(&self.detail));
        for line in [self.advice.as_ref().map(|advice| format!("to do: {advice}")), self.command.clone()] {
            text.extend(line.map(|line| format!("{:26}{}\n", "", plain(&line))));
        }
        text
    }
}
