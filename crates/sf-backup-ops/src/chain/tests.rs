use proptest::prelude::*;
use sf_backup_proto::model::partition::SingletonPartitionInformation;
use sf_backup_proto::model::schedule::{
    BackupScheduleFrequencyType, FrequencyBasedBackupScheduleDescription, TimeBasedBackupScheduleDescription,
};
use sf_backup_proto::time::{IsoDuration, RunTime};

use sf_backup_proto::model::backup::FabricErrorError;

use super::*;

const PARTITION: Uuid = Uuid::from_u128(0x6b1c_2f7e);

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(1_700_000_000 + seconds).unwrap()
}

/// A backup of the second that is its number, in the chain of that number.
fn backup(number: u128, chain: u128) -> BackupInfo {
    let kind = if number == chain { BackupType::Full } else { BackupType::Incremental };
    let time = i64::try_from(number).unwrap();
    BackupInfo::new()
        .backup_id(id(number))
        .backup_chain_id(id(chain))
        .service_name("fabric:/A/S")
        .partition_information(SingletonPartitionInformation::new().id(PARTITION))
        .backup_location(format!("A\\S\\p\\{number}"))
        .backup_type(kind)
        .lsn_of_last_backup_record(time)
        .creation_time_utc(at(time))
}

fn only(list: Vec<BackupInfo>) -> PartitionBackups {
    let mut backups = Backups::of(list);
    assert_eq!((backups.partitions.len(), backups.failures.len()), (1, 0));
    backups.partitions.remove(0)
}

/// The ids of the backups that can be restored, oldest first.
fn points(list: Vec<BackupInfo>) -> Vec<u128> {
    only(list).points().iter().map(|point| point.id.as_u128()).collect()
}

fn with(backup: BackupInfo, change: impl FnOnce(&mut BackupInfo)) -> BackupInfo {
    let mut backup = backup;
    change(&mut backup);
    backup
}

fn failed(backup: BackupInfo) -> BackupInfo {
    with(backup, |backup| {
        backup.failure_error = serde_json::from_str(r#"{"Code":2148734496,"Message":"cannot be read"}"#).unwrap();
    })
}

#[test]
fn chains_are_a_full_backup_and_what_follows_it() {
    let sorted = only(vec![backup(5, 4), backup(2, 1), backup(4, 4), backup(1, 1), backup(3, 1)]);
    let numbers = |chain: &Chain| chain.links().map(|link| link.backup.backup_id.unwrap().as_u128()).collect();
    let chains: Vec<Vec<u128>> = sorted.chains.iter().map(numbers).collect();
    assert_eq!(chains, [vec![1, 2, 3], vec![4, 5]]);
    assert!(sorted.chains.iter().all(Chain::is_sound));
    assert_eq!((sorted.chains[0].began(), sorted.chains[0].ended()), (Some(at(1)), Some(at(3))));
    assert_eq!(sorted.points().iter().map(|point| point.depth).collect::<Vec<_>>(), [1, 2, 3, 1, 2]);
    assert!(sorted.chains[0].exceeds(1) && !sorted.chains[0].exceeds(2));
    assert_eq!(sorted.service_name(), Some("fabric:/A/S"));
}

#[test]
fn the_newest_point_at_a_time_is_not_after_it() {
    let sorted = only(vec![backup(10, 10), backup(20, 10), backup(30, 30)]);
    let newest = |seconds| sorted.newest_point_at(at(seconds)).map(|point| point.id.as_u128());
    assert_eq!([newest(9), newest(10), newest(29), newest(30)], [None, Some(10), Some(20), Some(30)]);
    assert_eq!(sorted.newest_point().unwrap().id, id(30));
}

#[test]
fn a_chain_without_its_full_backup_cannot_be_restored() {
    let sorted = only(vec![backup(2, 1), backup(3, 1)]);
    assert_eq!(sorted.chains[0].flaw(), Some(Flaw::MissingFull));
    assert_eq!(sorted.points(), []);
    assert_eq!(sorted.newest(), Some(at(3)));
}

#[test]
fn a_flaw_breaks_the_rest_of_the_chain() {
    let breaking: [fn(&mut BackupInfo); 6] = [
        |backup| backup.failure_error = Some(FabricErrorError::new()),
        |backup| backup.backup_location = None,
        |backup| backup.backup_location = Some("  ".into()),
        |backup| backup.backup_id = None,
        |backup| backup.backup_type = Some("Differential".into()),
        |backup| backup.backup_type = None,
    ];
    for change in breaking {
        assert_eq!(points(vec![backup(1, 1), backup(2, 1), with(backup(3, 1), change), backup(4, 1)]), [1, 2]);
    }
    // Its position is unknown: it may follow the full backup directly.
    let timeless = with(backup(3, 1), |backup| backup.creation_time_utc = None);
    assert_eq!(points(vec![backup(1, 1), backup(2, 1), timeless, backup(4, 1)]), [1]);
}

#[test]
fn backups_without_a_partition_are_kept_apart() {
    let pseudo = r#"{"BackupId":"00000000-0000-0000-0000-000000000000","BackupType":"Invalid",
        "CreationTimeUtc":"0001-01-01T00:00:00Z","LsnOfLastBackupRecord":"0",
        "FailureError":{"Code":2148734496,"Message":"Unable to enumerate metadata files"}}"#;
    let pseudo: BackupInfo = serde_json::from_str(pseudo).unwrap();
    let nil = with(backup(2, 1), |backup| {
        backup.partition_information = Some(SingletonPartitionInformation::new().id(Uuid::nil()).into());
    });
    let backups = Backups::of([pseudo.clone(), backup(1, 1), pseudo, nil]);
    assert_eq!((backups.partitions.len(), backups.failures.len()), (1, 2));
    assert_eq!(backups.partition(PARTITION.into()).unwrap().points().len(), 1);
    assert_eq!(backups.partition(id(9).into()), None);
}

#[test]
fn the_same_backup_on_two_storages_is_one() {
    let elsewhere = with(backup(2, 1), |backup| backup.backup_location = Some("B\\2".into()));
    let sorted = only(vec![backup(2, 1), backup(1, 1), elsewhere, backup(1, 1)]);
    assert!(sorted.chains[0].is_sound());
    assert_eq!(sorted.links().count(), 2);
    // Two copies are merged.
    assert_eq!(points(vec![failed(backup(2, 1)), backup(1, 1), backup(2, 1)]), [1, 2]);
}

#[test]
fn a_backup_with_contradictory_entries_is_not_restored() {
    let other = with(backup(2, 1), |backup| backup.creation_time_utc = Some(at(7)));
    let sorted = only(vec![backup(2, 1), backup(1, 1), other]);
    assert_eq!(sorted.chains[0].incrementals[0].flaws, [Flaw::Contradictory]);
    assert_eq!(sorted.points().len(), 1);
}

#[test]
fn a_full_backup_starts_a_chain_under_any_chain_id() {
    let foreign = with(backup(3, 3), |backup| backup.backup_chain_id = Some(id(1)));
    let sorted = only(vec![backup(1, 1), backup(2, 1), foreign.clone()]);
    assert_eq!(sorted.chains[1].full.as_ref().unwrap().flaws, [Flaw::ForeignChain]);
    assert_eq!(sorted.points().len(), 3);
    let chainless = with(foreign, |backup| backup.backup_chain_id = None);
    assert_eq!(points(vec![chainless]), [3]);
}

#[test]
fn backups_without_a_chain_id_have_no_chain() {
    let lost = with(backup(2, 1), |backup| backup.backup_chain_id = Some(Uuid::nil()));
    let sorted = only(vec![lost, backup(3, 3)]);
    assert_eq!(sorted.chains[1].flaw(), Some(Flaw::NoChain));
    assert_eq!(sorted.points().len(), 1);
}

#[test]
fn contradictory_times_and_records_are_reported() {
    let older = with(backup(3, 1), |backup| backup.creation_time_utc = Some(at(0)));
    let sorted = only(vec![backup(1, 1), backup(2, 1), older]);
    assert_eq!(sorted.chains[0].incrementals[0].flaws, [Flaw::Disorder]);
    assert_eq!(sorted.points().len(), 3);
}

fn gaps(schedule: impl Into<BackupScheduleDescription>, times: &[i64]) -> Vec<(i64, i64)> {
    let list = times.iter().map(|time| backup(u128::try_from(*time).unwrap(), 1));
    let gaps = only(list.collect()).gaps(&schedule.into());
    gaps.iter().map(|gap| (gap.after.unix() - 1_700_000_000, gap.before.unix() - 1_700_000_000)).collect()
}

#[test]
fn a_run_without_a_backup_is_a_gap() {
    let hourly = || FrequencyBasedBackupScheduleDescription::new(IsoDuration::hours(1));
    assert_eq!(gaps(hourly(), &[0, 3_600, 7_190, 10_900]), []);
    // Retried for a while, then made.
    assert_eq!(gaps(hourly(), &[0, 3_900]), []);
    assert_eq!(gaps(hourly(), &[0, 3_600, 10_800, 14_400]), [(3_600, 10_800)]);
    let never = FrequencyBasedBackupScheduleDescription::new(IsoDuration::minutes(0));
    assert_eq!(gaps(never, &[0, 3_600]), []);
}

/// 1,700,000,000 is 22:13:20.
#[test]
fn times_of_the_day_come_early_or_late() {
    let daily = || {
        let times = vec![RunTime::new(22, 30).unwrap(), RunTime::new(23, 30).unwrap()];
        TimeBasedBackupScheduleDescription::new(BackupScheduleFrequencyType::Daily, times)
    };
    let due = 1_000;
    assert_eq!(gaps(daily(), &[due - 10, due + 3_610, due + 86_390, due + 90_010]), []);
    assert_eq!(gaps(daily(), &[due - 10, due + 86_390]), [(due - 10, due + 86_390)]);
    assert_eq!(gaps(daily(), &[due + 10, due + 86_400]), [(due + 10, due + 86_400)]);
}

/// A list that no correct cluster returns.
fn any_list() -> impl Strategy<Value = Vec<BackupInfo>> {
    let item = (0..6_u128, 0..6_u128, 0..3_u128, prop::option::of(0..5_i64), 0..4_u8, any::<[bool; 4]>());
    let item = item.prop_map(|(number, chain, partition, time, kind, [failure, location, twin, record])| {
        let kinds = ["Full", "Incremental", "Incremental", "Other"];
        let mut item = BackupInfo::new()
            .backup_id(id(number))
            .backup_chain_id(id(if twin { number } else { chain }))
            .partition_information(SingletonPartitionInformation::new().id(id(partition)))
            .backup_type(kinds[usize::from(kind)]);
        item.creation_time_utc = time.map(at);
        item.backup_location = (location || number % 2 == 0).then(|| format!("{number}"));
        item.lsn_of_last_backup_record = record.then_some(1);
        if failure && chain == 0 { failed(item) } else { item }
    });
    prop::collection::vec(item, 0..24)
}

proptest! {
    #[test]
    fn the_order_of_a_list_and_twins_in_it_do_not_matter(
        (list, shuffled) in any_list().prop_flat_map(|list| {
            let twice = [list.clone(), list.clone()].concat();
            (Just(list), Just(twice).prop_shuffle())
        })
    ) {
        prop_assert_eq!(Backups::of(list), Backups::of(shuffled));
    }

    #[test]
    fn every_id_is_kept_and_each_once(list in any_list()) {
        let key = |backup: &BackupInfo| (backup.partition_information.clone().and_then(|part| part.id()), backup.backup_id);
        let mut given: Vec<_> = list.iter().map(key).filter(|(partition, id)| *partition != Some(Uuid::nil()) && *id != Some(Uuid::nil())).collect();
        let backups = Backups::of(list);
        let links = backups.partitions.iter().flat_map(PartitionBackups::links);
        let mut kept: Vec<_> = links.map(|link| key(&link.backup)).filter(|(_, id)| id.is_some()).collect();
        given.sort_unstable();
        given.dedup();
        kept.sort_unstable();
        prop_assert_eq!(kept, given);
    }

    /// A restore point and everything before it, down to a full backup, have no defects.
    #[test]
    fn points_reach_back_to_a_full_backup(list in any_list(), time in 0..5_i64) {
        for partition in Backups::of(list).partitions {
            for point in partition.points() {
                let chain = partition.chains.iter().find(|chain| chain.id == Some(point.chain)).unwrap();
                prop_assert!(chain.full.as_ref().unwrap().is_full());
                let below: Vec<_> = chain.links().take(point.depth).collect();
                prop_assert_eq!(below.last().unwrap().backup.backup_id, Some(point.id));
                prop_assert!(below.iter().all(|link| link.backup.failure_error.is_none() && !link.breaks()));
            }
            let newest = partition.newest_point_at(at(time));
            let best = partition.points().into_iter().rfind(|point| point.created <= at(time));
            prop_assert_eq!(newest, best);
            let daily = r#"{"ScheduleKind":"FrequencyBased","Interval":"PT1M"}"#;
            prop_assert_eq!(partition.gaps(&serde_json::from_str(daily).unwrap()), vec![]);
        }
    }
}
