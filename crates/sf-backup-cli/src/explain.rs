//! `sf-backup explain`: what is known about an error code.

use serde::Serialize;
use sf_backup_proto::FabricErrorCode;
use sf_backup_proto::error::CodeFacts;

use crate::args::explain::Explain;
use crate::console::Terminal;
use crate::failure::Failure;
use crate::render::table::{Sheet, Table};
use crate::render::{Format, document};
use crate::similar;

/// A code's facts, for programs.
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
    let facts = FabricErrorCode::from_text(text).facts().ok_or_else(|| unknown(text))?;
    let explanation = Explanation::of(facts);
    match terminal.manner.format {
        Format::Table => terminal.sheet(&explanation.sheet()),
        format => terminal.result(&document(format, &explanation)?),
    }
}

fn all(terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let mut explanations: Vec<_> = known().map(Explanation::of).collect();
    explanations.sort_by_key(|explanation| explanation.code);
    match terminal.manner.format {
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

fn known() -> impl Iterator<Item = &'static CodeFacts> {
    FabricErrorCode::KNOWN.iter().filter_map(FabricErrorCode::facts)
}

fn unknown(text: &str) -> Failure {
    let names = known().flat_map(|facts| [facts.name].into_iter().chain(facts.also.iter().copied()));
    let advice = match similar::closest(text, names, |name| name.strip_prefix("FABRIC_E_").unwrap_or(name)) {
        Some(name) => format!("did you mean {name}?"),
        None => "'sf-backup explain' lists the codes".to_owned(),
    };
    Failure::Usage(format!(
        "<CODE>: {text:?} is no error code that is known here: a name such as FABRIC_E_TIMEOUT, or an HRESULT, is \
         expected; {advice}"
    ))
}

impl Explanation {
    fn of(facts: &CodeFacts) -> Self {
        Self {
            code: facts.name,
            other_spellings: facts.also,
            hresult: facts.hresult.map(|hresult| format!("0x{hresult:08X}")),
            status: facts.status,
            transient: facts.transient,
            meaning: facts.meaning,
            cause: facts.cause,
            action: facts.action,
        }
    }

    fn sheet(&self) -> Sheet {
        let also = self.other_spellings.join(", ");
        Sheet::default()
            .with("Code", Some(self.code))
            .with("Also", Some(also))
            .with("HRESULT", self.hresult.as_ref())
            .with("HTTP status", Some(self.status))
            .prose("Meaning", Some(self.meaning))
            .prose("Usual cause", Some(self.cause))
            .prose("What to do", Some(self.action))
            .with("Passes by itself", Some(if self.transient { "yes" } else { "no" }))
    }
}
