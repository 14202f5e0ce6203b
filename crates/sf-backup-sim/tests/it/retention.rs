//! Deletion of backups: by retention, and by a disable with clean-up.

use serde_json::{Value, json};
use sf_backup_sim::{EffectKind, Runtime};

use crate::harness::{FIRST, SECOND, Test, blob, each, policy};

const SERVICE: &str = "Services/CalcApp/CalcService";

fn view(interval: &str, incremental: u8, retention: &Value) -> Value {
    let mut view = policy("P");
    view["Storage"] = blob("c");
    view["Schedule"]["Interval"] = interval.into();
    view["MaxIncrementalBackups"] = incremental.into();
    view["RetentionPolicy"] = retention.clone();
    view
}

fn basic(duration: &str, minimum: u8) -> Value {
    json!({ "RetentionPolicyType": "Basic", "RetentionDuration": duration, "MinimumNumberOfBackups": minimum })
}

fn with(view: &Value) -> Test {
    let test = Test::new(Runtime::V6_4);
    test.post("/BackupRestore/BackupPolicies/$/Create", view).done(201);
    test.enable(SERVICE, "P");
    test
}

fn hours(test: &Test) -> String {
    let backups = test.backups(&format!("Partitions/{FIRST}"));
    let hours: Vec<_> = each(&backups, "CreationTimeUtc").iter().map(|time| time[11..13].to_owned()).collect();
    hours.join(" ")
}

#[test]
fn rule_the_newest_full_one_past_its_time_stays_with_all_that_follow() {
    let test = with(&view("PT1H", 1, &basic("PT2H", 0)));
    test.pass(6 * 3600 + 1);
    // Full at 1, 3, 5. At 6, those before 4 have expired: the newest full one of them, at 3, is kept.
    assert_eq!(hours(&test), "03 04 05 06");
}

#[test]
fn rule_a_minimum_is_kept() {
    let test = with(&view("PT1H", 0, &basic("PT1H", 4)));
    test.pass(8 * 3600 + 1);
    assert_eq!(hours(&test), "05 06 07 08");
}

#[test]
fn rule_without_retention_all_stay() {
    let test = with(&view("PT1H", 0, &Value::Null));
    test.pass(5 * 3600);
    assert_eq!(hours(&test), "01 02 03 04 05");
    assert_eq!(test.count(EffectKind::BackupDeleted), 0);
}

#[test]
fn rule_passes_are_daily_from_one_day_on() {
    let test = with(&view("PT1H", 0, &basic("P1D", 0)));
    test.pass(47 * 3600);
    assert_eq!(test.count(EffectKind::BackupDeleted), 0);
    test.pass(3600 + 1);
    // At 48 h, all before 24 h except the newest, of two partitions.
    assert_eq!(test.count(EffectKind::BackupDeleted), 2 * 22);
}

#[test]
fn rule_other_values_do_not_affect_running_passes() {
    let test = with(&view("PT1H", 0, &basic("PT1H", 0)));
    test.post("/BackupRestore/BackupPolicies/P/$/Update", view("PT1H", 0, &basic("P10D", 0))).done(200);
    let stored = test.get("/BackupRestore/BackupPolicies/P").ok_json();
    assert_eq!(stored["RetentionPolicy"]["RetentionDuration"], "P10D");
    test.pass(5 * 3600 + 1);
    assert_eq!(hours(&test), "03 04 05");
    // After the retention was removed and set again, they apply.
    test.post("/BackupRestore/BackupPolicies/P/$/Update", view("PT1H", 0, &Value::Null)).done(200);
    test.post("/BackupRestore/BackupPolicies/P/$/Update", view("PT1H", 0, &basic("P10D", 0))).done(200);
    test.pass(5 * 3600);
    assert_eq!(hours(&test), "03 04 05 06 07 08 09 10");
}

fn disable_and_clean(test: &Test, entity: &str) {
    test.post(&format!("/{entity}/$/DisableBackup"), json!({ "CleanBackup": true })).done(202);
    test.pass(4);
}

#[test]
fn rule_a_clean_up_deletes_what_the_entity_held() {
    let test = with(&view("PT1H", 0, &Value::Null));
    test.pass(2 * 3600);
    disable_and_clean(&test, SERVICE);
    assert_eq!(test.count(EffectKind::BackupDeleted), 4);
}

#[test]
fn rule_a_clean_up_spares_partitions_with_a_mapping_of_their_own() {
    let test = with(&view("PT1H", 0, &Value::Null));
    test.enable(&format!("Partitions/{SECOND}"), "P");
    test.pass(3600);
    disable_and_clean(&test, SERVICE);
    assert_eq!(test.backups(&format!("Partitions/{SECOND}")).len(), 1);
    assert_eq!(test.count(EffectKind::BackupDeleted), 1);
}

#[test]
fn trap_11_a_clean_up_under_a_higher_policy_deletes_only_on_the_same_storage() {
    for (storage, deleted) in [(blob("c"), 2), (blob("other"), 0)] {
        let test = with(&view("PT1H", 0, &Value::Null));
        test.policy_on("Q", storage);
        test.enable("Applications/CalcApp", "Q");
        test.pass(3600);
        disable_and_clean(&test, SERVICE);
        assert_eq!(test.count(EffectKind::BackupDeleted), deleted);
    }
}

#[test]
fn rule_delete_waits_for_a_clean_up_as_long_as_it_may() {
    let test = with(&view("PT1H", 0, &Value::Null));
    test.pass(3600);
    test.post(&format!("/{SERVICE}/$/DisableBackup"), json!({ "CleanBackup": true })).done(202);
    test.post("/BackupRestore/BackupPolicies/P/$/Delete?timeout=1", "").refused(
        504,
        "FABRIC_E_TIMEOUT",
        "Timeout for the request happened",
    );
    test.act("BackupRestore/BackupPolicies/P", "Delete").done(200);
    assert_eq!(test.count(EffectKind::BackupDeleted), 2);
    test.pass(10);
    assert_eq!(test.count(EffectKind::BackupDeleted), 2);
}
