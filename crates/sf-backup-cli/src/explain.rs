//! `sf-backup explain`: what is known about an error code.

use serde::Serialize;
use sf_backup_proto::FabricErrorCode;

use crate::args::explain::Explain;
use crate::console::Terminal;
use crate::failure::Failure;
use crate::render::table::Sheet;
use crate::render::{Format, document};

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
    let code = FabricErrorCode::from_text(&explain.code);
    let facts = code.facts().ok_or_else(|| {
        Failure::Usage(format!(
            "<CODE>: {:?} is no error code that is known here: a name such as FABRIC_E_TIMEOUT, or an HRESULT, is expected",
            explain.code
        ))
    })?;
    let explanation = Explanation {
        code: facts.name,
        other_spellings: facts.also,
        hresult: facts.hresult.map(|hresult| format!("0x{hresult:08X}")),
        status: facts.status,
        transient: facts.transient,
        meaning: facts.meaning,
        cause: facts.cause,
        action: facts.action,
    };
    match terminal.manner.format {
        Format::Table => terminal.sheet(&explanation.sheet()),
        format => terminal.result(&document(format, &explanation)?),
    }
}

impl Explanation {
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
