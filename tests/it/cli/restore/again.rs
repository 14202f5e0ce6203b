//! A plan that is run again: what is left, what failed, and what is done.

use sf_backup_proto::inventory::GetPartitionInfoList;
use sf_backup_proto::{GetPartitionRestoreProgress, Operation};

use super::*;

/// Sets the progress of the next restore in three reads: by the run before it sends the restore, by the client before
/// it sends it, and after it.
fn ends(stage: &Stage, state: &str) {
    let body = format!(r#"{{"RestoreState":"{state}","RestoredLsn":0}}"#);
    let response = http::Response::builder().status(200).body(body.into()).unwrap();
    stage.cluster.inject(Fault::response(response).on(GetPartitionRestoreProgress::spec()).times(3));
}

/// The last printed command, as typed in a shell.
fn printed(ran: &Ran) -> Vec<String> {
    let at = ran.err.rfind("sf-backup ").unwrap_or_else(|| panic!("{ran:?}"));
    let line = ran.err[at..].lines().next().unwrap();
    let mut words = Vec::new();
    let (mut word, mut quoted) = (String::new(), false);
    for character in line.chars() {
        match character {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            other => word.push(other),
        }
    }
    words.push(word);
    words.remove(0);
    words
}

fn typed(words: &[String]) -> Ran {
    run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn the_printed_command_retries_failed_and_timed_out_partitions() {
    for (state, word, code) in [("Failure", "failed", 8), ("Timeout", "timed out", 6)] {
        let stage = Stage::protected(3);
        let plan = stage.plan(&["--service", CART, "--latest"]);
        ends(&stage, state);
        let args = ["restore", "run", &plan, "--yes", "--parallel", "1", "--restore-timeout", "45", "--keep-going"];
        let ran = stage.ran(&args).expect(code);
        assert!(ran.err.contains(&format!("1 {word}, 2 restored\n")), "{ran:?}");
        assert!(ran.err.contains("1 partition failed or timed out; restore it again with: sf-backup -e "), "{ran:?}");
        stage.cluster.advance(Duration::from_secs(3_600));

        // Without the option, nothing is done, which is reported.
        let idle = stage.ran(&args).expect(code);
        assert!(idle.err.contains("nothing to do"), "{idle:?}");
        assert_eq!(stage.count(EffectKind::RestoreAccepted), 3);

        let again = printed(&idle);
        assert_eq!(again[2..], [&args[..], &["--retry-failed"]].concat());
        let ran = typed(&again).expect(0);
        assert!(ran.err.contains(&format!("plan.yaml.journal: 1 {word}, 2 restored\n")), "{ran:?}");
        assert!(ran.err.ends_with("3 restored\n"), "{ran:?}");
        assert_eq!(stage.count(EffectKind::RestoreAccepted), 4);
    }
}

/// Running twice has the same effect as once, and restored partitions are not part of the prompt.
#[test]
fn the_prompt_counts_the_remaining_partitions() {
    let stage = Stage::protected(4);
    let plan = stage.plan(&["--service", CART, "--latest"]);
    ends(&stage, "Failure");
    stage.ran(&["restore", "run", &plan, "--yes", "--parallel", "1"]).expect(8);
    stage.cluster.advance(Duration::from_secs(3_600));
    let responding = |input: &str, more: &[&str]| {
        run_with(input, true, &[&["-e", &stage.url(), "restore", "run", &plan, "--parallel", "4"], more].concat())
    };
    let ran = responding("n\n", &["--retry-failed"]).expect(2);
    assert!(ran.err.contains("Restore 4 partitions of Shop/Cart to 2024-01-01 05:00 UTC ("), "{ran:?}");
    let ran = responding("y\n", &[]).expect(8);
    assert!(ran.err.contains("resuming from ") && ran.err.contains(": 1 failed, 3 not started\n"), "{ran:?}");
    assert!(ran.err.contains("Restore the remaining 3 of 4 partitions of Shop/Cart to 2024"), "{ran:?}");
    let ran = responding("y\n", &["--retry-failed"]).expect(0);
    assert!(ran.err.contains("Restore the remaining 1 of 4 partitions of Shop/Cart"), "{ran:?}");
    // Nothing is left to confirm.
    let ran = responding("", &["--retry-failed"]).expect(0);
    assert!(!ran.err.contains("[y/N]") && ran.out.matches(" restored ").count() == 4, "{ran:?}");
}

#[test]
fn a_finished_plan_is_reported_with_the_command_to_repeat_it() {
    let stage = Stage::protected(2);
    let plan = stage.plan(&["--service", CART, "--latest"]);
    let args = ["restore", "run", &plan, "--yes", "--parallel", "2"];
    stage.ran(&args).expect(0);
    let ran = stage.ran(&args).expect(0);
    assert!(ran.err.contains("nothing to do") && ran.err.contains("use another journal: sf-backup -e"), "{ran:?}");
    assert_eq!(stage.count(EffectKind::RestoreAccepted), 2);
    let again = printed(&ran);
    assert_eq!(again[again.len() - 2..], ["--journal".to_owned(), format!("{plan}.journal.2")]);
    assert!(typed(&again).expect(0).err.ends_with("2 restored\n"));
    assert_eq!(stage.count(EffectKind::RestoreAccepted), 4);
}

#[test]
fn a_partition_that_is_not_usable_after_its_restore_is_no_success() {
    let stage = Stage::protected(2);
    let listed = |first: &str, second: &str| {
        let items: Vec<_> = stage
            .partitions()
            .into_iter()
            .zip([first, second])
            .map(|(mut info, more)| {
                let more: serde_json::Value = serde_json::from_str(more).unwrap();
                info.as_object_mut().unwrap().remove("PartitionStatus");
                info.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                info
            })
            .collect();
        let body = serde_json::json!({ "ContinuationToken": "", "Items": items });
        let response = http::Response::builder().status(200).body(body.to_string().into()).unwrap();
        Fault::response(response).on(GetPartitionInfoList::spec())
    };
    let plan = stage.plan(&["--service", CART, "--latest"]);
    let ready = r#"{"PartitionStatus":"Ready","HealthState":"Warning"}"#;
    let mut journals = 0;
    let mut run = |format: &str, code: u8| {
        journals += 1;
        let journal = stage.path(&format!("journal{journals}"));
        let journal = journal.to_str().unwrap();
        let args = ["-o", format, "restore", "run", &plan, "--yes", "--parallel", "2", "--journal", journal];
        stage.ran(&args).expect(code)
    };
    let lost = r#"{"PartitionStatus":"InQuorumLoss","HealthState":"Error"}"#;
    stage.cluster.inject(listed(lost, ready).times(9));
    let ran = run("table", 4);
    assert!(ran.out.contains("restored, but not usable: its status is InQuorumLoss, its health is Error"), "{ran:?}");
    assert!(ran.err.contains("1 restored, but not usable"), "{ran:?}");
    stage.cluster.clear_faults();

    // A partition that is reconfigured right after its restore is ready a moment later.
    stage.cluster.inject(listed(r#"{"PartitionStatus":"Reconfiguring"}"#, ready).times(1));
    stage.cluster.inject(listed(ready, ready).times(1));
    let lines = run("json", 0).json();
    assert_eq!((&lines[0]["PartitionStatus"], &lines[1]["PartitionStatus"]), (&"Ready".into(), &"Ready".into()));
    stage.cluster.clear_faults();

    // A missing status is unknown, but not a failure.
    stage.cluster.inject(listed("{}", r#"{"PartitionStatus":7}"#).times(1));
    let ran = run("table", 0);
    assert!(
        ran.err.contains("cannot check whether the restored partitions are ready: the cluster does not report"),
        "{ran:?}"
    );
    stage.cluster.inject(Fault::empty(http::StatusCode::NOT_FOUND).on(GetPartitionInfoList::spec()).times(9));
    let ran = run("table", 0);
    assert!(ran.err.contains("cannot check whether the restored partitions are ready: "), "{ran:?}");
}

#[test]
fn partitions_without_a_backup_are_counted() {
    let stage = Stage::protected(2);
    let planned = stage.ran(&["-o", "json", "restore", "plan", "--service", CART, "--latest"]).expect(0);
    let mut plan = planned.json();
    let left_out = plan["restores"].as_array_mut().unwrap().remove(1);
    plan["missing"] = serde_json::json!([{ "ServiceName": CART, "Cause": "NoBackup", "Reason": "there are no backups",
        "PartitionId": left_out["PartitionInformation"]["Id"] }]);
    let plan = stage.keep(&plan.to_string());
    let refused = stage.ran(&["restore", "run", &plan, "--yes"]).expect(2);
    assert!(refused.err.contains("there are no backups; --partial restores the others"), "{refused:?}");
    let ran = stage.ran(&["restore", "run", &plan, "--yes", "--partial"]).expect(3);
    assert!(ran.err.ends_with("1 restored, 1 skipped: no backup\n"), "{ran:?}");
    assert!(ran.out.contains(" skipped "), "{ran:?}");
}

#[test]
fn a_file_that_is_no_journal_is_not_changed() {
    let stage = Stage::protected(1);
    let plan = stage.plan(&["--service", CART, "--latest"]);
    for text in ["milk, bread", "milk\nbread", "{\"n\":1,\"milk\":2}", "\u{0}\u{0}"] {
        let notes = OneFile::new("notes.txt", text);
        let ran = stage.ran(&["restore", "run", &plan, "--yes", "--journal", notes.path()]).expect(2);
        assert!(ran.err.contains("notes.txt: line 1: is not a restore journal"), "{ran:?}");
        assert_eq!(std::fs::read_to_string(notes.path()).unwrap(), text);
    }
    // Another plan's journal is not changed, either, including a truncated line at its end.
    stage.ran(&["restore", "run", &plan, "--yes"]).expect(0);
    let journal = format!("{plan}.journal");
    let torn = std::fs::read_to_string(&journal).unwrap() + "{\"n\":5";
    std::fs::write(&journal, &torn).unwrap();
    let other = stage.plan(&["--service", CART, "--at", "2024-01-01T03:30:00Z"]);
    stage.ran(&["restore", "run", &other, "--yes"]).expect(2);
    assert_eq!(std::fs::read_to_string(&journal).unwrap(), torn);
    assert_eq!(stage.count(EffectKind::RestoreAccepted), 1);
}
