//! A new context: stores what can be stored of a connection, and checks that the result is usable.

use super::{done, file};
use crate::connection::context_file::Contexts;
use crate::connection::environment::Environment;
use crate::connection::secret_ref::SecretRef;
use crate::connection::{Connection, Layer, Settings, Source, Token, context_store};
use crate::options::context_name::ContextName;
use crate::options::global::Options;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::{Format, document};

/// A context to store, and the source of its settings.
pub(super) struct Adding {
    pub(super) name: ContextName,
    pub(super) replace: bool,
    pub(super) layers: Vec<Layer>,
}

pub(super) fn add(
    adding: Adding,
    options: &Options,
    environment: &Environment,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let Adding { name, replace, layers } = adding;
    let connection = Connection::from_layers(&layers);
    if connection.endpoints.source == Source::Default {
        return Err(Failure::usage(format!("context {name}: needs an endpoint: -e URL")));
    }
    let settings = storable(&connection, environment, terminal);
    check(&name, &settings)?;
    let file = file(environment)?;
    let mut is_current = false;
    let mut put = |contexts: &mut Contexts| {
        if contexts.get(&name).is_some() && !replace {
            return Err(Failure::usage(format!("context {name}: already exists; --replace overwrites it")));
        }
        contexts.put(name.clone(), settings.clone());
        is_current = *contexts.current.get_or_insert_with(|| name.clone()) == name;
        Ok(())
    };
    if options.dry_run.is_some() {
        let (mut contexts, _) = context_store::read(&file)?;
        put(&mut contexts)?;
        return terminal.result(&match terminal.options.format {
            Format::Table => contexts.text().map_err(Failure::Other)?,
            format => document(format, &contexts)?,
        });
    }
    if let Some(warning) = context_store::change(&file, put)? {
        terminal.warn(&warning);
    }
    let state = if is_current { "the current one" } else { "not the current one; 'context use' makes it current" };
    done(terminal, &format!("context {name} is stored in {}; it is {state}", file.display()))
}

/// The settings that a file can contain: absolute paths, and no token itself.
fn storable(connection: &Connection, environment: &Environment, terminal: &mut Terminal<'_>) -> Settings {
    let mut settings = connection.settings();
    if let Some(client) = &mut settings.client {
        let files = [&mut client.cert, &mut client.key, &mut client.pkcs12, &mut client.pkcs12_password_file];
        for path in files.into_iter().flatten() {
            *path = environment.absolute(path);
        }
    }
    for path in settings.server.iter_mut().flat_map(|server| &mut server.ca) {
        *path = environment.absolute(path);
    }
    match &mut settings.token {
        Some(Token::Reference(SecretRef::File(path))) => *path = environment.absolute(path),
        Some(Token::Value(_) | Token::Missing(_)) => {
            terminal.warn(
                "secrets are not stored in the file: give the token as --token env:NAME, --token-file or \
                 --token-command",
            );
            settings.token = None;
        }
        Some(Token::Reference(_)) | None => {}
    }
    settings
}

/// Rejects a context that could never be used.
fn check(name: &ContextName, settings: &Settings) -> Result<(), Failure> {
    let plain = settings.endpoints.iter().find(|endpoint| !endpoint.is_https());
    let secret = match settings {
        Settings { token: Some(_), .. } => Some("a token"),
        Settings { client: Some(_), .. } => Some("a client certificate"),
        Settings { server: Some(server), .. } if !server.insecure => Some("checking the server's identity"),
        _ => None,
    };
    match (plain, secret) {
        (Some(endpoint), Some(what)) => {
            Err(Failure::usage(format!("context {name}: {endpoint} uses plain http; {what} requires https")))
        }
        _ => Ok(()),
    }
}
