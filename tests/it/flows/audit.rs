//! Audits compared with the state of the simulator, over virtual weeks, in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use proptest::prelude::*;
use serde_json::json;
use sf_backup_ops::audit::{
    Assessment, Audit, BackupSummary, Clock, Condition, Coverage, OnDemand, Partition, Policies, Reading, Reason,
    Rules, State, Verdict, assess,
};
use sf_backup_ops::inventory::{self, ServiceState};
use sf_backup_proto::inventory::{GetApplicationInfoList, GetPartitionInfoList, GetServiceInfoList};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{
    CreateBackupPolicy, EnableApplicationBackup, EnablePartitionBackup, EnableServiceBackup, GetBackupPolicyList,
    GetPartitionBackupConfigurationInfo, GetPartitionBackupList, GetPartitionBackupProgress, Operation, PartitionId,
    ResumeServiceBackup, SuspendPartitionBackup, SuspendServiceBackup, Timestamp, UpdateBackupPolicy,
};
use sf_backup_sim::{Cluster, EffectKind, Fault, Topology};

use super::{Driver, blob};

const HOUR: u64 = 3_600;

/// The results of an audit by partition, and what could not be read.
struct Audited {
    audit: Audit,
    unread: BTreeMap<PartitionId, &'static str>,
}

/// Reads like the command line, one call after the other.
fn audit(driver: &mut Driver) -> Audited {
    let now = driver.cluster.now();
    let policies = driver.all(GetBackupPolicyList::new()).unwrap();
    let policies: Policies = policies.into_iter().map(|policy| (policy.name.clone(), policy)).collect();
    let (mut assessed, mut unread) = (Vec::new(), BTreeMap::new());
    for application in driver.all(GetApplicationInfoList::new()).unwrap() {
        let application: sf_backup_proto::ApplicationId = application.name.unwrap().parse().unwrap();
        for info in driver.all(GetServiceInfoList::new(application.clone())).unwrap() {
            let service: sf_backup_proto::ServiceId = info.name.clone().unwrap().parse().unwrap();
            for partition in driver.all(GetPartitionInfoList::new(service.clone())).unwrap() {
                let condition = Condition::of(&partition);
                let information = partition.partition_information.unwrap();
                let inventory::Partition { id, key } = inventory::Partition::of(&information).unwrap();
                let holds = ServiceState::of(&info);
                let (application, service) = (application.clone(), service.clone());
                let name = id.to_string();
                let partition = Partition { application, service, id, name, key, holds, condition };
                assessed.push(one(driver, partition, &policies, now, &mut unread));
            }
        }
    }
    Audited { audit: Audit::of(now, Clock::Local, assessed, Vec::new()), unread }
}

fn one(
    driver: &mut Driver,
    partition: Partition,
    policies: &Policies,
    now: Timestamp,
    unread: &mut BTreeMap<PartitionId, &'static str>,
) -> Assessment {
    let (id, rules) = (partition.id, Rules::default());
    if partition.holds != ServiceState::Persisted {
        return assess(Reading::not_applicable(partition), policies, &rules, now);
    }
    let coverage = Coverage::read(driver.send(GetPartitionBackupConfigurationInfo::new(id)));
    let backups = match &coverage {
        Ok(Some(_)) => BackupSummary::read(id, driver.all(GetPartitionBackupList::new(id)), None, now),
        _ => Ok(BackupSummary::default()),
    };
    if coverage.is_err() {
        unread.insert(id, "configuration");
    } else if backups.is_err() {
        unread.insert(id, "backups");
    }
    let mut reading = Reading::of(partition, coverage, backups);
    if assess(reading.clone(), policies, &rules, now).state == State::Stale {
        let progress = driver.send(GetPartitionBackupProgress::new(id)).unwrap();
        reading.on_demand = OnDemand::read(progress.as_ref());
    }
    assess(reading, policies, &rules, now)
}

/// Three services with two partitions each, one of them stateless.
fn topology() -> Topology {
    let service = |name: &str, kind: &str, at: u32| {
        let partitions: Vec<_> = [at, at + 1]
            .iter()
            .map(|id| json!({ "ServicePartitionKind": "Named", "Name": id.to_string(), "Id": partition(*id).to_string() }))
            .collect();
        json!({ "Name": name, "ServiceKind": kind, "HasPersistedState": kind == "Stateful", "Partitions": partitions })
    };
    let topology = json!({ "Applications": [
        { "Name": "fabric:/A", "Services": [
            service("fabric:/A/S", "Stateful", 1), service("fabric:/A/T", "Stateful", 3), service("fabric:/A/W", "Stateless", 5),
        ]},
        { "Name": "fabric:/B", "Services": [service("fabric:/B/S", "Stateful", 7)] },
    ]});
    Topology::from_json(&topology.to_string()).unwrap()
}

fn partition(number: u32) -> PartitionId {
    format!("00000000-0000-4000-8000-0000000000{number:02}").parse().unwrap()
}

/// The services with state on disk, by number.
const SERVICES: [(&str, [u32; 2]); 3] = [("fabric:/A/S", [1, 2]), ("fabric:/A/T", [3, 4]), ("fabric:/B/S", [7, 8])];

/// An interval of four hours, or two times of the day.
fn policy(name: &str) -> BackupPolicyDescription {
    let schedule = match name {
        "Often" => json!({ "ScheduleKind": "FrequencyBased", "Interval": "PT4H" }),
        _ => json!({ "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Daily", "RunTimes": ["02:00", "14:00"] }),
    };
    let mut policy: BackupPolicyDescription = serde_json::from_value(json!({
        "Name": name, "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 2, "Schedule": schedule,
        "Storage": { "StorageKind": "FileShare", "Path": "x" } }))
    .unwrap();
    policy.storage = blob();
    policy
}

const POLICIES: [&str; 2] = ["Often", "Daily"];

/// The maximum time between two runs, and the grace.
fn allowed(policy: &str) -> Duration {
    let (run, grace) = if policy == "Often" { (4 * HOUR, 24 * 60) } else { (12 * HOUR, 72 * 60) };
    Duration::from_secs(run + grace)
}

/// When the backup after one at `last` must be complete, by simple counting.
fn deadline(policy: &str, last: Timestamp) -> Timestamp {
    let later = |from: Timestamp, seconds| from.checked_add(Duration::from_secs(seconds)).unwrap();
    if policy == "Often" {
        return later(last, 4 * HOUR + 24 * 60);
    }
    let kept = later(last, 10).unix();
    let slot = (kept + 1..).find(|second| [2, 14].contains(&(second % 86_400 / 3_600)) && second % 3_600 == 0);
    later(Timestamp::from_unix(slot.unwrap()).unwrap(), 72 * 60)
}

/// Maximum additional time for backups that seem to take long.
const SLACK: Duration = Duration::from_secs(135 * 60);
const GRACE: Duration = Duration::from_secs(24 * 60);

#[derive(Debug, Clone)]
enum Step {
    Pass(u64),
    EnableApplication(usize),
    EnableService(usize, usize),
    EnablePartition(usize, usize),
    SuspendService(usize),
    ResumeService(usize),
    SuspendPartition(usize),
    Storage(bool),
    Unreadable(usize),
    Readable(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (service, policy) = (0..SERVICES.len(), 0..POLICIES.len());
    let step = prop_oneof![
        6 => (1..200_u64).prop_map(Step::Pass),
        1 => policy.clone().prop_map(Step::EnableApplication),
        2 => (service.clone(), policy.clone()).prop_map(|(service, policy)| Step::EnableService(service, policy)),
        1 => (service.clone(), policy.clone()).prop_map(|(service, policy)| Step::EnablePartition(service, policy)),
        1 => service.clone().prop_map(Step::SuspendService),
        1 => service.clone().prop_map(Step::ResumeService),
        1 => service.prop_map(Step::SuspendPartition),
        2 => any::<bool>().prop_map(Step::Storage),
        2 => policy.clone().prop_map(Step::Unreadable),
        1 => policy.prop_map(Step::Readable),
    ];
    proptest::collection::vec(step, 1..24)
}

/// The facts, recorded independently of the cluster.
#[derive(Default)]
struct Truth {
    /// Policies by entity.
    enabled: BTreeMap<String, &'static str>,
    suspended: BTreeSet<String>,
    /// When policies became unreadable.
    unreadable: BTreeMap<&'static str, Timestamp>,
    broken: bool,
    /// The time of the last change to the cluster.
    touched: Option<Timestamp>,
    /// When an entity last got another policy: earlier backups may be of the previous one.
    moved: Option<Timestamp>,
}

impl Truth {
    fn policy(&self, service: &str, partition: PartitionId) -> Option<&'static str> {
        let application = service.rsplit_once('/').unwrap().0;
        let levels = [partition.to_string(), service.to_owned(), application.to_owned()];
        levels.iter().find_map(|level| self.enabled.get(level).copied())
    }

    fn is_suspended(&self, service: &str, partition: PartitionId) -> bool {
        self.suspended.contains(service) || self.suspended.contains(&partition.to_string())
    }

    fn take(&mut self, step: &Step, driver: &mut Driver) {
        let now = driver.cluster.now();
        if !matches!(step, Step::Pass(_)) {
            self.touched = Some(now);
        }
        if matches!(step, Step::EnableApplication(_) | Step::EnableService(..) | Step::EnablePartition(..)) {
            self.moved = Some(now);
        }
        match *step {
            Step::Pass(hours) => driver.cluster.advance(Duration::from_secs(hours * HOUR / 10)),
            Step::EnableApplication(policy) => {
                let name = POLICIES[policy];
                driver.send(EnableApplicationBackup::new("fabric:/A".parse().unwrap(), name.parse().unwrap())).unwrap();
                self.enabled.insert("fabric:/A".to_owned(), name);
            }
            Step::EnableService(service, policy) => {
                let (service, name) = (SERVICES[service].0, POLICIES[policy]);
                driver.send(EnableServiceBackup::new(service.parse().unwrap(), name.parse().unwrap())).unwrap();
                self.enabled.insert(service.to_owned(), name);
            }
            Step::EnablePartition(service, policy) => {
                let (id, name) = (partition(SERVICES[service].1[0]), POLICIES[policy]);
                driver.send(EnablePartitionBackup::new(id, name.parse().unwrap())).unwrap();
                self.enabled.insert(id.to_string(), name);
            }
            // Refused if nothing is enabled in the application.
            Step::SuspendService(service) => {
                let service = SERVICES[service].0;
                if driver.send(SuspendServiceBackup::new(service.parse().unwrap())).is_ok() {
                    self.suspended.insert(service.to_owned());
                }
            }
            Step::ResumeService(service) => {
                let service = SERVICES[service].0;
                if driver.send(ResumeServiceBackup::new(service.parse().unwrap())).is_ok() {
                    self.suspended.remove(service);
                }
            }
            Step::SuspendPartition(service) => {
                let id = partition(SERVICES[service].1[1]);
                if driver.send(SuspendPartitionBackup::new(id)).is_ok() {
                    self.suspended.insert(id.to_string());
                }
            }
            Step::Storage(broken) => {
                let failure = broken.then_some((2_148_734_496, "The network path was not found."));
                driver.cluster.break_storage(&blob(), failure);
                self.broken = broken;
            }
            Step::Unreadable(policy) => {
                assert!(driver.cluster.make_policy_unreadable(POLICIES[policy]));
                self.unreadable.entry(POLICIES[policy]).or_insert(now);
            }
            Step::Readable(index) => {
                let name = POLICIES[index];
                driver.send(UpdateBackupPolicy::new(name.parse().unwrap(), policy(name))).unwrap();
                self.unreadable.remove(name);
            }
        }
    }

    /// The states of a partition that are consistent with the facts.
    fn expected(&self, driver: &Driver, service: &str, id: PartitionId) -> Vec<State> {
        let Some(policy) = self.policy(service, id) else { return vec![State::NotCovered] };
        if self.is_suspended(service, id) {
            return vec![State::Suspended];
        }
        if self.broken {
            // The storage responds as if it were empty.
            return vec![State::Unknown, State::Pending];
        }
        let effects = driver.cluster.effects();
        let own =
            effects.iter().filter(|effect| effect.kind == EffectKind::BackupMade && effect.subject == id.to_string());
        let made: Vec<Timestamp> = own.map(|effect| effect.at).collect();
        // The time when backup was enabled is not returned, unless other partitions of the service have older backups.
        let Some(last) = made.last() else { return vec![State::Pending, State::Stale] };
        let (now, due) = (driver.cluster.now(), deadline(policy, *last));
        let gaps = || made.windows(2).map(|pair| pair[1].since(pair[0]));
        if now <= due {
            vec![State::Protected]
        } else if now.since(due) <= SLACK && gaps().any(|gap| gap > allowed(policy) - GRACE) || made.len() == 1 {
            // Backups seem to take long, or the schedule seems to have been different.
            vec![State::Protected, State::Pending, State::Stale]
        } else if gaps().any(|gap| gap > allowed(policy) - GRACE) {
            vec![State::Pending, State::Stale]
        } else {
            vec![State::Stale]
        }
    }
}

fn started(seed: u64) -> Driver {
    let mut driver = Driver::of(Cluster::builder().topology(topology()).seed(seed).jitter().build());
    for name in POLICIES {
        driver.send(CreateBackupPolicy::new(policy(name))).unwrap();
    }
    driver
}

fn check(driver: &mut Driver, truth: &Truth) -> Result<(), TestCaseError> {
    let Audited { audit, unread } = audit(driver);
    let now = driver.cluster.now();
    prop_assert_eq!(audit.partitions.len(), 8);
    prop_assert!(audit.partitions.is_sorted_by_key(|assessed| assessed.state));
    let of = |id| audit.partitions.iter().find(|assessed| assessed.partition.id == id).unwrap();
    for number in [5, 6] {
        prop_assert_eq!(of(partition(number)).state, State::NotApplicable);
    }
    for (service, numbers) in SERVICES {
        for id in numbers.map(partition) {
            let assessment = of(id);
            prop_assert!(truth.expected(driver, service, id).contains(&assessment.state), "{:?}", assessment);
            // Every pending state ends.
            if let Reason::NoBackupYet { expected: Some(until), .. } | Reason::ScheduleChanged { until } =
                assessment.reason
            {
                prop_assert!(until >= now, "{:?}", assessment);
            }
            prop_assert!(assessment.state != State::Protected || !unread.contains_key(&id));
            let Some(policy) = truth.policy(service, id) else { continue };
            let fine = !truth.broken && !truth.is_suspended(service, id);
            // Every silent stop is detected once it is overdue, whatever else was done.
            if let Some(since) = truth.unreadable.get(policy)
                && now.since(truth.moved.map_or(*since, |moved| moved.max(*since))) > allowed(policy) + SLACK
            {
                prop_assert!(assessment.state != State::Protected, "{:?}", assessment);
            } else if fine
                && !truth.unreadable.contains_key(policy)
                && truth.touched.is_none_or(|at| now.since(at) > allowed(policy))
            {
                // Long enough after the last change, everything is protected.
                prop_assert_eq!(assessment.state, State::Protected, "{:?}", assessment);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn an_audit_reports_the_state_of_the_cluster(seed in any::<u64>(), steps in steps()) {
        let mut driver = started(seed);
        let mut truth = Truth::default();
        for step in &steps {
            truth.take(step, &mut driver);
            check(&mut driver, &truth)?;
        }
        truth.take(&Step::Pass(200), &mut driver);
        check(&mut driver, &truth)?;
    }

    /// Whichever read fails, the partition is not reported as protected.
    #[test]
    fn what_could_not_be_read_is_unknown(seed in any::<u64>(), fails in proptest::collection::vec(any::<bool>(), 1..8)) {
        let mut driver = started(seed);
        for (service, _) in SERVICES {
            driver.send(EnableServiceBackup::new(service.parse().unwrap(), "Often".parse().unwrap())).unwrap();
        }
        driver.cluster.advance(Duration::from_secs(9 * HOUR));
        for configuration in &fails {
            let mut response = Response::new(Bytes::from(r#"{"Error":{"Code":"E_UNEXPECTED","Message":"no"}}"#));
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            let spec = if *configuration { GetPartitionBackupConfigurationInfo::spec() } else { GetPartitionBackupList::spec() };
            driver.cluster.inject(Fault::response(response).on(spec));
        }
        let Audited { audit, unread } = audit(&mut driver);
        prop_assert!(!unread.is_empty());
        for assessed in &audit.partitions {
            let known = if assessed.partition.holds == ServiceState::Persisted { State::Protected } else { State::NotApplicable };
            let expected = if unread.contains_key(&assessed.partition.id) { State::Unknown } else { known };
            prop_assert_eq!(assessed.state, expected);
        }
        prop_assert_eq!(audit.summary().verdict(), Verdict::Unknown);
    }
}

/// A service that has not been backed up for a day although everything reports healthy.
#[test]
fn a_silent_stop_is_found() {
    let mut driver = started(1);
    driver.send(EnableServiceBackup::new("fabric:/A/S".parse().unwrap(), "Often".parse().unwrap())).unwrap();
    driver.send(EnableServiceBackup::new("fabric:/A/T".parse().unwrap(), "Daily".parse().unwrap())).unwrap();
    driver.cluster.advance(Duration::from_secs(48 * HOUR));
    assert!(driver.cluster.make_policy_unreadable("Often"));
    driver.cluster.advance(Duration::from_secs(24 * HOUR));
    let audit = audit(&mut driver).audit;
    let stale: Vec<_> = audit.partitions.iter().filter(|one| one.state == State::Stale).collect();
    assert_eq!(stale.iter().map(|one| one.partition.id).collect::<Vec<_>>(), [partition(1), partition(2)]);
    assert!(stale[0].reason.to_string().starts_with("the next backup was due by 2024-01-03T0"), "{}", stale[0].reason);
    assert_eq!(audit.summary().verdict(), Verdict::Unprotected);
}
