//! The later steps: what the cluster allows this caller, and whether a plain port accepts connections.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sf_backup_hyper::HttpError;
use sf_backup_hyper::tls::TlsConfig;
use sf_backup_hyper::{Error, RetryPolicy};
use sf_backup_ops::advice::{CLIENT_PORT, is_client_endpoint};
use sf_backup_ops::duration;
use sf_backup_proto::error::{Cause, TransportErrorKind};
use sf_backup_proto::{ApiVersion, Endpoint, ErrorKind, GetBackupPolicyList, ResumeServiceBackup, ServiceId};

use crate::cluster::checks::reach::no_port;
use crate::cluster::checks::step::{Name, Step};
use crate::cluster::checks::system::{BACKUP_RESTORE, System};
use crate::cluster::client::Client;
use crate::connection::Connection;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, REFUSES_EVERYBODY, advice, with_causes};

/// A cluster that takes longer than this for one small request has a problem.
const PATIENCE: Duration = Duration::from_secs(60);
/// A larger difference between the clocks makes ages and schedules wrong.
const CLOCKS_APART: Duration = Duration::from_secs(5 * 60);
/// A service that does not exist: even a server that accepted the request would have nothing to resume.
const NOWHERE: &str = "fabric:/sf-backup-doctor/no-such-service";

/// An endpoint that is checked.
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
        Ok(Client::new(self.connection.client(builder)?, None))
    }

    /// Takes the steps from authentication on.
    pub(crate) async fn steps(&self) -> Result<Vec<Step>, Failure> {
        let versions = Versions::default();
        let client = self.client(None, &versions)?;
        let read = client.send(GetBackupPolicyList::new().max_results(1_u32)).await;
        // Queries of the inventory have their own version.
        let spoken = versions.last();
        let mut steps = Vec::new();
        if let Some(no_response) = read.as_ref().err().and_then(|error| self.no_response(error)) {
            steps.push(no_response);
            return Ok(steps);
        }
        if !self.endpoint.is_https() {
            steps.push(Step::passed(Name::Port, format!("port {} accepts connections", self.endpoint.port())));
        }
        if read.is_ok() {
            steps.push(self.writes(&spoken).await?);
        }
        let error = read.as_ref().err();
        // After a refusal, no further requests are sent.
        let system = match error {
            Some(error) if is_turned_away(error) => None,
            _ => Some(System::read(&client).await),
        };
        steps.extend(self.read_steps(error, &spoken, system.as_ref()));
        if steps.iter().any(|step| step.name == Name::Authentication && step.exit == Exit::Done) {
            steps.extend(system.as_ref().map(System::fault_analysis));
        }
        steps.push(clock(&client));
        Ok(steps)
    }

    /// The failure of the port, if nothing responded.
    fn no_response(&self, error: &Error) -> Option<Step> {
        match error.cause() {
            Cause::Transport { source: HttpError::Connect { source, .. }, .. } => Some(no_port(self.endpoint, source)),
            Cause::Transport { fault: TransportErrorKind::Lost, .. } => {
                let step = Step::failed(Name::Port, Exit::of(error), with_causes(error));
                let otherwise = "check the scheme and the port: the server there does not respond to this scheme";
                Some(step.advice(if is_client_endpoint(self.endpoint) { CLIENT_PORT } else { otherwise }))
            }
            _ => None,
        }
    }

    fn read_steps(&self, error: Option<&Error>, spoken: &str, system: Option<&System>) -> Vec<Step> {
        use Name::{ApiVersion, Authentication, BackupService, Reads};
        let as_whom = match (&self.connection.token, &self.connection.client) {
            (Some(_), _) => "the token is accepted",
            (None, Some(_)) => "the client certificate is accepted",
            (None, None) => "no credentials sent or required",
        };
        let known = Step::passed(Authentication, as_whom);
        let health = system.and_then(System::backup_service);
        let is_listed = system.is_some_and(System::is_listed);
        let Some(error) = error else {
            let health = health.flatten().map(|health| format!("; its health state is {health}"));
            return vec![
                known,
                Step::passed(ApiVersion, format!("supports api-version {spoken}")),
                Step::passed(BackupService, format!("running{}", health.unwrap_or_default())),
                Step::passed(Reads, "allowed"),
            ];
        };
        let failed = |name| {
            let step = Step::failed(name, Failure::exit_of(error), with_causes(error));
            match advice(error) {
                Some(hint) => step.advice(hint),
                None => step,
            }
        };
        match error.kind() {
            ErrorKind::Unauthorized => vec![failed(Authentication).advice(self.authentication_advice())],
            ErrorKind::Credential => {
                vec![failed(Authentication).advice("correct the token's file, command or variable, and try again")]
            }
            ErrorKind::Forbidden if is_listed => vec![
                known,
                Step::failed(
                    Reads,
                    Exit::NotAllowed,
                    format!(
                        "the backup service refuses all callers: it refuses reads, although the rest of the API \
                            accepts the same credentials ({})",
                        with_causes(error)
                    ),
                )
                .advice(REFUSES_EVERYBODY),
            ],
            ErrorKind::Forbidden => vec![
                known,
                failed(Reads).advice("ask for the cluster's user or admin role for this certificate or account"),
            ],
            ErrorKind::BackupServiceMissing
            | ErrorKind::Timeout
            | ErrorKind::Unavailable
            | ErrorKind::Server
            | ErrorKind::UnreadableResponse
                if is_listed =>
            {
                vec![known, silent(error, health)]
            }
            ErrorKind::BackupServiceMissing => vec![known, failed(BackupService)],
            ErrorKind::InvalidArgument if is_about_version(error) => {
                let advice = "omit --api-version to detect it; 6.2 and 6.3 support 6.2-preview";
                vec![known, failed(ApiVersion).advice(advice)]
            }
            _ => vec![failed(BackupService)],
        }
    }

    fn authentication_advice(&self) -> &'static str {
        match (&self.connection.token, &self.connection.client) {
            (Some(_), _) => {
                "the cluster rejects this token: check its audience, and that the account has access to the cluster"
            }
            (None, Some(_)) => {
                "the cluster rejects this client certificate: add its thumbprint or common name to the cluster's \
                    client certificates"
            }
            (None, None) => {
                "give credentials: --cert FILE with --key FILE, --pkcs12 FILE, or for Entra ID --token-command CMD"
            }
        }
    }

    /// Checks whether a change would be allowed, with one that can have no effect.
    async fn writes(&self, spoken: &str) -> Result<Step, Failure> {
        let other = if spoken.contains("preview") { ApiVersion::V6_4 } else { ApiVersion::V6_2_PREVIEW };
        let Ok(nowhere) = NOWHERE.parse::<ServiceId>() else {
            return Ok(Step::skipped(Name::Writes, "not checked: no harmless request can be built"));
        };
        let client = self.client(Some(other), &Versions::default())?;
        let Err(error) = client.send(ResumeServiceBackup::new(nowhere)).await else {
            return Ok(Step::passed(Name::Writes, "allowed"));
        };
        Ok(match error.kind() {
            ErrorKind::Forbidden | ErrorKind::Unauthorized => {
                let detail = format!("not allowed: {}", error.cause());
                let step = Step::failed(Name::Writes, Exit::NotAllowed, detail);
                step.advice("reads are allowed, changes require the admin role: use an admin's certificate or account")
            }
            ErrorKind::InvalidArgument
            | ErrorKind::EntityNotFound
            | ErrorKind::NotFound
            | ErrorKind::BackupNotEnabled => Step::passed(Name::Writes, "allowed"),
            _ => Step::skipped(Name::Writes, format!("could not be checked: {}", error.cause())),
        })
    }
}

/// The backup service does not respond, but the cluster reports whether it is deployed, and its health.
fn silent(error: &Error, service: Option<Option<&str>>) -> Step {
    let causes = with_causes(error);
    let Some(health) = service else {
        let detail = format!("it is not deployed: the cluster lists no {BACKUP_RESTORE} ({causes})");
        return Step::failed(Name::BackupService, Exit::Lacking, detail)
            .advice("add the section BackupRestoreService to the cluster's settings (TargetReplicaSetSize above 0)");
    };
    let state = health.unwrap_or("not reported");
    let detail = format!("{BACKUP_RESTORE} is deployed, with health state {state}, but does not respond: {causes}");
    let advice = if health == Some("Ok") {
        "the cluster reports the service as healthy: try again in a few minutes; if it persists, check the logs of \
            the gateway and the service"
    } else {
        "check the health events of that service (Service Fabric Explorer, System services): its replicas may be down, \
         without quorum, or unable to start"
    };
    Step::failed(Name::BackupService, Failure::exit_of(error), detail).advice(advice)
}

/// Whether it is already known that the caller is refused.
fn is_turned_away(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unauthorized | ErrorKind::Credential)
}

fn is_about_version(error: &Error) -> bool {
    let message = error.fabric().and_then(|response| response.message.as_deref());
    message.is_some_and(|message| message.to_ascii_lowercase().contains("api version"))
}

/// The difference between the cluster's clock and this machine's.
fn clock(client: &Client) -> Step {
    let Some(clock) = client.clock() else {
        return Step::skipped(
            Name::Clock,
            "responses have no usable Date header: ages and schedules use the local clock",
        );
    };
    let apart = duration::measured(clock.difference());
    let side = if clock.is_ahead() { "ahead of" } else { "behind" };
    if clock.difference() > CLOCKS_APART {
        let step = Step::failed(
            Name::Clock,
            Exit::Failed,
            format!(
                "the cluster's clock is {apart} {side} this machine's, more than {}",
                duration::measured(CLOCKS_APART)
            ),
        );
        return step.advice("correct the clock that is wrong; until then ages and schedules use the cluster's clock");
    }
    Step::passed(Name::Clock, format!("the cluster's clock is {apart} {side} this machine's"))
}

/// The api-versions of the requests that were sent.
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
