//! `sf-backup policy lint`: checks a policy before it is used.

use std::path::{MAIN_SEPARATOR, Path};

use clap::Args;
use serde::Serialize;
use sf_backup_ops::lint::{Facts, Finding, RuntimeVersion, Severity, lint, lint_stored};
use sf_backup_proto::{GetBackupPolicyByName, PolicyName, Secret};

use crate::cluster::context::CommandContext;
use crate::cluster::input;
use crate::cluster::policy_gate;
use crate::cluster::runtime::block_on;
use crate::cluster::runtime::fetch;
use crate::connection::secret_ref::SecretRef;
use crate::options::files::Source;
use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::table::Table;
use crate::output::render::{Format, document};

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// A file with a policy as JSON or YAML, - for standard input, or the name of a policy in the cluster
    #[arg(value_name = "FILE|NAME")]
    pub(crate) subject: String,

    /// Treat warnings as errors
    #[arg(long)]
    pub(crate) strict: bool,

    /// Runtime release to check for, such as 9.1; the default for a policy in the cluster is the cluster's release
    #[arg(long, value_name = "V")]
    pub(crate) runtime: Option<RuntimeVersion>,
}

/// A finding as `-o json` prints it.
#[derive(Debug, Serialize)]
struct FindingsView<'f> {
    severity: String,
    rule: &'static str,
    member: &'f str,
    problem: &'f str,
    advice: &'f str,
}

pub(crate) fn run(args: &Lint, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let findings = match subject(&args.subject)? {
        Subject::File(source) => {
            let value = input::value(&source, terminal.console.input)?;
            let facts = Facts { now: Some(terminal.now()), runtime: args.runtime, resolve: Some(&look) };
            lint(&value, &facts)
        }
        Subject::Policy(name) => match stored(name, args.runtime, context, terminal)? {
            Some(findings) => findings,
            None => return Ok(()),
        },
    };
    show(&args.subject, &findings, terminal)?;
    let bad = findings.iter().any(|finding| match finding.severity {
        Severity::Error => true,
        Severity::Warning => args.strict,
        Severity::Info => false,
    });
    if bad { Err(Failure::AlreadyReported(Exit::Usage)) } else { Ok(()) }
}

#[derive(Debug, PartialEq)]
enum Subject {
    File(Source),
    Policy(PolicyName),
}

/// A file if it exists, or if the text can only be a path; otherwise a policy of the cluster.
fn subject(text: &str) -> Result<Subject, Failure> {
    if text == "-" || text.contains(['/', MAIN_SEPARATOR]) || Path::new(text).exists() {
        return Ok(Subject::File(Source::from(std::ffi::OsString::from(text))));
    }
    let name = text.parse().map_err(|error| Failure::Usage(format!("<FILE|NAME>: no such file, and {error}")))?;
    Ok(Subject::Policy(name))
}

/// A policy of the cluster; `None` in a dry run.
fn stored(
    name: PolicyName,
    runtime: Option<RuntimeVersion>,
    context: CommandContext<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<Option<Vec<Finding>>, Failure> {
    let interruptible = terminal.console.interruptible;
    let file_like = Path::new(name.as_str()).extension().is_some();
    let mut session = context.session(None, terminal)?;
    let call = GetBackupPolicyByName::new(name.clone());
    if !session.begin(&call, "policy lint", None)? {
        return Ok(None);
    }
    let policy = block_on(interruptible, None, session.ask(call));
    if policy.is_err() && file_like {
        session.terminal().note(&format!("no file {name}; checked as a policy of the cluster"));
    }
    let policy = policy?;
    let runtime = match runtime {
        None => {
            let client = session.client().clone();
            block_on(interruptible, None, async { Ok(session.patiently(policy_gate::runtime(&client)).await) })?
        }
        given => given,
    };
    let facts = Facts { now: Some(session.terminal().now()), runtime, resolve: None };
    Ok(Some(lint_stored(&policy, &facts)))
}

/// Resolves references to the environment and to files. Does not run programs.
fn look(reference: &SecretRef) -> Result<Option<Secret>, String> {
    match reference {
        SecretRef::Env(_) | SecretRef::File(_) => fetch(reference).map(Some),
        SecretRef::Command { .. } => Ok(None),
    }
}

fn show(subject: &str, findings: &[Finding], terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    match terminal.options.format {
        Format::Table => {
            if findings.is_empty() {
                terminal.note(&format!("{subject}: no problems found"));
            }
            let header = ["SEVERITY", "MEMBER", "PROBLEM", "WHAT TO DO", "RULE"];
            let mut table = Table::new(&header).wrapping(&["PROBLEM", "WHAT TO DO"]).named(&["RULE"]);
            for Finding { severity, rule, member, problem, advice } in findings {
                table.row([severity.to_string(), member.clone(), problem.clone(), advice.clone(), (*rule).to_owned()]);
            }
            terminal.table(&table)?;
        }
        format => {
            let shown: Vec<_> = findings.iter().map(FindingsView::from).collect();
            terminal.result(&document(format, &shown)?)?;
        }
    }
    Ok(())
}

impl<'f> From<&'f Finding> for FindingsView<'f> {
    fn from(finding: &'f Finding) -> Self {
        let Finding { severity, rule, member, problem, advice } = finding;
        Self { severity: severity.to_string(), rule, member, problem, advice }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_names_are_distinguished() {
        let folder = tempfile::tempdir().unwrap();
        let existing = folder.path().join("daily");
        std::fs::write(&existing, "").unwrap();
        for file in ["-", "./none.json", "a/b", "Cargo.toml", existing.to_str().unwrap()] {
            assert!(matches!(subject(file), Ok(Subject::File(_))), "{file}");
        }
        for name in ["Daily", "daily.json", "Täglich 1"] {
            assert_eq!(subject(name).unwrap(), Subject::Policy(name.parse().unwrap()));
        }
        assert!(subject(" ").is_err());
    }
}
