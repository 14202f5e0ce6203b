//! `sf-backup context …`

use clap::Subcommand;

use crate::options::context_name::{ContextChoice, ContextName};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Create a context from the connection options
    ///
    /// Stores the connection options of the command line and the environment, with absolute paths. A token is stored
    /// only by reference (--token, --token-file, --token-command). The first context becomes the current one.
    #[command(after_help = "Examples:
  sf-backup context add local -e http://localhost:19080
  sf-backup context add prod -e https://cluster.example:19080 --cert me.pem --server-common-name cluster.example
  sf-backup context add prod -e https://cluster.example:19080 --token-command 'az account get-access-token --query accessToken -o tsv' --replace")]
    Add {
        #[arg(value_name = "NAME")]
        name: ContextName,
        /// Overwrite an existing context
        #[arg(long)]
        replace: bool,
    },

    /// List the contexts
    #[command(after_help = "Examples:
  sf-backup context list
  sf-backup -o json context list")]
    List,

    /// Set the current context, which all commands use; 'none' unsets it
    #[command(after_help = "Examples:
  sf-backup context use prod
  sf-backup context use none")]
    Use {
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
        #[arg(value_name = "NAME")]
        name: Option<ContextChoice>,
    },

    /// Delete a context
    #[command(after_help = "Examples:
  sf-backup context remove prod")]
    Remove {
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
        #[arg(value_name = "NAME", default_value = "sfctl")]
        name: ContextName,
        /// Overwrite an existing context
        #[arg(long)]
        replace: bool,
    },
}
