//! The configuration file: named contexts, and the current one.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::connection::Settings;
use crate::connection::context_fields::ContextFields;
use crate::options::context_name::ContextName;

const HEADER: &str = "\
# Contexts of sf-backup, written by 'sf-backup context'. Members have the names of the options; comments are not kept.
# Tokens are stored as references (env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS), never as values.

";

/// All contexts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Contexts {
    /// The context that is used if none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<ContextName>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    contexts: BTreeMap<ContextName, Entry>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ContextFields", into = "ContextFields")]
struct Entry(Settings);

impl TryFrom<ContextFields> for Entry {
    type Error = String;
    fn try_from(members: ContextFields) -> Result<Self, String> {
        members.try_into().map(Self)
    }
}

impl From<Entry> for ContextFields {
    fn from(entry: Entry) -> Self {
        entry.0.into()
    }
}

impl Contexts {
    /// Parses the text of the file. `file` is for errors, which contain the line, the member and the rule.
    pub(crate) fn parse(text: &str, file: &Path) -> Result<Self, String> {
        let place = |span: Option<std::ops::Range<usize>>| {
            let line = span.and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
            line.map_or_else(|| file.display().to_string(), |line| format!("{}, line {line}", file.display()))
        };
        // The library's own message would contain the line, which may contain a secret.
        let blame =
            |error: &toml::de::Error| format!("{}: {}", place(error.span()), error.message().replace('\n', "; "));
        let document = toml::Deserializer::parse(text).map_err(|error| blame(&error))?;
        serde_path_to_error::deserialize(document).map_err(|error| {
            let member = error.path().to_string();
            let inner = error.inner();
            let message = inner.message().replace('\n', "; ");
            match member.as_str() {
                "." => blame(inner),
                member => format!("{}: {member}: {message}", place(inner.span())),
            }
        })
    }

    /// The text of the file.
    pub(crate) fn text(&self) -> Result<String, String> {
        let body = toml::to_string_pretty(self).map_err(|error| format!("the contexts cannot be written: {error}"))?;
        Ok(format!("{HEADER}{body}"))
    }

    pub(crate) fn get(&self, name: &ContextName) -> Option<&Settings> {
        self.contexts.get(name).map(|entry| &entry.0)
    }

    /// Adds or replaces a context. Returns whether it existed.
    pub(crate) fn put(&mut self, name: ContextName, settings: Settings) -> bool {
        self.contexts.insert(name, Entry(settings)).is_some()
    }

    /// Removes a context. Returns whether it existed.
    pub(crate) fn remove(&mut self, name: &ContextName) -> bool {
        if self.current.as_ref() == Some(name) {
            self.current = None;
        }
        self.contexts.remove(name).is_some()
    }

    /// The contexts, sorted by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&ContextName, &Settings)> {
        self.contexts.iter().map(|(name, entry)| (name, &entry.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Contexts, String> {
        Contexts::parse(text, Path::new("config.toml"))
    }

    const FULL: &str = r#"
current = "prod"

[contexts.prod]
endpoint = ["https://a:19080", "https://b:19080"]
cert = "/me.pem"
key = "/me.key"
ca = ["/ca.pem"]
server-common-name = ["cluster"]
token = "cmd:az account get-access-token"
api-version = "7.0"
id-delimiter = "tilde"
timeout = 30

[contexts."a.b"]
pkcs12 = "/me.pfx"
pkcs12-password-file = "/password"
server-thumbprint = ["349A95382E3A4D8FD6D42B36B4C04ABFF35BD421"]

[contexts.store]
cert-store = 'LocalMachine\My'
cert-thumbprint = "34 9a 95 38 2e 3a 4d 8f d6 d4 2b 36 b4 c0 4a bf f3 5b d4 21"

[contexts.subject]
cert-subject = "CN=operator"
"#;

    #[test]
    fn contexts_survive_a_round_trip() {
        // A path on Windows is absolute only with its drive.
        let full = if cfg!(windows) { FULL.replace("\"/", "\"C:/") } else { FULL.to_owned() };
        let contexts = parse(&full).unwrap();
        assert_eq!(contexts.iter().count(), 4);
        let text = contexts.text().unwrap();
        assert!(text.contains("349A95382E3A4D8FD6D42B36B4C04ABFF35BD421"), "{text}");
        assert_eq!(parse(&text), Ok(contexts), "{text}");
        assert_eq!(parse(""), Ok(Contexts::default()));
        assert_eq!(parse(&Contexts::default().text().unwrap()), Ok(Contexts::default()));
    }

    #[test]
    fn mistakes_are_reported_with_line_member_and_rule() {
        for (text, start) in [
            ("\n[contexts.prod]\nendpont = []\n", "config.toml, line 3: contexts.prod.endpont: unknown field"),
            ("contexts = 7\n", "config.toml, line 1: contexts: invalid type"),
            (
                "[contexts.a]\nendpoint = [\n\"ftp://x\",\n]\n",
                "config.toml, line 2: contexts.a.endpoint[0]: endpoint \"ftp://x\"",
            ),
            ("[contexts.a]\ntoken = \"hunter2\"\n", "config.toml, line 2: contexts.a.token: must be a reference"),
            ("[contexts.a]\ntimeout = 0\n", "config.toml, line 2: contexts.a.timeout: "),
            ("[contexts.a]\nid-delimiter = \"dot\"\n", "config.toml, line 2: contexts.a.id-delimiter: unknown variant"),
            ("\n[contexts.a]\nkey = \"/k\"\n", "config.toml, line 2: contexts.a: key: requires cert"),
            (
                "[contexts.a]\ncert = \"me.pem\"\n",
                "config.toml, line 1: contexts.a: cert: \"me.pem\" must be an absolute path",
            ),
            (
                "[contexts.a]\ncert-store = 'CurrentUser\\My'\n",
                "config.toml, line 1: contexts.a: cert-store: requires cert-thumbprint or cert-subject",
            ),
            (
                "[contexts.a]\ncert-store = 'My'\n",
                "config.toml, line 2: contexts.a.cert-store: certificate store \"My\"",
            ),
            (
                "[contexts.a]\ncert-subject = 'a'\npkcs12 = '/a'\n",
                "config.toml, line 1: contexts.a: cert-thumbprint and cert-subject: cannot be used with cert or pkcs12",
            ),
            ("[contexts.none]\n", "config.toml, line 1: contexts"),
            ("[contexts.a]\nx = = 1\n", "config.toml, line 2: "),
            ("colour = 1\n", "config.toml, line 1: colour: unknown field"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(start), "{error:?} should begin with {start:?}");
            assert!(!error.contains("hunter2") && !error.contains('\n'), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_rejected(text in "\\PC{0,200}", cut in 0..600_usize) {
            let _ = parse(&text);
            let cut = FULL.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(FULL.len());
            let _ = parse(&format!("{}{text}", &FULL[..cut]));
        }
    }
}
