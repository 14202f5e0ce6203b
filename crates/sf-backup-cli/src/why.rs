//! `sf-backup why`: where the policy and the suspension of an entity come from, and what to expect of it.

mod shown;

use sf_backup_hyper::Error;
use sf_backup_ops::next_run::NextRun;
use sf_backup_ops::standing::{Kind, Own, Path, Reading, Readings, Standing};
use sf_backup_proto::inventory::{
    GetApplicationInfoList, GetApplicationNameInfo, GetServiceInfoList, GetServiceNameInfo,
};
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::configuration::BackupConfigurationInfo;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::progress::{BackupProgressInfo, RestoreProgressInfo};
use sf_backup_proto::{
    ApplicationId, ErrorKind, GetApplicationBackupConfigurationInfo, GetApplicationBackupList, GetBackupPolicyByName,
    GetPartitionBackupConfigurationInfo, GetPartitionBackupList, GetPartitionBackupProgress,
    GetPartitionRestoreProgress, GetServiceBackupConfigurationInfo, GetServiceBackupList, Paged, Pager, PartitionId,
    ServiceId,
};

use crate::args::why::Why;
use crate::console::Terminal;
use crate::failure::{Failure, with_causes};
use crate::reach::{Reach, block_on};
use crate::render::Format;
use crate::session::Session;
use shown::Shown;

/// What was found out.
#[derive(Debug)]
struct Found {
    path: Path,
    standing: Standing,
    policy: Option<BackupPolicyDescription>,
    /// What lies below with a policy or a suspension of its own.
    overrides: Vec<BackupConfigurationInfo>,
    /// The newest backup of each partition, the oldest of them first.
    newest: Vec<BackupInfo>,
    next: Option<NextRun>,
    backup: Option<BackupProgressInfo>,
    restore: Option<RestoreProgressInfo>,
    /// What could not be read.
    problems: Vec<String>,
}

pub(crate) fn run(why: &Why, reach: Reach<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let asked = Asked::read(&why.id)?;
    let interruptible = terminal.console.interruptible;
    let now = terminal.now();
    let mut session = reach.session(None, terminal)?;
    if !asked.begin(&mut session)? {
        return Ok(());
    }
    let found = block_on(interruptible, None, async {
        let (path, services) = asked.path(&mut session).await?;
        Reader { session: &mut session, services, problems: Vec::new() }.read(path, now).await
    })?;
    let terminal = session.terminal();
    let view = terminal.view();
    let shown = Shown::new(&found);
    match terminal.manner.format {
        Format::Table => shown.show(terminal, &view)?,
        format => terminal.result(&crate::render::document(format, &shown)?)?,
    }
    for problem in &found.problems {
        terminal.warn(problem);
    }
    Ok(())
}

/// What was typed: a GUID is a partition's, and which kind of thing a name is the cluster tells.
#[derive(Debug)]
enum Asked {
    Partition(PartitionId),
    /// A service, or an application whose name has several parts.
    Name(ServiceId),
    /// A name of one part.
    Application(ApplicationId),
}

impl Asked {
    fn read(text: &str) -> Result<Self, Failure> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Partition(id));
        }
        let refused = |error| Failure::Usage(format!("<ID>: {error}"));
        let name: ServiceId = text.parse().map_err(refused)?;
        match name.application() {
            Some(_) => Ok(Self::Name(name)),
            None => text.parse().map(Self::Application).map_err(refused),
        }
    }

    /// A dry run shows the first of several requests.
    fn begin(&self, session: &mut Session<'_, '_>) -> Result<bool, Failure> {
        match self {
            Self::Partition(id) => session.begin(&GetServiceNameInfo::new(*id), "why", None),
            Self::Name(id) => session.begin(&GetApplicationNameInfo::new(id.clone()), "why", None),
            Self::Application(id) => session.begin(&GetServiceInfoList::new(id.clone()), "why", None),
        }
    }

    /// The entity, with what stands above it, and an application's services. It must be there: the backup service itself does
    /// not look.
    async fn path(self, session: &mut Session<'_, '_>) -> Result<(Path, Vec<ServiceId>), Failure> {
        let application = match self {
            Self::Partition(id) => {
                let name = session.ask(GetServiceNameInfo::new(id)).await?.name;
                let service: ServiceId =
                    name.and_then(|name| name.parse().ok()).ok_or_else(|| untold(&id, "service"))?;
                let name = session.ask(GetApplicationNameInfo::new(service.clone())).await?.name;
                let application = name.and_then(|name| name.parse().ok()).ok_or_else(|| untold(&id, "application"))?;
                return Ok((Path { application, service: Some(service), partition: Some(id) }, Vec::new()));
            }
            Self::Name(service) => match session.send(GetApplicationNameInfo::new(service.clone())).await {
                Ok(info) => {
                    let application = info.name.and_then(|name| name.parse().ok());
                    let application = application.ok_or_else(|| untold(&service, "application"))?;
                    return Ok((Path { application, service: Some(service), partition: None }, Vec::new()));
                }
                Err(error) if is_not_there(&error) => match service.to_string().parse::<ApplicationId>() {
                    Ok(application) => application,
                    Err(_) => return Err(error.into()),
                },
                Err(error) => return Err(error.into()),
            },
            Self::Application(id) => id,
        };
        // An application that is not there is answered with no services, as one that has none.
        let services = session.items(GetServiceInfoList::new(application.clone())).await?;
        if services.is_empty() {
            let there = session.items(GetApplicationInfoList::new()).await?;
            let same = |name: String| name.parse().ok().as_ref() == Some(&application);
            if !there.into_iter().filter_map(|info| info.name).any(same) {
                return Err(Failure::Absent(format!(
                    "{application}: the cluster has no application or service of this name"
                )));
            }
        }
        let services = services.into_iter().filter_map(|info| info.name?.parse().ok()).collect();
        Ok((Path { application, service: None, partition: None }, services))
    }
}

fn is_not_there(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::EntityNotFound | ErrorKind::NotFound)
}

fn untold(id: &dyn std::fmt::Display, what: &str) -> Failure {
    Failure::Other(format!("{id}: the cluster does not tell its {what}'s name"))
}

struct Reader<'s, 't, 'c> {
    session: &'s mut Session<'t, 'c>,
    /// The application's, if the entity is one.
    services: Vec<ServiceId>,
    problems: Vec<String>,
}

impl Reader<'_, '_, '_> {
    async fn read(mut self, path: Path, now: sf_backup_proto::Timestamp) -> Result<Found, Failure> {
        let readings = self.readings(&path).await?;
        let standing = Standing::of(&path, &readings);
        let policy = match &standing.policy {
            Own::Policy(name) => self.policy(name).await?,
            Own::None | Own::Unknown => None,
        };
        let overrides = self.below(&path, &readings);
        let newest = if standing.policy == Own::None { Vec::new() } else { self.newest(&path).await? };
        let next = policy.as_ref().filter(|_| standing.suspended != Some(true)).map(|policy| {
            // Those with a policy of their own have a schedule of their own.
            let mut under = newest.iter().filter(|backup| !is_overridden(backup, &overrides));
            NextRun::of(&policy.schedule, under.next().and_then(|backup| backup.creation_time_utc), now)
        });
        let (mut backup, mut restore) = (None, None);
        if let Some(id) = path.partition {
            let progress = self.session.send(GetPartitionBackupProgress::new(id)).await;
            backup = self.tolerate("the last backup on demand", progress)?.flatten();
            let progress = self.session.send(GetPartitionRestoreProgress::new(id)).await;
            restore = self.tolerate("the last restore", progress)?.flatten();
        }
        Ok(Found { path, standing, policy, overrides, newest, next, backup, restore, problems: self.problems })
    }

    async fn readings(&mut self, path: &Path) -> Result<Readings, Failure> {
        let mut readings = Readings::default();
        if let Some(id) = path.partition {
            let info = self.session.send(GetPartitionBackupConfigurationInfo::new(id)).await;
            readings.partition = match self.tolerate("the partition's configuration", info)? {
                Some(info) => info.map_or(Reading::Nothing, |info| Reading::Told(vec![info])),
                None => Reading::Failed,
            };
        }
        if let Some(id) = &path.service {
            let list = self.items(GetServiceBackupConfigurationInfo::new(id.clone())).await;
            readings.service = self.reading("the service's configuration", list)?;
        }
        let list = self.items(GetApplicationBackupConfigurationInfo::new(path.application.clone())).await;
        readings.application = self.reading("the application's configuration", list)?;
        Ok(readings)
    }

    fn reading(&mut self, what: &str, list: Result<Vec<BackupConfigurationInfo>, Error>) -> Result<Reading, Failure> {
        match list {
            Err(error) if error.kind() == ErrorKind::BackupNotEnabled => Ok(Reading::Nothing),
            list => Ok(self.tolerate(what, list)?.map_or(Reading::Failed, Reading::Told)),
        }
    }

    async fn policy(&mut self, name: &str) -> Result<Option<BackupPolicyDescription>, Failure> {
        let Ok(name) = name.parse() else {
            self.problems.push(format!("no call can be made for a policy of the name {name:?}"));
            return Ok(None);
        };
        let policy = self.session.send(GetBackupPolicyByName::new(name)).await;
        self.tolerate("the policy", policy)
    }

    /// What lies below the entity with a policy or a suspension of its own.
    fn below(&self, path: &Path, readings: &Readings) -> Vec<BackupConfigurationInfo> {
        let reading = match path.kind() {
            Kind::Application => &readings.application,
            Kind::Service => &readings.service,
            Kind::Partition => &readings.partition,
        };
        let owner = |service: &ServiceId| self.services.contains(service).then(|| path.application.clone());
        match reading {
            Reading::Told(items) => path.below(items, owner).into_iter().cloned().collect(),
            Reading::Nothing | Reading::Failed => Vec::new(),
        }
    }

    async fn newest(&mut self, path: &Path) -> Result<Vec<BackupInfo>, Failure> {
        let list = match (path.partition, &path.service) {
            (Some(id), _) => {
                let mut call = GetPartitionBackupList::new(id);
                call.latest = Some(true);
                self.items(call).await
            }
            (None, Some(id)) => {
                let mut call = GetServiceBackupList::new(id.clone());
                call.latest = Some(true);
                self.items(call).await
            }
            (None, None) => {
                let mut call = GetApplicationBackupList::new(path.application.clone());
                call.latest = Some(true);
                self.items(call).await
            }
        };
        let list = match list {
            Err(error) if error.kind() == ErrorKind::BackupNotEnabled => Vec::new(),
            Err(error) if is_perhaps_empty(&error) => {
                self.problems.push(EMPTY_OR_UNREADABLE.to_owned());
                Vec::new()
            }
            list => self.tolerate("the backups", list)?.unwrap_or_default(),
        };
        let mut newest: Vec<_> = list
            .into_iter()
            .filter(|backup| backup.failure_error.is_none() && backup.creation_time_utc.is_some())
            .collect();
        newest.sort_by_key(|backup| backup.creation_time_utc);
        Ok(newest)
    }

    async fn items<O: Paged>(&mut self, call: O) -> Result<Vec<O::Item>, Error> {
        let mut items = Vec::new();
        let mut pager = Pager::new(call);
        while let Some(call) = pager.next_call() {
            let page = self.session.send(call).await;
            items.extend(pager.accept(page)?);
        }
        Ok(items)
    }

    /// What the cluster itself stumbles over is told, and the rest is told all the same.
    fn tolerate<T>(&mut self, what: &str, result: Result<T, Error>) -> Result<Option<T>, Failure> {
        match result {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if is_about_the_answer(&error) => {
                self.problems.push(format!("could not read {what}: {}", with_causes(&error)));
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn is_about_the_answer(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Server
            | ErrorKind::InvalidArgument
            | ErrorKind::Storage
            | ErrorKind::PolicyNotFound
            | ErrorKind::UnreadableReply
    )
}

/// How the service fails over a share where nothing was backed up yet.
fn is_perhaps_empty(error: &Error) -> bool {
    error
        .fabric()
        .and_then(|answer| answer.message.as_deref())
        .is_some_and(|message| message.contains("Index was out of range"))
}

const EMPTY_OR_UNREADABLE: &str = "no backup is listed: where a share holds none yet the cluster fails instead of saying so, \
     and a storage that it cannot read looks the same";

fn is_overridden(backup: &BackupInfo, overrides: &[BackupConfigurationInfo]) -> bool {
    let partition = backup.partition_information.as_ref().and_then(|information| information.id());
    overrides.iter().any(|info| match info {
        BackupConfigurationInfo::Partition(info) => info.partition_id.is_some() && info.partition_id == partition,
        BackupConfigurationInfo::Service(info) => {
            info.service_name.is_some() && info.service_name == backup.service_name
        }
        _ => false,
    })
}
