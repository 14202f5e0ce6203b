//! No command prints or stores a secret, in any encoding and with any verbosity.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::lines::{Kind, LINES};
use super::stage::{Invocation, Stage};

/// Differs in every encoding.
const SECRET: &str = r#"hunter"2\/+ &=%<x>"#;

/// All traces of all libraries.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<String>>);

struct Fields<'n>(&'n mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        writeln!(self.0, "{field}={value:?}").unwrap();
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        writeln!(self.0, "{field}={value}").unwrap();
    }
}

impl Subscriber for Notes {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Fields(&mut self.0.lock().unwrap()));
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Fields(&mut self.0.lock().unwrap()));
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut Fields(&mut self.0.lock().unwrap()));
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let padded = [0, chunk[0], chunk.get(1).copied().unwrap_or(0), chunk.get(2).copied().unwrap_or(0)];
        let number = u32::from_be_bytes(padded);
        let digits = (0..=chunk.len()).map(move |place| DIGITS[(number >> (18 - 6 * place) & 63) as usize] as char);
        digits.collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

/// The secret, also encoded for JSON, URLs, binary data and markup.
fn forms() -> Vec<String> {
    let quoted = serde_json::to_string(SECRET).unwrap();
    let json = quoted.trim_matches('"').to_owned();
    let twice = serde_json::to_string(&json).unwrap().trim_matches('"').to_owned();
    let percent = |lower: bool| -> String {
        let byte = |byte: u8| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte if lower => format!("%{byte:02x}"),
            byte => format!("%{byte:02X}"),
        };
        SECRET.bytes().map(byte).collect()
    };
    let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    let html = SECRET.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    // In base64, the bytes before a secret shift its digits; the first and the last digits depend on adjacent bytes.
    let shifted = (0..3).map(|shift| {
        let text = base64(&[&b"..."[..shift], SECRET.as_bytes()].concat());
        text[4..text.len() - 4].to_owned()
    });
    let forms = [SECRET.to_owned(), json, twice, percent(true), percent(false), hex, html, base64(SECRET.as_bytes())];
    forms.into_iter().chain(shifted).collect()
}

#[test]
fn no_command_shows_or_keeps_a_secret_in_any_form() {
    let stage = Stage::new();
    stage.plant(SECRET);
    let (forms, notes) = (forms(), Notes::default());
    let hunt = |text: &str, invocation: &Invocation<'_>, place: &str| {
        let found = forms.iter().find(|form| text.contains(*form));
        assert_eq!(found, None, "{invocation:?}: {place}: {text}");
    };
    let mut sent = 0;
    tracing::subscriber::with_default(notes.clone(), || {
        // Other tests without a subscriber may have disabled events meanwhile.
        tracing::callsite::rebuild_interest_cache();
        for (round, (line, kind)) in LINES.iter().enumerate() {
            let invocation = Invocation::new(line, *kind, round);
            let others = [
                invocation.output("json"),
                invocation.output("yaml"),
                invocation.answer("y\n"),
                invocation.dry("--dry-run"),
                invocation.dry("--dry-run=curl"),
            ];
            // Commands that read files with secrets are run in every way, others in two.
            let reads_files = ["POLICY", "STORAGE", "MANIFEST"].iter().any(|file| line.contains(file));
            let others = others.iter().cycle().skip(round).take(if reads_files { 5 } else { 1 });
            for invocation in std::iter::once(&invocation.verbose()).chain(others) {
                let ran = stage.run(*invocation);
                hunt(&ran.out, invocation, "standard output");
                hunt(&ran.err, invocation, "standard error");
                for (path, bytes) in stage.left() {
                    hunt(&String::from_utf8_lossy(&bytes), invocation, &path.display().to_string());
                }
                let bodies = stage.requests().into_iter().map(|request| String::from_utf8(request.body).unwrap());
                sent += bodies.filter(|body| forms.iter().any(|form| body.contains(form))).count();
                hunt(&std::mem::take(&mut *notes.0.lock().unwrap()), invocation, "events");
            }
        }
    });
    // The secret must be sent, otherwise this test proves nothing.
    assert!(sent > 8, "{sent}");
    assert!(LINES.iter().any(|(_, kind)| *kind == Kind::Changes));
}

#[test]
fn every_form_is_found() {
    assert_eq!(base64(b"foob"), "Zm9vYg");
    assert!(base64(format!("password={SECRET};").as_bytes()).contains(&forms()[8]));
    assert!(forms().contains(&"hunter%222%5C%2F%2B%20%26%3D%25%3Cx%3E".to_owned()), "{:?}", forms());
}
