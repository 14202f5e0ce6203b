//! The connection as `context show` prints it: each value with its source.

use serde::Serialize;

use crate::connection::{Connection, Setting, Source, Token};
use crate::output::render::table::Table;
use crate::output::shell::word;

/// One value.
#[derive(Debug, Serialize)]
pub(crate) struct SettingView {
    name: &'static str,
    value: String,
    source: String,
}

impl Connection {
    /// Every value, by the name of its option. Names the source of a token, but not the token.
    pub(crate) fn rows(&self) -> Vec<SettingView> {
        let mut list = List(Vec::new());
        list.add("endpoint", &self.endpoints.source, self.endpoints.value.iter());
        if let Some(Setting { value, source }) = &self.client {
            list.add("cert", source, value.cert.iter().map(|path| path.display()));
            list.add("key", source, value.key.iter().map(|path| path.display()));
            list.add("pkcs12", source, value.pkcs12.iter().map(|path| path.display()));
            list.add("pkcs12-password-file", source, value.pkcs12_password_file.iter().map(|path| path.display()));
            list.add("cert-store", source, &value.cert_store);
            list.add("cert-thumbprint", source, value.cert_thumbprint);
            list.add("cert-subject", source, &value.cert_subject);
        }
        if let Some(Setting { value, source }) = &self.server {
            list.add("ca", source, value.ca.iter().map(|path| path.display()));
            list.add("server-thumbprint", source, value.thumbprints.iter());
            list.add("server-common-name", source, value.common_names.iter().map(|name| name.as_str()));
            list.add("insecure", source, value.insecure.then_some(true));
        }
        if let Some(Setting { value, source }) = &self.token {
            let text = match value {
                Token::Reference(reference) => reference.to_string(),
                Token::Value(_) => "(hidden)".to_owned(),
                Token::Missing(reason) => format!("(missing: {reason})"),
            };
            list.add("token", source, [text]);
        }
        if let Some(Setting { value, source }) = &self.api_version {
            list.add("api-version", source, [value]);
        }
        let delimiter = &self.id_delimiter;
        list.add("id-delimiter", &delimiter.source, [format!("{:?}", delimiter.value).to_lowercase()]);
        if let Some(Setting { value, source }) = &self.timeout {
            list.add("timeout", source, [value.seconds()]);
        }
        list.0
    }

    /// The settings as arguments of a command line, without defaults and without a token that is not a reference.
    pub(crate) fn arguments(&self) -> String {
        let default = Source::Default.to_string();
        let mut words = Vec::new();
        for SettingView { name, value, source } in self.rows() {
            match name {
                "endpoint" => words.push(format!("-e {}", word(&value))),
                _ if source == default => {}
                "insecure" => words.push("--insecure".to_owned()),
                "token" if value.starts_with('(') => {}
                name => words.push(format!("--{name} {}", word(&value))),
            }
        }
        words.join(" ")
    }
}

struct List(Vec<SettingView>);

impl List {
    fn add<T: ToString>(&mut self, name: &'static str, source: &Source, values: impl IntoIterator<Item = T>) {
        let settings =
            values.into_iter().map(|value| SettingView { name, value: value.to_string(), source: source.to_string() });
        self.0.extend(settings);
    }
}

/// The text form.
pub(crate) fn table(list: &[SettingView]) -> Table {
    let mut table = Table::new(&["OPTION", "VALUE", "FROM"]);
    for SettingView { name, value, source } in list {
        table.row([(*name).to_owned(), value.clone(), source.clone()]);
    }
    table
}
