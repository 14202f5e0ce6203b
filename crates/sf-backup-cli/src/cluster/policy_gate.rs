//! Handles the findings of `policy lint`: errors stop a command before anything is sent, warnings are printed.

use std::time::Duration;

use sf_backup_ops::lint::{Finding, RuntimeVersion, Severity};
use sf_backup_proto::inventory::GetClusterVersion;
use tokio::time::timeout;

use crate::cluster::client::Client;
use crate::options::policy_gate::Gate;
use crate::output::failure::Failure;

/// Errors and warnings, as lines that name the file.
#[derive(Debug, Default)]
pub(crate) struct GateFindings {
    pub(crate) warnings: Vec<String>,
    errors: Vec<String>,
    /// Whether `--force` overrides the errors.
    forcible: bool,
}

impl Gate {
    /// Separates findings into errors and warnings. Omits rules of the protocol, because building the request reports
    /// them.
    pub(crate) fn classify(self, findings: &[Finding], source: &str) -> GateFindings {
        let mut classified = GateFindings { forcible: !self.strict, ..GateFindings::default() };
        for finding in findings.iter().filter(|finding| finding.can_be_forced()) {
            let line = if source.is_empty() { finding.to_string() } else { format!("{source}: {finding}") };
            match finding.severity {
                Severity::Error if !self.force => classified.errors.push(line),
                Severity::Warning if self.strict => classified.errors.push(line),
                Severity::Error | Severity::Warning => classified.warnings.push(line),
                Severity::Info => {}
            }
        }
        classified
    }
}

impl GateFindings {
    /// Adds the findings of another policy.
    pub(crate) fn join(&mut self, other: Self) {
        self.warnings.extend(other.warnings);
        self.errors.extend(other.errors);
        self.forcible = other.forcible;
    }

    pub(crate) fn errors(&self) -> &[String] {
        &self.errors
    }

    /// Fails if there are errors.
    pub(crate) fn verdict(&self) -> Result<(), Failure> {
        let (first, rest) = match self.errors.as_slice() {
            [] => return Ok(()),
            [first, rest @ ..] => (first, rest),
        };
        let more: String = rest.iter().map(|line| format!("; and {line}")).collect();
        let way_out =
            if self.forcible { " (nothing was sent; --force sends it anyway)" } else { " (nothing was sent)" };
        Err(Failure::Usage(format!("{first}{more}{way_out}")))
    }
}

/// Time limit for reading the cluster's release, which the rules do not require.
const PATIENCE: Duration = Duration::from_secs(10);

/// The release of a cluster; `None` if it is not returned.
pub(crate) async fn runtime(client: &Client) -> Option<RuntimeVersion> {
    let response = timeout(PATIENCE, client.send(GetClusterVersion::new())).await;
    response.ok()?.ok()?.version?.parse().ok()
}
