//! The later steps: what the cluster answers to whom, and on the way there whether a plain port answers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sf_backup_hyper::tls::TlsConfig;
use sf_backup_hyper::{Client, Error, RetryPolicy};
use sf_backup_proto::error::{Cause, Fault, HttpError};
use sf_backup_proto::inventory::GetServiceInfoList;
use sf_backup_proto::{
    ApiVersion, ApplicationId, Endpoint, ErrorKind, FabricErrorCode, GetBackupPolicyList, ResumeServiceBackup,
    ServiceId,
};

use crate::connection::Connection;
use crate::doctor::reach::no_port;
use crate::doctor::step::{Name, Step};
use crate::exit::Exit;
use crate::failure::{Failure, with_causes};

/// A cluster that takes longer than this for one small question is not well.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the cluster itself is made of; no application of a user's.
const SYSTEM: &str = "fabric:/System";
const FAULT_ANALYSIS: &str = "fabric:/System/FaultAnalysisService";
const NO_FAULT_ANALYSIS: &str = "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_ENABLED";
/// Nobody's service: even a server that took the request would find nothing to resume.
const NOWHERE: &str = "fabric:/sf-backup-doctor/no-such-service";

/// One endpoint and how it is asked.
pub(crate) struct Examined<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) tls: &'a TlsConfig,
}

impl Examined<'_> {
    fn client(&self, version: Option<ApiVersion>, versions: &Versions) -> Result<Client, Failure> {
        let versions = versions.clone();
        let mut builder = self
            .connection
            .builder_at(&self.endpoint.clone().into(), self.tls.clone())
            .retry(RetryPolicy::never())
            .deadline(PATIENCE)
            .observer(move |exchanged| versions.note(&exchanged.path_and_query));
        if let Some(version) = version {
            builder = builder.api_version(version);
        }
        self.connection.client(builder)
    }

    /// Goes the steps from authentication on.
    pub(crate) async fn steps(&self) -> Result<Vec<Step>, Failure> {
        let versions = Versions::default();
        let client = self.client(None, &versions)?;
        let read = client.send(GetBackupPolicyList::new().max_results(1_u32)).await;
        let mut steps = Vec::new();
        if let Some(no_answer) = read.as_ref().err().and_then(|error| self.no_answer(error)) {
            steps.push(no_answer);
            return Ok(steps);
        }
        if !self.endpoint.is_https() {
            steps.push(Step::passed(Name::Port, format!("port {} answers", self.endpoint.port())));
        }
        steps.extend(self.read_steps(read.as_ref().err(), &versions));
        if read.is_ok() {
            steps.push(self.writes(&versions).await?);
        }
        if steps.iter().any(|step| step.name == Name::Authentication && step.exit == Exit::Done) {
            steps.push(fault_analysis(&client).await);
        }
        Ok(steps)
    }

    /// The port's failure, if nobody has answered there.
    fn no_answer(&self, error: &Error) -> Option<Step> {
        match error.cause() {
            Cause::Transport { source: HttpError::Connect { source, .. }, .. } => Some(no_port(self.endpoint, source)),
            Cause::Transport { fault: Fault::Lost, .. } => {
                let step = Step::failed(Name::Port, Exit::of(error), with_causes(error));
                Some(step.advice("check the scheme and the port: what listens there does not answer over this one"))
            }
            _ => None,
        }
    }

    fn read_steps(&self, error: Option<&Error>, versions: &Versions) -> Vec<Step> {
        use Name::{ApiVersion, Authentication, BackupService, Reads};
        let as_whom = match (&self.connection.token, &self.connection.client) {
            (Some(_), _) => "the token is taken",
            (None, Some(_)) => "the client certificate is taken",
            (None, None) => "nothing was shown, and nothing was asked for",
        };
        let known = Step::passed(Authentication, as_whom);
        let Some(error) = error else {
            return vec![
                known,
                Step::passed(ApiVersion, format!("{} is spoken", versions.last())),
                Step::passed(BackupService, "it answers"),
                Step::passed(Reads, "allowed"),
            ];
        };
        let failed = |name| {
            let step = Step::failed(name, Failure::exit_of(error), with_causes(error));
            match error.hint() {
                Some(hint) => step.advice(hint),
                None => step,
            }
        };
        match error.kind() {
            ErrorKind::Unauthorized => vec![failed(Authentication).advice(self.authentication_advice())],
            _ if matches!(error.cause(), Cause::Transport { source: HttpError::Token { .. }, .. }) => {
                vec![
                    failed(Authentication).advice("make the token's file, command or variable give one, and try again"),
                ]
            }
            ErrorKind::Forbidden => vec![
                known,
                failed(Reads).advice("ask for the cluster's user or admin role for this certificate or account"),
            ],
            ErrorKind::BackupServiceMissing => vec![known, failed(BackupService)],
            ErrorKind::InvalidArgument if is_about_version(error) => {
                let advice = "leave --api-version away, so that it is found out; 6.2 and 6.3 speak 6.2-preview";
                vec![known, failed(ApiVersion).advice(advice)]
            }
            _ => vec![failed(BackupService)],
        }
    }

    fn authentication_advice(&self) -> &'static str {
        match (&self.connection.token, &self.connection.client) {
            (Some(_), _) => {
                "the cluster does not take this token: check whom it is for, and that the cluster knows the account"
            }
            (None, Some(_)) => {
                "the cluster does not take this client certificate: its thumbprint or common name must be among the cluster's \
                 client certificates"
            }
            (None, None) => {
                "say who you are: --cert FILE with --key FILE, --pkcs12 FILE, or for Entra ID --token-command CMD"
            }
        }
    }

    /// Whether a change would be let through, found out with one that can have no effect.
    async fn writes(&self, versions: &Versions) -> Result<Step, Failure> {
        let other = if versions.last().contains("preview") { ApiVersion::V6_4 } else { ApiVersion::V6_2_PREVIEW };
        let Ok(nowhere) = NOWHERE.parse::<ServiceId>() else {
            return Ok(Step::skipped(Name::Writes, "there is nothing to try it with"));
        };
        let client = self.client(Some(other), &Versions::default())?;
        let Err(error) = client.send(ResumeServiceBackup::new(nowhere)).await else {
            return Ok(Step::passed(Name::Writes, "allowed"));
        };
        Ok(match error.kind() {
            ErrorKind::Forbidden | ErrorKind::Unauthorized => {
                let detail = format!("not allowed: {}", error.cause());
                let step = Step::failed(Name::Writes, Exit::NotAllowed, detail);
                step.advice("reads work, changes need the admin role: use an admin's certificate or account")
            }
            ErrorKind::InvalidArgument
            | ErrorKind::EntityNotFound
            | ErrorKind::NotFound
            | ErrorKind::BackupNotEnabled => Step::passed(Name::Writes, "allowed"),
            _ => Step::skipped(Name::Writes, format!("could not be found out: {}", error.cause())),
        })
    }
}

fn is_about_version(error: &Error) -> bool {
    let message = error.fabric().and_then(|answer| answer.message.as_deref());
    message.is_some_and(|message| message.to_ascii_lowercase().contains("api version"))
}

/// Restores need the service; the list of what the cluster is made of tells whether it is there.
async fn fault_analysis(client: &Client) -> Step {
    let Ok(system) = SYSTEM.parse::<ApplicationId>() else {
        return Step::skipped(Name::FaultAnalysis, "there is nothing to ask for");
    };
    match client.send(GetServiceInfoList::new(system)).await {
        Err(error) => {
            Step::skipped(Name::FaultAnalysis, format!("the cluster does not list its own services: {}", error.cause()))
        }
        Ok(page) if page.items.is_empty() => {
            Step::skipped(Name::FaultAnalysis, "the cluster does not list its own services")
        }
        Ok(page) if page.items.iter().any(|service| service.name.as_deref() == Some(FAULT_ANALYSIS)) => {
            Step::passed(Name::FaultAnalysis, "it is there")
        }
        Ok(_) => {
            let advice = FabricErrorCode::from_text(NO_FAULT_ANALYSIS).facts().map(|facts| facts.action);
            let step = Step::failed(Name::FaultAnalysis, Exit::Lacking, "it is not there, and restores need it");
            step.advice(advice.unwrap_or_default())
        }
    }
}

/// The api-versions that requests went out with.
#[derive(Debug, Clone, Default)]
struct Versions(Arc<Mutex<String>>);

impl Versions {
    fn note(&self, path_and_query: &str) {
        let version = path_and_query.split_once("api-version=").map(|(_, rest)| rest.split('&').next());
        if let Some(version) = version.flatten() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = version.to_owned();
        }
    }

    fn last(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
