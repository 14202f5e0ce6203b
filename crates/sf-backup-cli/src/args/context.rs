//! `sf-backup context …`

use clap::Subcommand;

use crate::context::name::{ContextChoice, ContextName};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Stores the connection options under a name
    ///
    /// What the command line and the environment say of the connection is stored, paths as absolute ones. A token is stored
    /// by reference only (--token, --token-file, --token-command). The first context becomes the current one.
    #[command(after_help = "Examples:
  sf-backup context add local -e http://localhost:19080
  sf-backup context add prod -e https://cluster.example:19080 --cert me.pem --server-common-name cluster.example
  sf-backup context add prod -e https://cluster.example:19080 --token-command 'az account get-access-token --query accessToken -o tsv' --replace")]
    Add {
        #[arg(value_name = "NAME")]
        name: ContextName,
        /// Takes the place of a context of this name
        #[arg(long)]
        replace: bool,
    },

    /// Lists the contexts
    #[command(after_help = "Examples:
  sf-backup context list
  sf-backup -o json context list")]
    List,

    /// Makes a context the current one, which every command takes; 'none' makes none current
    #[command(after_help = "Examples:
  sf-backup context use prod
  sf-backup context use none")]
    Use {
        #[arg(value_name = "NAME")]
        name: ContextChoice,
    },

    /// Shows what a command would use, and where each value comes from
    #[command(after_help = "Examples:
  sf-backup context show
  sf-backup context show prod
  sf-backup -e http://localhost:19080 -o json context show prod")]
    Show {
        /// As if --context said it
        #[arg(value_name = "NAME")]
        name: Option<ContextChoice>,
    },

    /// Checks whether a context leads to a cluster: 'sf-backup doctor' in short
    #[command(after_help = "Examples:
  sf-backup context test
  sf-backup context test prod")]
    Test {
        #[arg(value_name = "NAME")]
        name: Option<ContextChoice>,
    },

    /// Forgets a context
    #[command(after_help = "Examples:
  sf-backup context remove prod")]
    Remove {
        #[arg(value_name = "NAME")]
        name: ContextName,
    },

    /// Copies what 'sfctl cluster select' has selected into a context of its own
    ///
    /// Options on the command line go before what sfctl says. A token that sfctl keeps is not copied: give --token-command.
    #[command(after_help = "Examples:
  sf-backup context import-sfctl
  sf-backup context import-sfctl prod --replace")]
    ImportSfctl {
        #[arg(value_name = "NAME", default_value = "sfctl")]
        name: ContextName,
        /// Takes the place of a context of this name
        #[arg(long)]
        replace: bool,
    },
}
