//! `sf-backup demo`: the main job, through the public client, on a simulated cluster inside this process.

use std::net::Ipv4Addr;
use std::sync::mpsc::{Receiver, channel};

use sf_backup_hyper::{Client, Error, RequestRecord};
use sf_backup_proto::model::configuration::{BackupConfigurationInfo, BackupPolicyScope, BackupSuspensionScope};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
use sf_backup_proto::model::storage::FileShareBackupStorageDescription;
use sf_backup_proto::{
    CreateBackupPolicy, EnableServiceBackup, Endpoint, GetServiceBackupConfigurationInfo, IsoDuration, Operation,
    OperationSpec, PolicyName, ResumeServiceBackup, ServiceId, SuspendServiceBackup,
};
use sf_backup_sim::{Cluster, listen};
use tokio::net::TcpListener;

use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::Listed;

const SERVICE: &str = "fabric:/CalcApp/CalcService";
const POLICY: &str = "Demo";

/// Starts the cluster, goes through the steps, and fails if any answer is not as it should be.
pub(crate) async fn run(terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.map_err(no_cluster)?;
    let address = listener.local_addr().map_err(no_cluster)?;
    let endpoint: Endpoint = format!("http://{address}").parse().map_err(no_cluster)?;
    let (sender, exchanges) = channel();
    let client = Client::builder(endpoint)
        .observer(move |exchanged| {
            // Nobody listens only when the demonstration is over.
            let _ = sender.send(exchanged.clone());
        })
        .build();
    let demo = Demo { client, exchanges, step: 0, terminal };
    tokio::select! {
        result = demo.run() => result,
        served = listen::serve(Cluster::builder().build(), listener) => served.map_err(no_cluster),
    }
}

fn no_cluster(error: impl std::fmt::Display) -> Failure {
    Failure::Other(format!("demo: the simulated cluster cannot start: {error}"))
}

struct Demo<'t, 'c> {
    client: Client,
    exchanges: Receiver<RequestRecord>,
    step: u32,
    terminal: &'t mut Terminal<'c>,
}

impl Demo<'_, '_> {
    async fn run(mut self) -> Result<(), Failure> {
        let service: ServiceId = SERVICE.parse().map_err(no_cluster)?;
        let policy: PolicyName = POLICY.parse().map_err(no_cluster)?;
        let at = self.client.endpoints().to_string();
        self.print(&format!("A simulated cluster in this process, at {at}. We will back up its service {SERVICE}.\n"))?;

        self.title("Create a policy: when to back up, and where to: policy create -f demo.json")?;
        let create = CreateBackupPolicy::new(demo_policy());
        self.change(create, "the policy is created; it is not enabled yet").await?;

        self.title(&format!("Enable it: service enable {SERVICE} --policy {POLICY}"))?;
        let enable = EnableServiceBackup::new(service.clone(), policy);
        self.change(enable, "backup is enabled; the partitions follow within seconds").await?;
        self.configuration(&service, false).await?;

        self.title(&format!("Pause it: service suspend {SERVICE}"))?;
        let suspend = SuspendServiceBackup::new(service.clone());
        self.change(suspend, "no new backups; the policy stays in effect").await?;
        self.configuration(&service, true).await?;

        self.title(&format!("Resume it: service resume {SERVICE}"))?;
        let resume = ResumeServiceBackup::new(service.clone());
        self.change(resume, "backups run again").await?;
        self.configuration(&service, false).await?;

        self.print("\nAll responses were as expected. On your cluster: sf-backup -e URL ...\n")
    }

    fn title(&mut self, text: &str) -> Result<(), Failure> {
        self.step += 1;
        let step = self.step;
        self.print(&format!("\n{step}. {text}\n"))
    }

    /// A call that changes something: its request line, the status and what that means.
    async fn change<O: Operation<Response = ()>>(&mut self, call: O, meaning: &str) -> Result<(), Failure> {
        let sent = self.client.send(call).await;
        self.exchanged(&sent, &O::SPEC, meaning)?;
        Ok(sent?)
    }

    /// Shows the service's configuration, which must be what the steps so far have made of it.
    async fn configuration(&mut self, service: &ServiceId, suspended: bool) -> Result<(), Failure> {
        let call = GetServiceBackupConfigurationInfo::new(service.clone());
        let sent = self.client.send(call).await;
        let meaning = "effective configuration";
        self.exchanged(&sent, &GetServiceBackupConfigurationInfo::SPEC, meaning)?;
        let items = sent?.items;
        for line in BackupConfigurationInfo::table(&items, &self.terminal.view()).text().lines() {
            self.print(&format!("     {line}\n"))?;
        }
        match items.as_slice() {
            [info] if is_as_expected(info, suspended) => Ok(()),
            _ => Err(wrong("the configuration does not match the steps")),
        }
    }

    fn exchanged<T>(&mut self, sent: &Result<T, Error>, spec: &OperationSpec, meaning: &str) -> Result<(), Failure> {
        let exchanged = self.exchanges.try_recv();
        let exchanged = exchanged.map_err(|_| wrong("a request was not sent over the network"))?;
        let RequestRecord { method, path_and_query, status, .. } = exchanged;
        self.print(&format!("   {method} {path_and_query}\n"))?;
        match status {
            Some(status) if sent.is_ok() && status == spec.success() => {
                self.print(&format!("   {status}: {meaning}\n"))
            }
            Some(status) => self.print(&format!("   {status}\n")),
            None => self.print("   no answer\n"),
        }
    }

    fn print(&mut self, text: &str) -> Result<(), Failure> {
        self.terminal.result(text)
    }
}

fn demo_policy() -> BackupPolicyDescription {
    BackupPolicyDescription::new(
        POLICY,
        false,
        20,
        FrequencyBasedBackupScheduleDescription::new(IsoDuration::minutes(15)),
        FileShareBackupStorageDescription::new(r"\\backups\demo"),
    )
}

fn is_as_expected(info: &BackupConfigurationInfo, suspended: bool) -> bool {
    let BackupConfigurationInfo::Service(service) = info else {
        return false;
    };
    let level = if suspended { BackupSuspensionScope::Service } else { BackupSuspensionScope::Invalid };
    let suspension = info.suspension_info();
    service.service_name.as_deref() == Some(SERVICE)
        && info.policy_name() == Some(POLICY)
        && info.policy_inherited_from() == Some(&BackupPolicyScope::Service)
        && suspension.and_then(|info| info.is_suspended) == Some(suspended)
        && suspension.and_then(|info| info.suspension_inherited_from.as_ref()) == Some(&level)
}

fn wrong(problem: &str) -> Failure {
    Failure::Other(format!("demo: {problem}"))
}
