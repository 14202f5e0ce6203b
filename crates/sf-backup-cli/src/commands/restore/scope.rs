//! The source and the target of a restore, from the arguments.

use std::str::FromStr;

use sf_backup_proto::{ApplicationId, PartitionId, ServiceId};

use super::Choice;
use crate::options::ids::PartitionRef;
use crate::options::scope::Scope;
use crate::output::failure::Failure;

/// The source and the target of a restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// The part of this cluster that is overwritten.
    pub(super) target: Scope,
    /// The owner of the backups: in this cluster, or as a storage names it.
    pub(super) source: Scope,
}

impl Route {
    /// `find` looks up a partition.
    pub(super) fn of(
        args: &Choice,
        mut find: impl FnMut(&PartitionRef) -> Result<PartitionId, Failure>,
    ) -> Result<Self, Failure> {
        let storage = args.from_storage.is_some() || args.from_policy.is_some();
        if (args.source_service.is_some() || args.source_app.is_some()) && !storage {
            return Err(Failure::usage(
                "--source-service, --source-app: apply to backups of another cluster, and require --from-storage or --from-policy",
            ));
        }
        match (&args.service, &args.app, &args.partition) {
            (Some(service), _, _) => {
                let into: Option<ServiceId> = into(args, "a service")?;
                let (target, source) = match (into, &args.source_service) {
                    (Some(_), Some(_)) => return Err(Failure::usage(TWICE)),
                    (Some(into), None) => (into, service.clone()),
                    (None, source) => (service.clone(), source.clone().unwrap_or_else(|| service.clone())),
                };
                Ok(Self { target: Scope::Service(target), source: Scope::Service(source) })
            }
            (None, Some(app), _) => {
                let into: Option<ApplicationId> = into(args, "an application")?;
                let (target, source) = match into {
                    Some(into) => (into, app.clone()),
                    None => (app.clone(), args.source_app.clone().unwrap_or_else(|| app.clone())),
                };
                Ok(Self { target: Scope::Application(target), source: Scope::Application(source) })
            }
            (None, None, Some(partition)) => {
                let into: Option<PartitionRef> = into(args, "a partition's id")?;
                let source = find(partition)?;
                let target = into.map_or(Ok(source), |into| find(&into))?;
                Ok(Self { target: Scope::Partition(target), source: Scope::Partition(source) })
            }
            (None, None, None) => Err(Failure::usage("--service, --app or --partition is required")),
        }
    }

    /// Whether each partition is restored from its own backups.
    pub(super) fn is_to_itself(&self) -> bool {
        self.target == self.source
    }

    /// The service that a source service is restored into: the same one, or the one with the same name below the other
    /// application. `None` if its name does not determine that.
    pub(super) fn counterpart(&self, service: &ServiceId) -> Option<ServiceId> {
        match (&self.source, &self.target) {
            (Scope::Service(_), Scope::Service(target)) => Some(target.clone()),
            (Scope::Application(source), Scope::Application(target)) => {
                let service = service.to_string();
                let below = service.strip_prefix(&source.to_string())?.strip_prefix('/')?;
                format!("{target}/{below}").parse().ok()
            }
            _ => Some(service.clone()),
        }
    }
}

const TWICE: &str = "--into <ID>: cannot be used with --source-service: with --into, --service names the service whose backups are restored";

fn into<T: FromStr>(args: &Choice, what: &str) -> Result<Option<T>, Failure>
where
    T::Err: std::fmt::Display,
{
    let parsed = args.into.as_deref().map(str::parse).transpose();
    parsed.map_err(|error: T::Err| Failure::Usage(format!("--into <ID>: must be {what} here: {error}")))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::RestoreCommand;
    use super::*;
    use crate::cli::{Cli, Noun};

    fn route(typed: &str) -> Result<Route, String> {
        let line = format!("sf-backup restore plan --latest {typed}");
        let cli = Cli::try_parse_from(line.split(' ')).map_err(|error| error.to_string())?;
        let Some(Noun::Restore(RestoreCommand::Plan(plan))) = cli.noun else { panic!("{typed}") };
        let find = |typed: &PartitionRef| match typed {
            PartitionRef::Id(id) => Ok(*id),
            typed => Err(Failure::Absent(typed.to_string())),
        };
        Route::of(&plan.choice, find).map_err(|failure| format!("{failure:?}"))
    }

    fn service(name: &str) -> Scope {
        Scope::Service(name.parse().unwrap())
    }

    #[test]
    fn a_service_goes_into_itself_or_another() {
        let own = route("--service A/S").unwrap();
        assert!(own.is_to_itself() && own.target == service("fabric:/A/S"));
        let into = route("--service A/S --into B/T").unwrap();
        assert_eq!((&into.target, &into.source), (&service("fabric:/B/T"), &service("fabric:/A/S")));
        let from = route("--service B/T --source-service A/S --from-storage f").unwrap();
        assert_eq!(from, into);
        for wrong in [
            "--service A/S --source-service B/T",
            "--service A/S --into B/T --source-service C/U --from-storage f",
            "--partition 6b1c2f7e-0000-4000-8000-000000000001 --into A/S",
            "--app A --source-app B",
            "--service A/S --source-app B --from-storage f",
            "--service A/S --app A",
        ] {
            assert!(route(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn services_of_applications_are_matched_by_what_follows_the_applications_name() {
        let route = route("--app Old --into New/EU").unwrap();
        let counterpart = |name: &str| route.counterpart(&name.parse().unwrap()).map(|service| service.to_string());
        assert_eq!(counterpart("fabric:/Old/Cart/Index").as_deref(), Some("fabric:/New/EU/Cart/Index"));
        assert_eq!(counterpart("fabric:/Older/Cart"), None);
    }
}
