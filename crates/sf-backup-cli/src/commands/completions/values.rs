//! Values from the cluster or the configuration.

use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clap::{Arg, Command, FromArgMatches};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use sf_backup_hyper::RetryPolicy;
use sf_backup_ops::inventory::{partition_names, without_scheme};
use sf_backup_proto::inventory::GetApplicationInfoList;
use sf_backup_proto::{ApplicationId, GetBackupPolicyList, PolicyName, ServiceId};

use crate::cluster::batch;
use crate::cluster::client::Client;
use crate::cluster::inventory::{self, services};
use crate::cluster::pages::all;
use crate::connection::context_store;
use crate::connection::environment::Environment;
use crate::connection::secret_ref::SecretRef;
use crate::connection::{Connection, Token};
use crate::options::global::Options;
use crate::options::scope::Scope;

/// Time limit for reading names.
const PATIENCE: Duration = Duration::from_secs(1);
const PARALLEL: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);
/// With more applications, services are offered only after the application was typed.
const FEW_APPLICATIONS: usize = 32;

/// A name and a description.
type Candidate = (String, Option<String>);

/// The kind of thing that a value names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Policy,
    Application,
    Service,
    Partition,
    Context,
}

/// The kind of thing that an argument names, if it is one of these.
fn named(noun: &str, verb: &str, arg: &Arg) -> Option<Named> {
    let value = arg.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
    match (noun, verb, arg.get_id().as_str(), value) {
        // These create new ones.
        ("policy", "create", ..) | ("context", "add" | "import-sfctl", ..) => None,
        ("context", _, _, "NAME") | (_, _, "context", _) => Some(Named::Context),
        ("policy", _, _, "NAME") | (_, _, "policy", _) => Some(Named::Policy),
        (_, _, _, "APP") | (_, _, "app", _) => Some(Named::Application),
        (_, _, _, "SERVICE") | (_, _, "service" | "into", _) => Some(Named::Service),
        (_, _, _, "PARTITION") | (_, _, "partition", _) => Some(Named::Partition),
        _ => None,
    }
}

/// The command, with arguments that query the cluster of the words so far.
pub(super) fn asked_of_the_cluster(command: fn() -> Command, words: &[OsString], environment: &Environment) -> Command {
    let source = Arc::new(NameSource { command, words: words.to_vec(), environment: environment.clone() });
    let of_command = |noun: String, verb: String| {
        let source = source.clone();
        move |arg: Arg| match named(&noun, &verb, &arg) {
            Some(named) => {
                let source = source.clone();
                arg.add(ArgValueCompleter::new(move |typed: &OsStr| source.candidates(named, typed)))
            }
            // Global options are offered if nothing else is, or once they are started.
            None if arg.is_global_set() => arg.hide(true),
            None => arg,
        }
    };
    let nouns = command().mut_args(of_command(String::new(), String::new()));
    nouns.mut_subcommands(|noun| {
        let name = noun.get_name().to_owned();
        let noun = noun.mut_args(of_command(name.clone(), String::new()));
        noun.mut_subcommands(|verb| {
            let act = of_command(name.clone(), verb.get_name().to_owned());
            verb.mut_args(act)
        })
    })
}

/// Queries the cluster that the words so far select.
struct NameSource {
    command: fn() -> Command,
    words: Vec<OsString>,
    environment: Environment,
}

impl NameSource {
    /// The names that continue what was typed; empty after any error.
    fn candidates(&self, named: Named, typed: &OsStr) -> Vec<CompletionCandidate> {
        let typed = typed.to_string_lossy();
        let names = match named {
            Named::Context => self.contexts(),
            named => self.of_cluster(named, &typed),
        };
        let names = names.unwrap_or_default().into_iter();
        // Others would be options, or mean a list on standard input.
        let names = names.filter(|(name, _)| name.starts_with(&*typed) && !name.starts_with('-'));
        names.map(|(name, word)| CompletionCandidate::new(name).help(word.map(Into::into))).collect()
    }

    fn contexts(&self) -> Option<Vec<Candidate>> {
        let (contexts, _) = context_store::read(&self.environment.config_file()?).ok()?;
        let names = contexts.iter().map(|(name, settings)| {
            let endpoints: Vec<_> = settings.endpoints.iter().map(ToString::to_string).collect();
            (name.to_string(), Some(endpoints.join(", ")))
        });
        Some(names.collect())
    }

    fn of_cluster(&self, named: Named, typed: &str) -> Option<Vec<Candidate>> {
        let client = self.client()?;
        let runtime = crate::cluster::runtime::runtime().ok()?;
        let names = runtime.block_on(async { tokio::time::timeout(PATIENCE, names(&client, named, typed)).await });
        // Do not wait for connections to close.
        runtime.shutdown_background();
        names.ok()?
    }

    /// A client without retries and with a short time limit.
    fn client(&self) -> Option<Client> {
        let matches = (self.command)().ignore_errors(true).try_get_matches_from(&self.words).ok()?;
        let options = Options::from_arg_matches(&matches).ok()?;
        let connection = Connection::of(&options.connection, &self.environment).ok()?;
        // A command that gets a token could prompt the user.
        let token = connection.token.as_ref().map(|token| &token.value);
        if matches!(token, Some(Token::Reference(SecretRef::Command { .. }))) {
            return None;
        }
        let builder = connection.builder(connection.tls().ok()?).retry(RetryPolicy::never()).deadline(PATIENCE);
        Some(Client::new(connection.client(builder).ok()?, None))
    }
}

async fn names(client: &Client, named: Named, typed: &str) -> Option<Vec<Candidate>> {
    let full = typed.starts_with("fabric:");
    let displayed = |name: &str| if full { name } else { without_scheme(name) }.to_owned();
    match named {
        Named::Policy => {
            let policies = all(client, GetBackupPolicyList::new()).await.ok()?;
            let names = policies.into_iter().map(|policy| policy.name);
            Some(names.filter(|name| means::<PolicyName>(name, name)).map(|name| (name, None)).collect())
        }
        Named::Application => {
            let applications = applications(client).await?;
            let names = applications.iter().map(|id| (displayed(&id.to_string()), id.to_string()));
            Some(names.filter(|(name, id)| means::<ApplicationId>(name, id)).map(|(name, _)| (name, None)).collect())
        }
        Named::Service => {
            let applications = applications(client).await?;
            let begun = |id: &&ApplicationId| typed.starts_with(&format!("{}/", displayed(&id.to_string())));
            let chosen: Vec<_> = match applications.iter().filter(begun).count() {
                0 => applications.clone(),
                _ => applications.iter().filter(begun).cloned().collect(),
            };
            if chosen.len() > FEW_APPLICATIONS {
                return Some(chosen.iter().map(|id| (format!("{}/", displayed(&id.to_string())), None)).collect());
            }
            let lists = batch::try_map(chosen, PARALLEL, |id| services(client.clone(), id)).await.ok()?;
            let ids = lists.into_iter().flat_map(|(_, services)| services).map(|service| service.id.to_string());
            let names = ids.map(|id| (displayed(&id), id)).filter(|(name, id)| means::<ServiceId>(name, id));
            Some(names.map(|(name, _)| (name, None)).collect())
        }
        Named::Partition => {
            let inventory = inventory::read(client, &Scope::Cluster, PARALLEL).await.ok()?;
            let services = inventory.applications.iter().flat_map(|application| &application.services);
            let offers = services.flat_map(|service| {
                let names = partition_names(&service.id, &service.partitions);
                let named = service.partitions.iter().zip(names);
                named.map(|(partition, name)| (partition.id.to_string(), name)).collect::<Vec<_>>()
            });
            let named = |(id, name): &(String, String)| {
                // The only partition of a service has the service's name.
                let name = if full { format!("fabric:/{name}") } else { name.clone() };
                (name, Some(id.clone()))
            };
            let offers: Vec<_> = offers.collect();
            // Names first: ids only if one was started.
            let ids = offers.iter().filter(|_| !typed.is_empty()).map(|(id, name)| (id.clone(), Some(name.clone())));
            Some(offers.iter().map(named).chain(ids).collect())
        }
        Named::Context => None,
    }
}

/// Whether typing a name selects the thing that it was derived from.
fn means<T: FromStr + Display>(name: &str, id: &str) -> bool {
    name.parse::<T>().is_ok_and(|named| named.to_string() == id)
}

async fn applications(client: &Client) -> Option<Vec<ApplicationId>> {
    let applications = all(client, GetApplicationInfoList::new()).await.ok()?;
    Some(applications.into_iter().filter_map(|info| info.name?.parse().ok()).collect())
}
