//! The connection settings in the environment: options as variables, read by the same parser.

use std::ffi::OsString;

use clap::Parser;

use crate::connection::environment::Environment;
use crate::connection::{Settings, Token};
use crate::options::context_name::ContextChoice;
use crate::options::global::ConnectionArgs;
use crate::options::parse_error::line;
use crate::output::failure::Failure;

/// A part of [`Settings`] that is decided as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Endpoints,
    Client,
    Server,
    ApiVersion,
    IdDelimiter,
    Timeout,
}

/// The variable of each option.
const VARIABLES: [(&str, &str, Group); 15] = [
    ("SF_BACKUP_ENDPOINT", "--endpoint", Group::Endpoints),
    ("SF_BACKUP_CERT", "--cert", Group::Client),
    ("SF_BACKUP_KEY", "--key", Group::Client),
    ("SF_BACKUP_PKCS12", "--pkcs12", Group::Client),
    ("SF_BACKUP_PKCS12_PASSWORD_FILE", "--pkcs12-password-file", Group::Client),
    ("SF_BACKUP_CERT_STORE", "--cert-store", Group::Client),
    ("SF_BACKUP_CERT_THUMBPRINT", "--cert-thumbprint", Group::Client),
    ("SF_BACKUP_CERT_SUBJECT", "--cert-subject", Group::Client),
    ("SF_BACKUP_CA", "--ca", Group::Server),
    ("SF_BACKUP_SERVER_THUMBPRINT", "--server-thumbprint", Group::Server),
    ("SF_BACKUP_SERVER_COMMON_NAME", "--server-common-name", Group::Server),
    ("SF_BACKUP_INSECURE", "--insecure", Group::Server),
    ("SF_BACKUP_API_VERSION", "--api-version", Group::ApiVersion),
    ("SF_BACKUP_ID_DELIMITER", "--id-delimiter", Group::IdDelimiter),
    ("SF_BACKUP_TIMEOUT", "--timeout", Group::Timeout),
];
const TOKEN: &str = "SF_BACKUP_TOKEN";
const CONTEXT: &str = "SF_BACKUP_CONTEXT";

#[derive(Debug, Parser)]
struct Variables {
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The settings of the variables, in the groups that `above` leaves open: a key in the environment is not an error if
/// the command line has a certificate with its own key.
pub(crate) fn settings(environment: &Environment, above: &Settings) -> Result<Settings, Failure> {
    let mut args = vec![OsString::new()];
    for (variable, option, group) in VARIABLES {
        let Some(value) = environment.get(variable).filter(|_| !sets(above, group)) else { continue };
        if option == "--insecure" {
            if truth(&value.to_string_lossy()).map_err(|rule| Failure::usage(format!("{variable}: {rule}")))? {
                args.push(option.into());
            }
            continue;
        }
        let mut arg = OsString::from(option);
        arg.push("=");
        arg.push(value);
        args.push(arg);
    }
    let parsed = if args.len() > 1 { Some(Variables::try_parse_from(args)) } else { None };
    let mut settings = match parsed.transpose() {
        Ok(parsed) => parsed.map(|variables| Settings::from(&variables.connection)).unwrap_or_default(),
        Err(error) => return Err(Failure::usage(in_variables(line(&error)))),
    };
    if let Some(token) = environment.get(TOKEN) {
        let token = token.to_str().ok_or_else(|| Failure::usage(format!("{TOKEN}: is not UTF-8 text")))?;
        settings.token = Some(Token::Value(token.into()));
    }
    Ok(settings)
}

/// The context that the environment names.
pub(crate) fn context(environment: &Environment) -> Result<Option<ContextChoice>, Failure> {
    let choice = environment.get(CONTEXT).map(|name| name.to_string_lossy().parse());
    choice.transpose().map_err(|error| Failure::usage(format!("{CONTEXT}: {error}")))
}

fn sets(settings: &Settings, group: Group) -> bool {
    match group {
        Group::Endpoints => !settings.endpoints.is_empty(),
        Group::Client => settings.client.is_some(),
        Group::Server => settings.server.is_some(),
        Group::ApiVersion => settings.api_version.is_some(),
        Group::IdDelimiter => settings.id_delimiter.is_some(),
        Group::Timeout => settings.timeout.is_some(),
    }
}

/// Reads a boolean strictly: an ambiguous word must not disable verification.
fn truth(value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "y" | "yes" | "t" | "true" | "on" | "1" => Ok(true),
        "n" | "no" | "f" | "false" | "off" | "0" => Ok(false),
        _ => Err(format!("{value:?} is neither true nor false")),
    }
}

/// The parser's message, with each option replaced by its variable.
fn in_variables(mut line: String) -> String {
    for (variable, option, _) in VARIABLES {
        line = line.replace(&format!("{option} <"), &format!("{variable} <"));
        line = line.replace(&format!("'{option}'"), &format!("'{variable}'"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
        let environment =
            variables.iter().fold(Environment::none(), |environment, (name, value)| environment.variable(name, value));
        settings(&environment, &Settings::default()).map_err(|failure| match failure {
            Failure::Usage(line) => line,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn every_connection_option_has_a_variable() {
        let all = [
            ("SF_BACKUP_ENDPOINT", "http://one:1,http://two:2"),
            ("SF_BACKUP_API_VERSION", "7.0"),
            ("SF_BACKUP_ID_DELIMITER", "tilde"),
            ("SF_BACKUP_TIMEOUT", "30"),
            ("SF_BACKUP_CERT", "-odd=name.pem"),
            ("SF_BACKUP_KEY", "me.key"),
            ("SF_BACKUP_SERVER_COMMON_NAME", "a,b"),
            ("SF_BACKUP_TOKEN", "hunter2"),
        ];
        let settings = read(&all).unwrap();
        assert_eq!(settings.endpoints.len(), 2);
        assert_eq!(settings.client.as_ref().unwrap().cert, Some("-odd=name.pem".into()));
        assert_eq!(settings.server.as_ref().unwrap().common_names.len(), 2);
        assert_eq!(settings.timeout.unwrap().seconds(), 30);
        assert!(!format!("{settings:?}").contains("hunter2"));
        for (no, value) in [(true, "0"), (true, "False"), (true, ""), (false, "1"), (false, "yes")] {
            assert_eq!(read(&[("SF_BACKUP_INSECURE", value)]).unwrap().server.is_none(), no, "{value}");
        }
    }

    #[test]
    fn mistakes_name_the_variable() {
        let error = read(&[("SF_BACKUP_TIMEOUT", "soon")]).unwrap_err();
        assert!(error.starts_with("SF_BACKUP_TIMEOUT <SECONDS>: ") && error.contains("\"soon\""), "{error}");
        let error = read(&[("SF_BACKUP_CERT", "a"), ("SF_BACKUP_PKCS12", "b")]).unwrap_err();
        assert!(error.contains("SF_BACKUP_CERT") && error.contains("SF_BACKUP_PKCS12"), "{error}");
        let error = read(&[("SF_BACKUP_KEY", "a")]).unwrap_err();
        assert!(error.contains("SF_BACKUP_CERT"), "{error}");
        assert!(!error.contains("--"), "{error}");
        let error = read(&[("SF_BACKUP_INSECURE", "disabled")]).unwrap_err();
        assert_eq!(error, "SF_BACKUP_INSECURE: \"disabled\" is neither true nor false");
    }
}
