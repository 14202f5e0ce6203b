//! Complete outputs of the main commands. After an intended change, `UPDATE_EXPECT=1` rewrites them here.

use std::time::Duration;

use expect_test::{Expect, expect};
use sf_backup_sim::{Cluster, Listening, Speed};

use super::harness::{OneFile, PARTITION, Ran, at, at_noon, run_with};

const POLICY: &str = r#"{ "Name": "Hourly", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 2,
    "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT1H" },
    "RetentionPolicy": { "RetentionPolicyType": "Basic", "RetentionDuration": "P20D", "MinimumNumberOfBackups": 5 },
    "Storage": { "StorageKind": "FileShare", "Path": "\\\\nas\\backups" } }"#;

/// A cluster at 12:30:20 on 2024-03-09 whose time stands still, with hourly backups of one service since nine.
struct Midday(Listening);

impl Midday {
    fn new() -> Self {
        let start = "2024-03-09T09:00:00Z".parse().unwrap();
        let cluster = Cluster::builder().start(start).speed(Speed::FROZEN).build();
        let listening = cluster.listen().unwrap();
        run_with(POLICY, false, &["-e", &listening.url(), "policy", "create"]).expect(0);
        at(&listening.url(), &["service", "enable", "CalcApp/CalcService", "--policy", "Hourly"]).expect(0);
        // Not at a full minute, so that ages do not depend on the speed of the test.
        cluster.advance(Duration::from_secs(3 * 3_600 + 30 * 60 + 20));
        Self(listening)
    }

    fn run(&self, args: &[&str]) -> Ran {
        at_noon(&self.0.url(), None, args)
    }

    fn prints(&self, args: &[&str], code: u8, expected: &Expect) {
        expected.assert_eq(&self.run(args).expect(code).out);
    }
}

#[test]
fn audit() {
    let cluster = Midday::new();
    cluster.prints(
        &["audit"],
        0,
        &expect![[r#"
        SERVICE              PROTECTED  STATE       LAST  NEXT
        CalcApp/CalcService  2 of 2     ██████████  30m   in 44m

        2 partitions: 2 protected
    "#]],
    );
    cluster.prints(&["-o", "wide", "audit"], 0, &expect![[r#"
        STATE      SERVICE                      PARTITION                             NAME                   KEY                       LAST BACKUP           DUE                   POLICY  CHAIN  BACKUPS  REASON
        Protected  fabric:/CalcApp/CalcService  6b1c2f7e-0000-4000-8000-000000000001  CalcApp/CalcService#0  -9223372036854775808..-1  2024-03-09T12:00:00Z  2024-03-09T13:15:00Z  Hourly  3      3        the next backup is due by 2024-03-09T13:15:00Z
        Protected  fabric:/CalcApp/CalcService  6b1c2f7e-0000-4000-8000-000000000002  CalcApp/CalcService#1  0..9223372036854775807    2024-03-09T12:00:00Z  2024-03-09T13:15:00Z  Hourly  3      3        the next backup is due by 2024-03-09T13:15:00Z
        2 partitions: 2 protected
    "#]]);
    cluster.prints(&["audit", "--report", "nagios"], 0, &expect![[r#"
        SF-BACKUP OK - 2 partitions: 2 protected | failing=0;;;0;2 stale=0;;;0;2 notcovered=0;;;0;2 suspended=0;;;0;2 unavailable=0;;;0;2 unknown=0;;;0;2 pending=0;;;0;2 protected=2;;;0;2 notapplicable=0;;;0;2
    "#]]);
}

#[test]
fn why() {
    let cluster = Midday::new();
    cluster.prints(&["why", PARTITION], 0, &expect![[r#"
        LEVEL          NAME                                  POLICY    SUSPENDED
        Application    fabric:/CalcApp                       -         no
          Service      fabric:/CalcApp/CalcService           Hourly *  no
            Partition  6b1c2f7e-0000-4000-8000-000000000001  -         no
        * in effect

        Effective policy:  Hourly (from the service)
        Schedule:          every 1h, up to 2 incremental backups between full ones; kept 20d, at least 5; on share \\nas\backups
        Suspended:         no
        Last backup:       2024-03-09T12:00:00Z (30m ago), incremental
        Next run:          expected 2024-03-09T13:00:00Z (in 29m)
    "#]]);
}

#[test]
fn backups() {
    let cluster = Midday::new();
    cluster.prints(&["-o", "wide", "partition", "backups", PARTITION], 0, &expect![[r#"
        CREATED               AGE     TYPE         SERVICE                      PARTITION                             BACKUP ID                             CHAIN                                 LSN  LOCATION                                                                          KEYS                      EPOCH                                                   MANIFEST VERSION  APPLICATION
        2024-03-09T10:00:00Z  2h 30m  Full         fabric:/CalcApp/CalcService  6b1c2f7e-0000-4000-8000-000000000001  3ee57890-41c9-4ac3-b3b8-488c368cb0a6  3ee57890-41c9-4ac3-b3b8-488c368cb0a6  3    CalcApp\CalcService\6b1c2f7e-0000-4000-8000-000000000001\2024-03-09 10.00.00.zip  -9223372036854775808..-1  data loss 131992384400001234, configuration 8589934592  1.0.0             fabric:/CalcApp
        2024-03-09T11:00:00Z  1h 30m  Incremental  fabric:/CalcApp/CalcService  6b1c2f7e-0000-4000-8000-000000000001  b54e0f16-00cc-4d19-84bb-3f97971d80ab  3ee57890-41c9-4ac3-b3b8-488c368cb0a6  29   CalcApp\CalcService\6b1c2f7e-0000-4000-8000-000000000001\2024-03-09 11.00.00.zip  -9223372036854775808..-1  data loss 131992384400001234, configuration 8589934592  1.0.0             fabric:/CalcApp
        2024-03-09T12:00:00Z  30m     Incremental  fabric:/CalcApp/CalcService  6b1c2f7e-0000-4000-8000-000000000001  db01602b-100b-4ed7-a903-8a921825f10d  3ee57890-41c9-4ac3-b3b8-488c368cb0a6  48   CalcApp\CalcService\6b1c2f7e-0000-4000-8000-000000000001\2024-03-09 12.00.00.zip  -9223372036854775808..-1  data loss 131992384400001234, configuration 8589934592  1.0.0             fabric:/CalcApp
    "#]]);
    cluster.prints(&["partition", "backups", PARTITION, "--chains"], 0, &expect![[r#"
        partition 6b1c2f7e-0000-4000-8000-000000000001 of fabric:/CalcApp/CalcService (-9223372036854775808..-1), policy Hourly; newest restore point 2024-03-09T12:00:00Z (30m ago)
        BACKUP         CREATED               AGE     BACKUP ID                             LOCATION
        Full           2024-03-09T10:00:00Z  2h 30m  3ee57890-41c9-4ac3-b3b8-488c368cb0a6  CalcApp\CalcService\6b1c2f7e-0000-4000-8000-000000000001\2024-03-09 10.00.00.zip
          Incremental  2024-03-09T11:00:00Z  1h 30m  b54e0f16-00cc-4d19-84bb-3f97971d80ab  CalcApp\CalcService\6b1c2f7e-0000-4000-8000-000000000001\2024-03-09 11.00.00.zip
          Incremental  2024-03-09T12:00:00Z  30m     db01602b-100b-4ed7-a903-8a921825f10d  CalcApp\CalcService\6b1c2f7e-0000-4000-8000-000000000001\2024-03-09 12.00.00.zip
    "#]]);
}

#[test]
fn export_and_diff() {
    let cluster = Midday::new();
    let exported = cluster.run(&["export"]).expect(0).out;
    expect![[r#"
        apiVersion: sf-backup/v1
        kind: BackupConfiguration
        policies:
        - Name: Hourly
          AutoRestoreOnDataLoss: false
          MaxIncrementalBackups: 2
          Schedule:
            ScheduleKind: FrequencyBased
            Interval: PT1H
          Storage:
            StorageKind: FileShare
            Path: \\nas\backups
          RetentionPolicy:
            RetentionPolicyType: Basic
            RetentionDuration: P20D
            MinimumNumberOfBackups: 5
        enablement:
        - EntityKind: Service
          ServiceName: fabric:/CalcApp/CalcService
          BackupPolicyName: Hourly
        suspensions: []
    "#]]
    .assert_eq(&exported);
    let changed = exported.replace("PT1H", "PT30M").replace("P20D", "P10D");
    let file = OneFile::new("backup.yaml", &changed);
    let diff = cluster.run(&["diff", "-f", file.path()]).expect(1).out;
    expect![[r#"
        --- cluster: policy Hourly
        +++ backup.yaml: policy Hourly
        @@ -3,11 +3,11 @@
         MaxIncrementalBackups: 2
         Schedule:
           ScheduleKind: FrequencyBased
        -  Interval: PT1H
        +  Interval: PT30M
         Storage:
           StorageKind: FileShare
           Path: \\nas\backups
         RetentionPolicy:
           RetentionPolicyType: Basic
        -  RetentionDuration: P20D
        +  RetentionDuration: P10D
           MinimumNumberOfBackups: 5
    "#]]
    .assert_eq(&diff.replace(file.path(), "backup.yaml"));
}

/// The commands by task, and where the rest of the help is, on one screen.
#[test]
fn help() {
    let help = |args: &[&str]| at_noon("http://localhost:1", Some(80), args).expect(0).out;
    expect![[r#"
        Manage backups of Azure Service Fabric clusters: policies, where they are
        enabled, backups and restores

        Usage: sf-backup [OPTIONS] <COMMAND>

        See what is backed up:
          status       Show the backups of each service on one screen
          audit        Report the backup status of every partition
          why          Show which policy applies, and when the next backup is due
          storage      List the backups on a storage, from any cluster
          metrics      Export backup status as Prometheus metrics
          history      List the changes recorded in a log
        Back up and restore:
          app          Manage backups of whole applications
          service      Manage backups of services
          partition    Manage backups and restores of single partitions
          restore      Restore services and applications by a plan
        Prove:
          drill        Prove that backups can be restored, using a scratch service
        Set up:
          policy       Manage backup policies: schedule, storage and retention
          context      Manage named connections
          doctor       Check the connection to a cluster step by step
          export       Export the cluster's backup configuration to a file
          diff         Compare the cluster's backup configuration with a file
          apply        Make the cluster's backup configuration match a file
        Learn and try:
          explain      Explain an error code, exit code, audit state or lint rule
          options      Show the global options
          demo         Demonstrate an audit and a restore on a simulated cluster
          sim          Run a simulated cluster, or control a running one
          completions  Print a shell completion script
          man          Print a manual page

        Options:
          -h, --help     Print help (see more with '--help')
          -V, --version  Print version

        'sf-backup COMMAND -h' shows help for a command, 'sf-backup --help' everything.
    "#]]
    .assert_eq(&help(&["-h"]));
    expect![[r#"
        Enable periodic backups of all partitions of a stateful service

        Usage: sf-backup service enable [OPTIONS] --policy <NAME> <SERVICE>...

        Arguments:
          <SERVICE>...  One or more services

        Options:
              --parallel <N>
                  Maximum entities processed concurrently [default: 16]
              --fail-fast
                  Start no new items after a failure
              --policy <NAME>
                  The policy, which must exist
              --wait
                  Wait until the policy is in effect for every stateful partition that
                  keeps its state on disk
              --first-backup
                  Wait until each stateful partition also has a backup, scheduled or on
                  demand, made after the command started
              --backup-now
                  Once the policy is in effect, start a backup of each partition that it
                  covers
              --wait-timeout <DURATION>
                  Stop waiting after this time
          -h, --help
                  Print help (see more with '--help')

        Examples:
          sf-backup service enable fabric:/CalcApp/CalcService --policy Daily
          sf-backup service enable fabric:/CalcApp/CalcService --policy Daily
          --first-backup --wait-timeout 7200

        'sf-backup options' shows the global options, --help the full help.
    "#]]
    .assert_eq(&help(&["service", "enable", "-h"]));
    expect![[r#"
        Restore whole services and applications, by a plan that can be interrupted and
        resumed

        Usage: sf-backup restore [OPTIONS] <COMMAND>

        Commands:
          plan  Plan the restore of a service, an application or a partition
          now   Restore a service, an application or a partition in one step: show the
                plan, confirm, run it
          run   Run a plan: restore its partitions concurrently, and wait for completion
          help  Print this message or the help of the given subcommand(s)

        Options:
          -h, --help  Print help (see more with '--help')

        'sf-backup options' shows the global options, --help the full help.
    "#]]
    .assert_eq(&help(&["restore", "-h"]));
}
