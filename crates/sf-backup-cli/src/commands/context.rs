//! `sf-backup context …`: named connections.

mod add;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use self::add::{Adding, add};
use crate::cluster::checks::{self, Detail};
use crate::cluster::context::CommandContext;
use crate::connection::context_file::Contexts;
use crate::connection::environment::Environment;
use crate::connection::{Connection, Settings, context_store, given, sfctl, view};
use crate::options::context_name::{ContextChoice, ContextName};
use crate::options::global::{ConnectionArgs, Options};
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::table::Table;
use crate::output::render::{Format, document};

#[derive(Debug, Subcommand)]
pub(crate) enum ContextCommand {
    /// Create a context from the connection options
    ///
    /// Stores the connection options of the command line and the environment, with absolute paths. A token is stored
    /// only by reference (--token, --token-file, --token-command). The first context becomes the current one.
    #[command(after_help = "Examples:
  sf-backup context add local -e http://localhost:19080
  sf-backup context add prod -e https://cluster.example:19080 --cert me.pem --server-common-name cluster.example
  sf-backup context add prod -e https://cluster.example:19080 --token-command 'az account get-access-token --query accessToken -o tsv' --replace")]
    Add {
        /// Name of the new context: letters, digits, '.', '_' and '-'
        #[arg(value_name = "NAME")]
        name: ContextName,
        /// Overwrite an existing context
        #[arg(long)]
        replace: bool,
    },

    /// List the contexts
    #[command(
        alias = "ls",
        after_help = "Examples:
  sf-backup context list
  sf-backup -o json context list"
    )]
    List,

    /// Set the current context, which all commands use; 'none' unsets it
    #[command(after_help = "Examples:
  sf-backup context use prod
  sf-backup context use none")]
    Use {
        /// Name of the context, or 'none'
        #[arg(value_name = "NAME")]
        name: ContextChoice,
    },

    /// Show the effective connection settings, and where each value comes from
    #[command(after_help = "Examples:
  sf-backup context show
  sf-backup context show prod
  sf-backup -e http://localhost:19080 -o json context show prod")]
    Show {
        /// Same as --context NAME
        #[arg(value_name = "NAME")]
        name: Option<ContextChoice>,
    },

    /// Test the connection of a context; a short form of 'sf-backup doctor'
    #[command(after_help = "Examples:
  sf-backup context test
  sf-backup context test prod")]
    Test {
        /// Name of the context to test; if not given, the current one
        #[arg(value_name = "NAME")]
        name: Option<ContextChoice>,
    },

    /// Remove a context
    #[command(after_help = "Examples:
  sf-backup context remove prod")]
    Remove {
        /// Name of the context
        #[arg(value_name = "NAME")]
        name: ContextName,
    },

    /// Import the cluster selected by 'sfctl cluster select' as a context
    ///
    /// Options on the command line override sfctl's settings. sfctl's token is not copied: give --token-command.
    #[command(after_help = "Examples:
  sf-backup context import-sfctl
  sf-backup context import-sfctl prod --replace")]
    ImportSfctl {
        /// Name of the new context
        #[arg(value_name = "NAME", default_value = "sfctl")]
        name: ContextName,
        /// Overwrite an existing context
        #[arg(long)]
        replace: bool,
    },
}

/// Runs a verb.
pub(crate) fn run(
    verb: ContextCommand,
    context: CommandContext<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let CommandContext { options, environment, .. } = context;
    match verb {
        ContextCommand::List => list(environment, terminal),
        ContextCommand::Show { name } => show(name, options, environment, terminal),
        ContextCommand::Test { name } => {
            let args = with_context(&options.connection, name);
            checks::run(&args, Detail::Short, context, terminal)
        }
        ContextCommand::Use { name } => choose(&name, options, environment, terminal),
        ContextCommand::Remove { name } => remove(&name, options, environment, terminal),
        ContextCommand::Add { name, replace } => {
            let layers = given(&options.connection, environment)?;
            add(Adding { name, replace, layers: layers.into() }, options, environment, terminal)
        }
        ContextCommand::ImportSfctl { name, replace } => {
            let [flags, _] = given(&options.connection, environment)?;
            let selected = sfctl::layer(environment)?.ok_or_else(|| {
                Failure::usage("sfctl has no selected cluster; run 'sfctl cluster select --endpoint URL' first")
            })?;
            for note in &selected.notes {
                terminal.note(note);
            }
            add(Adding { name, replace, layers: vec![flags, selected] }, options, environment, terminal)
        }
    }
}

/// The arguments as if `--context` had been given.
fn with_context(args: &ConnectionArgs, name: Option<ContextChoice>) -> ConnectionArgs {
    let context = name.or_else(|| args.context.clone());
    ConnectionArgs { context, ..args.clone() }
}

fn file(environment: &Environment) -> Result<PathBuf, Failure> {
    let missing = "no folder for contexts: set HOME or XDG_CONFIG_HOME (on Windows APPDATA)";
    environment.config_file().ok_or_else(|| Failure::Other(missing.to_owned()))
}

/// A context in a list.
#[derive(Debug, Serialize)]
struct Row {
    name: ContextName,
    current: bool,
    endpoints: Vec<String>,
}

fn list(environment: &Environment, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let (contexts, warnings) = match environment.config_file() {
        Some(file) => context_store::read(&file)?,
        None => Default::default(),
    };
    for warning in warnings {
        terminal.warn(&warning);
    }
    let row = |(name, settings): (&ContextName, &Settings)| Row {
        name: name.clone(),
        current: contexts.current.as_ref() == Some(name),
        endpoints: settings.endpoints.iter().map(ToString::to_string).collect(),
    };
    let rows: Vec<Row> = contexts.iter().map(row).collect();
    match terminal.options.format {
        Format::Table => {
            if rows.is_empty() {
                terminal.note("no contexts; create one with 'sf-backup context add NAME -e URL'");
            }
            let mut table = Table::new(&["NAME", "CURRENT", "ENDPOINTS"]);
            for row in rows {
                let current = if row.current { "yes" } else { "" };
                table.row([row.name.to_string(), current.to_owned(), row.endpoints.join(", ")]);
            }
            terminal.table(&table)
        }
        format => terminal.result(&document(format, &rows)?),
    }
}

fn show(
    name: Option<ContextChoice>,
    options: &Options,
    environment: &Environment,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let connection = Connection::of(&with_context(&options.connection, name), environment)?;
    let list = connection.rows();
    match terminal.options.format {
        Format::Table => terminal.table(&view::table(&list))?,
        format => terminal.result(&document(format, &list)?)?,
    }
    for warning in &connection.warnings {
        terminal.warn(warning);
    }
    for note in &connection.notes {
        terminal.note(note);
    }
    Ok(())
}

fn choose(
    choice: &ContextChoice,
    options: &Options,
    environment: &Environment,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let file = file(environment)?;
    let current = match choice {
        ContextChoice::None => None,
        ContextChoice::Named(name) => Some(name.clone()),
    };
    let message = match &current {
        Some(name) => format!("context {name} is the current one"),
        None => "no context is current".to_owned(),
    };
    change(&file, options, terminal, |contexts| {
        if let Some(name) = &current {
            known(name, contexts, &file)?;
        }
        contexts.current.clone_from(&current);
        Ok(())
    })?;
    done(terminal, &would(options, message))
}

fn remove(
    name: &ContextName,
    options: &Options,
    environment: &Environment,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let file = file(environment)?;
    change(&file, options, terminal, |contexts| {
        known(name, contexts, &file)?;
        contexts.remove(name);
        Ok(())
    })?;
    done(terminal, &would(options, format!("context {name} is removed")))
}

/// Changes the file; in a dry run, only checks that the change is possible.
fn change(
    file: &Path,
    options: &Options,
    terminal: &mut Terminal<'_>,
    change: impl FnOnce(&mut Contexts) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if options.dry_run.is_some() {
        return change(&mut context_store::read(file)?.0);
    }
    if let Some(warning) = context_store::change(file, change)? {
        terminal.warn(&warning);
    }
    Ok(())
}

fn would(options: &Options, message: String) -> String {
    if options.dry_run.is_some() {
        format!("dry run, nothing is changed; without --dry-run: {message}")
    } else {
        message
    }
}

fn known(name: &ContextName, contexts: &Contexts, file: &Path) -> Result<(), Failure> {
    contexts.get(name).map(|_| ()).ok_or_else(|| context_store::unknown(name, contexts, file))
}

fn done(terminal: &mut Terminal<'_>, message: &str) -> Result<(), Failure> {
    match terminal.options.format {
        Format::Table if terminal.options.quiet => Ok(()),
        Format::Table => terminal.remark(&format!("{message}\n")),
        Format::Json | Format::Yaml => terminal.result("{}\n"),
    }
}
