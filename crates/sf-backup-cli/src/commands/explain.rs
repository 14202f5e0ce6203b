//! `sf-backup explain`: explains an error code, an exit code, a state or a lint rule.

mod term;

use clap::Args;
use serde::Serialize;
use sf_backup_ops::advice::CodeAdvice;
use sf_backup_proto::FabricErrorCode;

use crate::output::console::Terminal;
use crate::output::difference::closest;
use crate::output::failure::Failure;
use crate::output::render::table::{Record, Table};
use crate::output::render::{Format, document};
use term::{Kind, Term};

/// Arguments of `sf-backup explain`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup explain FABRIC_E_BACKUP_NOT_ENABLED
  sf-backup explain backup_not_enabled
  sf-backup explain 0x80070057
  sf-backup explain -2147017613
  sf-backup explain 20
  sf-backup explain Stale
  sf-backup explain no-retention
  sf-backup explain")]
pub(crate) struct Explain {
    /// An error code (its name, or its HRESULT in decimal or hexadecimal), an exit code of this program, a state of the
    /// audit, or a rule of 'policy lint'; if not given, the error codes are listed
    #[arg(value_name = "CODE", allow_negative_numbers = true)]
    pub(crate) code: Option<String>,
}

/// The facts about a code, as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Explanation {
    code: &'static str,
    other_spellings: &'static [&'static str],
    hresult: Option<String>,
    status: u16,
    transient: bool,
    meaning: &'static str,
    cause: &'static str,
    action: &'static str,
}

pub(crate) fn run(explain: &Explain, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    match &explain.code {
        Some(code) => one(code, terminal),
        None => all(terminal),
    }
}

fn one(text: &str, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if let Some(term) = Term::of(text) {
        return match terminal.options.format {
            Format::Table => terminal.record(&term.record()),
            format => terminal.result(&document(format, &term)?),
        };
    }
    let explanation = Explanation::of(&FabricErrorCode::from_text(text)).ok_or_else(|| unknown(text))?;
    match terminal.options.format {
        Format::Table => terminal.record(&explanation.record()),
        format => terminal.result(&document(format, &explanation)?),
    }
}

fn all(terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let mut explanations: Vec<_> = FabricErrorCode::KNOWN.iter().filter_map(Explanation::of).collect();
    explanations.sort_by_key(|explanation| explanation.code);
    match terminal.options.format {
        Format::Table => {
            let mut table =
                Table::new(&["CODE", "HRESULT", "STATUS", "MEANING"]).wrapping(&["MEANING"]).below("MEANING");
            for explanation in explanations {
                table.row([
                    explanation.code.to_owned(),
                    explanation.hresult.unwrap_or_default(),
                    explanation.status.to_string(),
                    explanation.meaning.to_owned(),
                ]);
            }
            terminal.table(&table)
        }
        format => terminal.result(&document(format, &explanations)?),
    }
}

fn unknown(text: &str) -> Failure {
    let known = FabricErrorCode::KNOWN.iter().filter_map(FabricErrorCode::facts);
    let names = known.flat_map(|facts| [facts.name].into_iter().chain(facts.also.iter().copied()));
    let terms = Term::all().iter().filter(|term| term.kind != Kind::ExitCode).map(|term| term.term);
    let names = names.chain(terms);
    let advice = match closest(text, names, |name| name.strip_prefix("FABRIC_E_").unwrap_or(name)) {
        Some(name) => format!("did you mean {name}?"),
        None => "'sf-backup explain' lists the error codes".to_owned(),
    };
    Failure::Usage(format!(
        "<CODE>: {text:?} is not known: a name such as FABRIC_E_TIMEOUT, an HRESULT, an exit code, a state or a lint \
         rule is expected; {advice}"
    ))
}

impl Explanation {
    /// `None` for an unknown code.
    fn of(code: &FabricErrorCode) -> Option<Self> {
        let (facts, advice) = (code.facts()?, CodeAdvice::of(code)?);
        Some(Self {
            code: facts.name,
            other_spellings: facts.also,
            hresult: facts.hresult.map(|hresult| format!("0x{hresult:08X}")),
            status: facts.status,
            transient: facts.transient,
            meaning: advice.meaning,
            cause: advice.cause,
            action: advice.action,
        })
    }

    fn record(&self) -> Record {
        let also = self.other_spellings.join(", ");
        Record::default()
            .with("Code", Some(self.code))
            .with("Also", Some(also))
            .with("HRESULT", self.hresult.as_ref())
            .with("HTTP status", Some(self.status))
            .prose("Meaning", Some(self.meaning))
            .prose("Usual cause", Some(self.cause))
            .prose("What to do", Some(self.action))
            .with("Transient", Some(if self.transient { "yes" } else { "no" }))
    }
}
