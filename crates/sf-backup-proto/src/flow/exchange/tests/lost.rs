//! Lost responses of changes that must not be sent twice, against a small world that keeps a log of what really happened.

use std::time::Duration;

use http::Request;
use proptest::prelude::*;

use super::{Call, Dead, Outcome, cluster, drive, failed, options, response};
use crate::error::{LostOutcome, TransportErrorKind};
use crate::model::policy::BackupPolicyDescription;
use crate::operation::Operation;
use crate::operations::{
    BackupPartition, CreateBackupPolicy, DeleteBackupPolicy, DisableServiceBackup, RestorePartition,
};
use crate::wire::body::Body;

/// What happens to one request.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Delivered,
    NeverSent,
    /// Lost before it arrives.
    Swallowed,
    /// Carried out, and the response is lost.
    ResponseLost,
    /// The client gives up; the gateway delivers it this many seconds later.
    DeliveredLater(u64),
    /// Carried out, and the gateway responds with 504.
    GatewayTimeout,
    /// Carried out, and the response is not HTTP or too large.
    Unusable,
    /// The service is moving: nothing is done.
    Unavailable,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Delivered),
        1 => Just(Fate::NeverSent),
        2 => Just(Fate::Swallowed),
        2 => Just(Fate::ResponseLost),
        2 => (1_u64..119).prop_map(Fate::DeliveredLater),
        1 => Just(Fate::GatewayTimeout),
        2 => Just(Fate::Unusable),
        1 => Just(Fate::Unavailable),
    ]
}

/// One policy, one service, one partition; every change is counted.
#[derive(Debug, Default)]
struct World {
    policy: Option<BackupPolicyDescription>,
    enabled: bool,
    /// Pages of the list of configurations before the one that holds the service, or nothing.
    pages: u32,
    /// How many runs were started, and when the last one was.
    runs: u32,
    begun: Duration,
    earlier_failure: bool,
    effects: u32,
    pending: Vec<(Duration, String)>,
}

fn error(status: u16, code: &str) -> Outcome<Dead> {
    response(status, format!(r#"{{"Error":{{"Code":"{code}","Message":"m"}}}}"#))
}

impl World {
    fn deliver_due(&mut self, now: Duration) {
        let due: Vec<_> = self.pending.extract_if(.., |(at, _)| *at <= now).collect();
        for (at, path) in due {
            self.serve(&path, "", &[], at);
        }
    }

    fn serve(&mut self, path: &str, query: &str, body: &[u8], now: Duration) -> Outcome<Dead> {
        let done = |status| response(status, "");
        match path.rsplit('/').next().unwrap() {
            "Create" if self.policy.is_some() => error(409, "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTS"),
            "Create" => {
                self.effects += 1;
                self.policy =
                    Some(if body.is_empty() { policy("ours") } else { serde_json::from_slice(body).unwrap() });
                done(201)
            }
            "Delete" if self.policy.is_none() => error(404, "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST"),
            "Delete" => {
                self.effects += 1;
                self.policy = None;
                done(200)
            }
            "DisableBackup" if !self.enabled => error(404, "FABRIC_E_BACKUP_NOT_ENABLED"),
            "DisableBackup" => {
                self.effects += 1;
                self.enabled = false;
                done(202)
            }
            "GetBackupConfigurationInfo" => self.configuration(query),
            "Backup" | "Restore" if self.state(now) == "Accepted" => error(409, "FABRIC_E_BACKUP_IN_PROGRESS"),
            "Backup" | "Restore" => {
                self.effects += 1;
                self.runs += 1;
                self.begun = now;
                done(202)
            }
            "GetBackupProgress" => self.progress("BackupState", now),
            "GetRestoreProgress" => self.progress("RestoreState", now),
            _ => match &self.policy {
                Some(policy) => response(
                    200,
                    serde_json::to_string(policy).unwrap().replace("secret", "****").replace("PT60M", "PT1H"),
                ),
                None => error(404, "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST"),
            },
        }
    }

    /// Pages of services whose names begin alike, or of none, then the service itself. If nothing is left for the last
    /// page, the server fails.
    fn configuration(&self, query: &str) -> Outcome<Dead> {
        let page = query.split_once("ContinuationToken=t").map_or(0, |(_, page)| page.parse().unwrap());
        if page < self.pages {
            let item = r#"{"Kind":"Service","ServiceName":"fabric:/A/B2","PolicyInheritedFrom":"Service"}"#;
            let items = if page.is_multiple_of(2) { "" } else { item };
            return response(200, format!(r#"{{"Items":[{items}],"ContinuationToken":"t{}"}}"#, page + 1));
        }
        if self.enabled {
            response(
                200,
                r#"{"Items":[{"Kind":"Service","ServiceName":"fabric:/A/B","PolicyInheritedFrom":"Service"}]}"#,
            )
        } else if page.is_multiple_of(2) {
            error(404, "FABRIC_E_BACKUP_NOT_ENABLED")
        } else {
            response(200, r#"{"Items":[],"ContinuationToken":""}"#)
        }
    }

    fn state(&self, now: Duration) -> &'static str {
        match self.runs {
            0 if self.earlier_failure => "Failure",
            0 => "",
            _ if now < self.begun + Duration::from_secs(20) => "Accepted",
            _ => "Success",
        }
    }

    fn progress(&self, member: &str, now: Duration) -> Outcome<Dead> {
        match self.state(now) {
            "" => response(200, "null"),
            "Success" => response(
                200,
                format!(r#"{{"{member}":"Success","TimeStampUtc":"2024-01-01T00:00:{:02}Z"}}"#, self.runs),
            ),
            state => response(200, format!(r#"{{"{member}":"{state}"}}"#)),
        }
    }

    fn suffer(&mut self, fate: Fate, request: &Request<Body>, now: Duration) -> Outcome<Dead> {
        self.deliver_due(now);
        let (path, body) = (request.uri().path().to_owned(), request.body().as_ref());
        let query = request.uri().query().unwrap_or_default();
        match fate {
            Fate::Delivered => self.serve(&path, query, body, now),
            Fate::NeverSent => failed(TransportErrorKind::Unreachable),
            Fate::Swallowed => failed(TransportErrorKind::Lost),
            Fate::ResponseLost => {
                self.serve(&path, query, body, now);
                failed(TransportErrorKind::Lost)
            }
            Fate::DeliveredLater(seconds) => {
                self.pending.push((now + Duration::from_secs(seconds), path));
                failed(TransportErrorKind::Lost)
            }
            Fate::GatewayTimeout => {
                self.serve(&path, query, body, now);
                response(504, "")
            }
            Fate::Unusable => {
                self.serve(&path, query, body, now);
                failed(TransportErrorKind::Rejected)
            }
            Fate::Unavailable => error(503, "FABRIC_E_NOT_PRIMARY"),
        }
    }
}

fn policy(container: &str) -> BackupPolicyDescription {
    let json = format!(
        r#"{{"Name":"p","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
        "Schedule":{{"ScheduleKind":"FrequencyBased","Interval":"PT60M"}},
        "Storage":{{"StorageKind":"AzureBlobStore","ConnectionString":"secret","ContainerName":"{container}","FriendlyName":"f"}}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

/// Runs the call with these fates, then delivers whatever is still on its way. Returns whether the call reported that
/// it was done (`None`: unknown), and how often it was done.
fn outcome<O: Operation<Response = ()>>(call: O, mut world: World, fates: &[Fate]) -> (Option<bool>, u32) {
    let mut fates = fates.iter().copied().chain(std::iter::repeat(Fate::Delivered));
    let trace = drive(Call::new(call, options()), &cluster("http://a,http://b"), |request, now| {
        world.suffer(fates.next().unwrap(), request, now)
    });
    world.deliver_due(Duration::MAX);
    let said = match trace.result {
        Ok(()) => Some(true),
        Err(error) if matches!(error.lost_outcome(), Some(&LostOutcome::Unknown(_))) => None,
        Err(error) => {
            assert!(!error.may_have_changed(), "{error}");
            Some(false)
        }
    };
    (said, world.effects)
}

fn partition() -> crate::name::PartitionId {
    "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap()
}

proptest! {
    /// Never done twice, never misreported, and never unknown, because a read always shows the outcome.
    #[test]
    fn create_delete_and_disable_tell_the_truth(fates in proptest::collection::vec(fate(), 0..12), pages in 0_u32..4) {
        let create = CreateBackupPolicy::new(policy("ours"));
        let (said, effects) = outcome(create, World::default(), &fates);
        prop_assert_eq!(said.map(u32::from), Some(effects));

        let there = || World { policy: Some(policy("ours")), ..World::default() };
        let (said, effects) = outcome(DeleteBackupPolicy::new("p".parse().unwrap()), there(), &fates);
        prop_assert_eq!(said.map(u32::from), Some(effects));

        let enabled = World { enabled: true, pages, ..World::default() };
        let (said, effects) = outcome(DisableServiceBackup::new("A/B".parse().unwrap()), enabled, &fates);
        prop_assert_eq!(said.map(u32::from), Some(effects));
    }

    /// The same for backups and restores, without a previous run and after a successful one.
    #[test]
    fn backup_and_restore_tell_the_truth(fates in proptest::collection::vec(fate(), 0..12), runs in 0_u32..3) {
        let world = || World { runs, ..World::default() };
        let (said, effects) = outcome(BackupPartition::new(partition()), world(), &fates);
        prop_assert_eq!(said.map(u32::from), Some(effects));
        let restore = RestorePartition::new(partition()).latest(true);
        let (said, effects) = outcome(restore, world(), &fates);
        prop_assert_eq!(said.map(u32::from), Some(effects));
    }

    /// Beside another run, it may stay unknown whose run a read shows; a reported outcome is still true.
    #[test]
    fn the_outcome_is_true_beside_another_run(fates in proptest::collection::vec(fate(), 0..12), ago in 0_u64..20) {
        let begun = Duration::from_secs(1_000 - ago);
        for world in [World { runs: 1, begun, ..World::default() }, World { runs: 2, begun, ..World::default() }] {
            let (said, effects) = outcome(BackupPartition::new(partition()), world, &fates);
            prop_assert!(effects <= 1);
            if let Some(said) = said {
                prop_assert_eq!(u32::from(said), effects);
            }
        }
    }

    /// After a failed run, which has neither time nor id, a lost response may stay unknown; a reported outcome is still
    /// true.
    #[test]
    fn the_outcome_is_true_after_a_failure(fates in proptest::collection::vec(fate(), 0..12)) {
        let world = World { earlier_failure: true, ..World::default() };
        let (said, effects) = outcome(BackupPartition::new(partition()), world, &fates);
        prop_assert!(effects <= 1);
        if let Some(said) = said {
            prop_assert_eq!(u32::from(said), effects);
        }
    }
}

#[test]
fn somebody_elses_policy_of_that_name_is_not_ours() {
    let world = World { policy: Some(policy("theirs")), ..World::default() };
    let (said, effects) = outcome(CreateBackupPolicy::new(policy("ours")), world, &[Fate::ResponseLost]);
    // Ours may have been stored, and updated since.
    assert_eq!((said, effects), (None, 0));
}

#[test]
fn not_done_is_said_only_when_the_gateway_has_given_up() {
    let disable = DisableServiceBackup::new("A/B".parse().unwrap());
    let mut world = World { enabled: true, ..World::default() };
    let mut first = true;
    let trace = drive(Call::new(disable, options()), &cluster("http://a"), |request, now| {
        let fate = if std::mem::take(&mut first) { Fate::Swallowed } else { Fate::Delivered };
        world.suffer(fate, request, now)
    });
    assert_eq!(trace.result.unwrap_err().lost_outcome(), Some(&LostOutcome::NotDone));
    assert!(trace.waited > Duration::from_secs(129) && trace.waited < Duration::from_secs(131), "{:?}", trace.waited);
    assert_eq!(trace.requests.iter().filter(|request| request.method() == http::Method::POST).count(), 1);
}
