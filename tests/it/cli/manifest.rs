//! `export`, `diff` and `apply` against simulated clusters.

mod hostile;
mod random;
mod refusals;
mod rounds;
mod secrets;
mod suspensions;

use sf_backup_sim::{Cluster, EffectKind, Listening, Runtime, Topology};

use super::harness::{OneFile, Ran, at, run_with};

/// Two applications whose names begin alike, one with a name of two levels, and one without anything to back up.
const TOPOLOGY: &str = r#"{"Applications":[
  {"Name":"fabric:/Shop","Services":[
    {"Name":"fabric:/Shop/Cart","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
      {"ServicePartitionKind":"Int64Range","Id":"00000000-0000-4000-8000-000000000001","LowKey":"0","HighKey":"4"},
      {"ServicePartitionKind":"Int64Range","Id":"00000000-0000-4000-8000-000000000002","LowKey":"5","HighKey":"9"}]},
    {"Name":"fabric:/Shop/Stock","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
      {"ServicePartitionKind":"Singleton","Id":"00000000-0000-4000-8000-000000000003"}]}]},
  {"Name":"fabric:/Shop10","Services":[
    {"Name":"fabric:/Shop10/Cart","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
      {"ServicePartitionKind":"Singleton","Id":"00000000-0000-4000-8000-000000000004"}]}]},
  {"Name":"fabric:/Shop/EU","Services":[
    {"Name":"fabric:/Shop/EU/Cart","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
      {"ServicePartitionKind":"Named","Id":"00000000-0000-4000-8000-000000000005","Name":"a"}]}]}]}"#;

/// Everything that a file can contain, in other spellings than an export.
const FULL: &str = r"
apiVersion: sf-backup/v1
kind: BackupConfiguration
policies:
- Name: Weekly
  AutoRestoreOnDataLoss: false
  MaxIncrementalBackups: 0
  Schedule: {ScheduleKind: TimeBased, ScheduleFrequencyType: weekly, RunDays: [Friday, monday, Friday], RunTimes: ['18:30', '09:00']}
  Storage: {StorageKind: FileShare, Path: '\\nas\weekly', FriendlyName: nas}
  RetentionPolicy: {RetentionPolicyType: Basic, RetentionDuration: PT240H}
- Name: Daily
  AutoRestoreOnDataLoss: false
  MaxIncrementalBackups: 5
  Schedule: {ScheduleKind: FrequencyBased, Interval: PT24H}
  Storage: {StorageKind: FileShare, Path: '\\nas\daily'}
enablement:
- {ServiceName: 'fabric:/Shop/Cart', PartitionId: 00000000-0000-4000-8000-000000000002, BackupPolicyName: Weekly}
- {ApplicationName: Shop/EU, BackupPolicyName: Weekly}
- {ApplicationName: Shop, BackupPolicyName: Daily}
- {ServiceName: Shop10/Cart, BackupPolicyName: Daily}
suspensions:
- {ServiceName: Shop/Stock}
- {ApplicationName: Shop/EU}
- {ServiceName: 'fabric:/Shop/Cart', PartitionId: 00000000-0000-4000-8000-000000000002}
";

/// A cluster on a socket that counts its changes.
struct Simulated {
    cluster: Cluster,
    listening: Listening,
}

impl Simulated {
    fn new() -> Self {
        Self::of(Runtime::V6_4)
    }

    fn of(runtime: Runtime) -> Self {
        let topology = Topology::from_json(TOPOLOGY).unwrap();
        let cluster = Cluster::builder().topology(topology).runtime(runtime).build();
        let listening = cluster.listen().unwrap();
        Self { cluster, listening }
    }

    fn run(&self, args: &[&str]) -> Ran {
        at(&self.listening.url(), args)
    }

    fn apply(&self, file: &str, more: &[&str]) -> Ran {
        self.with(file, "apply", more)
    }

    fn diff(&self, file: &str, more: &[&str]) -> Ran {
        self.with(file, "diff", more)
    }

    fn with(&self, file: &str, verb: &str, more: &[&str]) -> Ran {
        run_with(file, false, &[&["-e", &self.listening.url(), verb, "-f", "-"], more].concat())
    }

    fn export(&self) -> String {
        self.run(&["-q", "export"]).expect(0).out
    }

    /// The changes after an earlier count: kind, subject and detail.
    fn changes(&self, since: usize) -> Vec<String> {
        let changed = |kind: &EffectKind| {
            matches!(
                kind,
                EffectKind::PolicyCreated
                    | EffectKind::PolicyUpdated
                    | EffectKind::PolicyDeleted
                    | EffectKind::Enabled
                    | EffectKind::Disabled
                    | EffectKind::Suspended
                    | EffectKind::Resumed
            )
        };
        let effects = self.cluster.effects().into_iter().filter(|effect| changed(&effect.kind)).skip(since);
        effects
            .map(|effect| format!("{:?} {} {}", effect.kind, effect.subject, effect.detail.unwrap_or_default()))
            .collect()
    }
}
