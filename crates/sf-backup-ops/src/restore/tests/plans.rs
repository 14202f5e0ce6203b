//! Plans: the chosen backups, and the contents of the file.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

#[test]
fn a_plan_names_its_backups_and_the_loss() {
    let sources = vec![source(1, &[backup(1, 100), backup(1, 300)]), source(2, &[backup(2, 240)]), source(3, &[])];
    let pairs = pair(vec![target(1), target(2), target(3)], sources, true, Completeness::Whole).unwrap();
    let (plan, notes) = plan(choice(When::At(at(299))), pairs);
    assert_eq!(notes, [] as [&str; 0]);
    assert_eq!(
        plan.summary(),
        "2 partitions as of 2023-11-14T22:15:00Z to 2023-11-14T22:17:20Z, up to 2m 20s apart; 1 without a backup that \
            can be \
         restored"
    );
    assert_eq!((plan.missing[0].cause, plan.missing[0].reason.as_str()), (Cause::NoBackup, "there are no backups"));
    let file = serde_json::to_value(&plan).unwrap();
    assert_eq!((&file["clock"], &file["clockOffsetSeconds"]), (&json!("Cluster"), &json!(-21_600)));
    let loses = "what was written after 2023-11-14T22:15:00Z, 2h 45m before this plan";
    assert_eq!(file["restores"][0]["Loses"], loses);
    assert_eq!(file["restores"][0]["Backup"]["BackupLocation"], "A\\S\\1\\100");
    assert_eq!(Plan::read(&file).unwrap(), plan);
}

#[test]
fn unrestorable_partitions_have_a_reason() {
    let reason = |backups: Result<Vec<BackupInfo>, &str>, when| {
        let mut source = source(1, backups.as_deref().unwrap_or_default());
        if let Err(problem) = backups {
            source.backups = Err(problem.to_owned());
        }
        let pairs = pair(vec![target(1)], vec![source], true, Completeness::Whole).unwrap();
        let missing = plan(choice(when), pairs).0.missing.remove(0);
        assert_eq!(missing.cause == Cause::NotListed, missing.reason.contains("cannot be listed"), "{missing:?}");
        missing.reason
    };
    let mut lonely = backup(1, 100);
    lonely.backup_type = Some("Incremental".into());
    lonely.backup_chain_id = Some(id(7));
    assert_eq!(reason(Err("403"), When::Latest), "its backups cannot be listed: 403");
    assert_eq!(
        reason(Ok(vec![lonely]), When::Latest),
        "there are backups, but none of them can be restored: the full backup is missing"
    );
    assert_eq!(
        reason(Ok(vec![backup(1, 100)]), When::At(at(50))),
        "nothing can be restored as of 2023-11-14T22:14:10Z: the oldest restore point is from 2023-11-14T22:15:00Z"
    );
}

#[test]
fn a_newer_unrestorable_backup_is_reported() {
    let mut broken = backup(1, 300);
    broken.backup_location = None;
    let pairs = pair(vec![target(1)], vec![source(1, &[backup(1, 100), broken])], true, Completeness::Whole).unwrap();
    let (plan, notes) = plan(choice(When::Latest), pairs);
    assert_eq!(plan.restores[0].point.created(), at(100));
    assert!(notes[0].contains("the newest backup, of 2023-11-14T22:18:20Z, cannot be restored"), "{notes:?}");
}

#[test]
fn partitions_are_paired_by_their_share_of_the_keys() {
    let elsewhere = |number: u128| Partition { id: id(number + 50).into(), ..partition(number) };
    let source =
        |number| Source { service: service(), into: service(), partition: elsewhere(number), backups: Ok(None) };
    let targets = || vec![target(1), target(2)];
    let pairs = pair(targets(), vec![source(2), source(1)], false, Completeness::Whole).unwrap();
    assert_eq!(pairs[0].sources[0].partition.id, id(51).into());
    // Recreated twice.
    let again = Source { partition: Partition { id: id(99).into(), ..partition(1) }, ..source(1) };
    assert_eq!(
        pair(targets(), vec![source(2), source(1), again], false, Completeness::Partial).unwrap()[0].sources.len(),
        2
    );

    let mismatch = pair(targets(), vec![source(1), source(3)], false, Completeness::Whole).unwrap_err();
    assert_eq!(
        mismatch.to_string(),
        "the partitions differ: fabric:/A/S has 2 named partitions, and no backup fits into 2"
    );
    assert!(pair(targets(), vec![source(1)], false, Completeness::Whole).is_err());
    // The backups on a storage can be incomplete, or include former partitions.
    assert!(pair(targets(), vec![source(1)], false, Completeness::Partial).is_ok());
    assert!(pair(targets(), vec![source(1), source(2), source(3)], false, Completeness::Partial).is_ok());
    assert!(pair(targets(), vec![source(1), source(3)], false, Completeness::Partial).is_err());
    let unknown = Partition { key: PartitionKey::Unknown, ..partition(1) };
    let pairs = pair(
        vec![Target { partition: unknown.clone(), ..target(1) }],
        vec![Source { partition: unknown, ..source(1) }],
        false,
        Completeness::Partial,
    );
    assert!(pairs.is_err());
}

#[test]
fn differently_partitioned_services_are_reported_on_one_line() {
    let range = |number: i64| PartitionKey::Int64Range { low: number * 10, high: number * 10 + 9 };
    let ledger: ServiceId = "fabric:/Bank/Ledger".parse().unwrap();
    let mismatch_of = |targets: Vec<PartitionKey>, sources: Vec<PartitionKey>| {
        let mut numbers = 1..;
        let mut partition = |key| Partition { id: id(numbers.next().unwrap()).into(), key };
        let targets = targets.into_iter().map(|key| Target { service: ledger.clone(), partition: partition(key) });
        let targets = targets.collect();
        let sources = sources.into_iter().map(|key| Source {
            service: service(),
            into: ledger.clone(),
            partition: partition(key),
            backups: Ok(None),
        });
        pair(targets, sources.collect(), false, Completeness::Whole).unwrap_err().to_string()
    };
    let ranges = |count: i64| (0..count).map(range).collect::<Vec<_>>();
    assert_eq!(
        mismatch_of(ranges(16), ranges(12)),
        "the partitions differ: fabric:/A/S has 12 ranges, fabric:/Bank/Ledger has 16 ranges"
    );
    assert_eq!(
        mismatch_of(vec![PartitionKey::Singleton], vec![PartitionKey::Named("eu".to_owned()), range(0)]),
        "the partitions differ: fabric:/A/S has 1 range and 1 named partition, fabric:/Bank/Ledger has 1 partition \
            without keys"
    );
    assert_eq!(
        mismatch_of(vec![range(1)], vec![range(2)]),
        "the partitions differ: the keys 20..29 of fabric:/A/S do not fit into the keys 10..19 of fabric:/Bank/Ledger"
    );
    let shifted = (5..17).map(range).collect();
    assert_eq!(
        mismatch_of(ranges(12), shifted),
        "the partitions differ: fabric:/Bank/Ledger has 12 ranges, and no backup fits into 0..9, 10..19, 20..29 and 2 \
            more"
    );
}

/// Backups that could not be listed differ from backups that do not exist, in the plan's file as well.
#[test]
fn why_a_partition_is_missing_stays_in_the_file() {
    let unlisted = Source { backups: Err("HTTP 504".to_owned()), ..source(1, &[]) };
    let sources = vec![unlisted, source(2, &[]), source(3, &[backup(3, 100)])];
    let pairs = pair(vec![target(1), target(2), target(3)], sources, true, Completeness::Whole).unwrap();
    let plan = plan(choice(When::Latest), pairs).0;
    assert!(
        plan.summary().ends_with("; 1 without a backup that can be restored; 1 whose backups could not be listed"),
        "{}",
        plan.summary()
    );
    let mut file = serde_json::to_value(&plan).unwrap();
    assert_eq!(file["missing"][0]["Cause"], "NotListed");
    assert_eq!(Plan::read(&file).unwrap(), plan);
    file["missing"][0]["Cause"] = json!("Lost");
    assert_eq!(Plan::read(&file).unwrap_err().to_string(), "missing[0].Cause: must be NoBackup or NotListed");
    // Plans of earlier releases lack it.
    file["missing"][0].as_object_mut().unwrap().remove("Cause");
    assert_eq!(Plan::read(&file).unwrap().missing[0].cause, Cause::NoBackup);
}

#[test]
fn mistakes_in_a_plan_are_reported_with_their_place() {
    let good = serde_json::to_value(some_plan(2)).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut file = good.clone();
        change(&mut file);
        Plan::read(&file).map(|_| String::new()).unwrap_or_else(|error| error.to_string())
    };
    let set = |pointer: &str, value: Value| changed(&|file| *file.pointer_mut(pointer).unwrap() = value.clone());
    assert_eq!(set("/kind", json!("BackupConfiguration")), "kind: must be RestorePlan");
    assert_eq!(set("/apiVersion", json!("sf-backup/v2")), "apiVersion: must be sf-backup/v1");
    assert_eq!(set("/endpoints", json!([])), "endpoints: must be a non-empty list of URLs");
    assert!(set("/endpoints/1", json!("ftp://x")).starts_with("endpoints[1]: endpoint \"ftp://x\": must begin"));
    assert_eq!(set("/clock", json!("Local")), "clock: must be Local, or Cluster with clockOffsetSeconds");
    assert_eq!(set("/clockOffsetSeconds", json!(1.5)), "clockOffsetSeconds: must be a whole number");
    assert!(set("/createdAt", json!("soon")).starts_with("createdAt: "));
    assert_eq!(set("/restores/1/Backup/BackupLocation", json!(" ")), "restores[1].Backup.BackupLocation: is required");
    assert_eq!(set("/restores/0/ChainLength", json!(0)), "restores[0].ChainLength: must be a number from 1");
    assert!(set("/restores/0/ServiceName", json!("fabric:/A?")).starts_with("restores[0].ServiceName: "));
    assert!(set("/restores/0/Backup/BackupId", json!("x")).starts_with("restores[0].Backup.BackupId: "));
    assert_eq!(
        set("/restores/0/Backup/PartitionInformation/Name", json!("9")),
        "restores[0].Backup.PartitionInformation: is of a partition with the keys 9, and cannot be restored into one \
            with 1"
    );
    assert_eq!(
        changed(&|file| file["restores"][0]["Backup"]["Colour"] = json!("red")),
        "restores[0].Backup.Colour: is unknown"
    );
    assert!(
        changed(&|file| file["storage"] =
            json!({"StorageKind":"AzureBlobStore","ConnectionString":"hunter2","ContainerName":"c"}))
        .starts_with("storage.ConnectionString: must be a reference")
    );
    assert!(changed(&|file| file["later"] = json!(1)).starts_with("later: is unknown; expected one of apiVersion"));
    let twice = changed(&|file| file["restores"][1] = file["restores"][0].clone());
    assert_eq!(twice, format!("restores: names partition {} again", id(1)));
    // Only for readers.
    assert_eq!(set("/restores/0/Loses", json!("nothing")), "");
}

proptest! {
    #[test]
    fn a_changed_byte_in_a_plan_is_another_plan_or_an_error(place in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f) {
        let plan = some_plan(2);
        let mut text = serde_json::to_string(&plan).unwrap().into_bytes();
        let place = place.index(text.len());
        text[place] = byte;
        if let Some(read) = serde_json::from_slice(&text).ok().and_then(|value: Value| Plan::read(&value).ok()) {
            prop_assert_eq!(read == plan, read.fingerprint() == plan.fingerprint());
        }
    }
}
