//! `policy edit`, with scripts as editors.
#![cfg(target_os = "linux")] // stat and sed -i differ elsewhere

use std::path::Path;

use sf_backup_cli::Environment;
use tempfile::TempDir;

use super::doubles::{Canned, CannedResponse, Untouched};
use super::harness::{OneFile, Ran, run_in_with};

const SHARE: &str = r#"{"Name":"Daily","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
    "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT4H"},
    "Storage":{"StorageKind":"FileShare","Path":"p","PrimaryUserName":"u","PrimaryPassword":"****","SecondaryPassword":"****"}}"#;
const OPEN: &str = r#"{"Name":"Daily","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
    "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT4H"},
    "Storage":{"StorageKind":"FileShare","Path":"p","PrimaryPassword":"****","SecondaryPassword":"****"}}"#;

/// A script as an editor: `$1` is the file, and each copy that it received is kept in `seen-N`.
struct Script {
    folder: TempDir,
}

impl Script {
    fn new(lines: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("editor");
        let keep = r#"n=$(ls "$here" | grep -c seen || true); cp "$1" "$here/seen-$n"; stat -c %a "$1" > "$here/mode""#;
        let here = folder.path().display();
        std::fs::write(&path, format!("set -e\nhere='{here}'\n{keep}\n{lines}\n")).unwrap();
        Self { folder }
    }

    fn edit(&self, url: &str, typed: Option<&str>, more: &[&str]) -> Ran {
        // Not executed directly: a file that was just written can be busy.
        let editor = format!("sh {}", self.folder.path().join("editor").display());
        let environment = Environment::none().variable("EDITOR", editor);
        let args = [&["-e", url, "policy", "edit", "Daily"], more].concat();
        run_in_with(&environment, typed.unwrap_or_default(), typed.is_some(), &args)
    }

    fn copy(&self, number: usize) -> String {
        std::fs::read_to_string(self.folder.path().join(format!("seen-{number}"))).unwrap()
    }

    fn count(&self) -> usize {
        let names = std::fs::read_dir(self.folder.path()).unwrap();
        names.filter(|name| name.as_ref().unwrap().file_name().to_string_lossy().starts_with("seen-")).count()
    }
}

fn posts(cluster: &Canned) -> Vec<String> {
    cluster.requests().into_iter().filter(|request| request.starts_with("POST ")).collect()
}

fn returns(policy: &str) -> Canned {
    Canned::script([CannedResponse::Reply(200, policy.to_owned()), CannedResponse::Reply(200, String::new())])
}

#[test]
fn changes_are_printed_confirmed_and_sent() {
    let script = Script::new(r#"sed -i s/PT4H/PT2H/ "$1""#);
    let cluster = returns(OPEN);
    let ran = script.edit(&cluster.url(), Some("y\n"), &[]).expect(0);
    assert!(ran.err.contains("-  Interval: PT4H\n+  Interval: PT2H\n"), "{ran:?}");
    assert!(ran.err.contains("its partitions start new backup chains. Continue? [y/N]"), "{ran:?}");
    let sent = posts(&cluster);
    assert!(sent[0].starts_with("POST /BackupRestore/BackupPolicies/Daily/$/Update"), "{sent:?}");
    assert!(sent[0].contains(r#""Interval":"PT2H""#) && !sent[0].contains("****"), "{sent:?}");
    assert_eq!(std::fs::read_to_string(script.folder.path().join("mode")).unwrap(), "600\n");
}

#[test]
fn no_is_the_default_and_a_script_needs_yes() {
    let script = Script::new(r#"sed -i s/PT4H/PT2H/ "$1""#);
    let cluster = returns(OPEN);
    let ran = script.edit(&cluster.url(), Some("\n"), &[]).expect(2);
    assert!(ran.err.contains("not confirmed") && posts(&cluster).is_empty(), "{ran:?}");
    let untouched = Untouched::new();
    let ran = script.edit(&untouched.url(), None, &[]).expect(2);
    assert!(ran.err.contains("--yes"), "{ran:?}");
    untouched.assert_untouched();
    let cluster = returns(OPEN);
    script.edit(&cluster.url(), None, &["--yes"]).expect(0);
    assert_eq!(posts(&cluster).len(), 1);
}

#[test]
fn nothing_changed_or_emptied_sends_nothing() {
    for (lines, message) in
        [("true", "nothing was changed"), (r#": > "$1""#, "emptied"), ("echo '# x' > \"$1\"", "emptied")]
    {
        let script = Script::new(lines);
        let cluster = returns(SHARE);
        let ran = script.edit(&cluster.url(), Some("y\n"), &[]).expect(0);
        assert!(ran.err.contains(message) && posts(&cluster).is_empty(), "{ran:?}");
        assert!(script.copy(0).contains("PrimaryPassword: ") && !script.copy(0).contains("****"), "{}", script.copy(0));
        assert!(!script.copy(0).contains("SecondaryPassword"), "a user that is none has no password");
    }
}

/// The editor opens again for a missing secret; leaving it unchanged gives up.
#[test]
fn a_masked_secret_must_be_replaced_by_a_reference() {
    let script = Script::new(r#"sed -i s/PT4H/PT2H/ "$1""#);
    let cluster = returns(SHARE);
    let ran = script.edit(&cluster.url(), Some("y\n"), &[]).expect(2);
    assert!(ran.err.contains("Storage.PrimaryPassword") && ran.err.contains("nothing was sent"), "{ran:?}");
    assert_eq!(script.count(), 2);
    assert!(
        script.copy(1).starts_with("# error: Storage.PrimaryPassword: the cluster masks this secret"),
        "{}",
        script.copy(1)
    );
    assert!(script.copy(1).contains("PT2H"), "what was typed is kept");
    assert!(posts(&cluster).is_empty());
}

#[test]
fn references_come_from_the_editor_or_from_options() {
    let secret = OneFile::new("secret", "hunter2");
    let reference = format!("file:{}", secret.path());
    let typed = Script::new(&format!(r#"sed -i 's#PrimaryPassword: .*#PrimaryPassword: {reference}#' "$1""#));
    let given = Script::new("true");
    for (script, more) in [(typed, vec![]), (given, vec!["--share-password", &reference])] {
        let cluster = returns(SHARE);
        let ran = script.edit(&cluster.url(), Some("y\n"), &more).expect(0);
        assert!(posts(&cluster)[0].contains(r#""PrimaryPassword":"hunter2""#));
        assert!(!ran.err.contains("hunter2") && !script.copy(0).contains("hunter2"), "{ran:?}");
        assert!(ran.err.contains(&format!("+  PrimaryPassword: {reference}")), "{ran:?}");
    }
    let script = Script::new("true");
    let ran = script.edit(&returns(OPEN).url(), Some("y\n"), &["--connection-string", "env:X"]).expect(2);
    assert!(ran.err.contains("has no Storage.ConnectionString"), "{ran:?}");
}

#[test]
fn a_secret_that_is_typed_is_refused_and_repeated_nowhere() {
    let script = Script::new(r#"sed -i 's#PrimaryPassword: .*#PrimaryPassword: hunter2#' "$1""#);
    let cluster = returns(SHARE);
    let ran = script.edit(&cluster.url(), Some("y\n"), &[]).expect(2);
    assert!(ran.err.contains("env:NAME") && !ran.err.contains("hunter2") && posts(&cluster).is_empty(), "{ran:?}");
}

/// The rules are those for files; in a script, the editor does not open again.
#[test]
fn a_violation_opens_the_editor_again() {
    for (change, message) in [
        ("s/PT4H/PT30S/", "Schedule.Interval"),
        ("s/^Name: .*/Name: Other/", "cannot be renamed"),
        ("s/^Schedule:$/Schedule: [/", "is not YAML"),
        ("s/PT4H/often/", "Schedule.Interval"),
    ] {
        let script = Script::new(&format!(r#"sed -i '{change}' "$1""#));
        let cluster = returns(OPEN);
        let ran = script.edit(&cluster.url(), None, &["--yes"]).expect(2);
        assert!(ran.err.contains(message) && script.count() == 1, "{ran:?}");
        let cluster = returns(OPEN);
        let person = script.edit(&cluster.url(), Some("y\n"), &[]);
        assert_eq!(person.code, 2, "{person:?}");
        assert!(script.copy(2).starts_with("# error: ") && script.copy(2).contains(message), "{}", script.copy(2));
        assert!(posts(&cluster).is_empty());
    }
}

/// A rejection by the cluster must not lose what was typed.
#[test]
fn a_refusal_of_the_cluster_is_shown_in_the_editor() {
    let script = Script::new(r#"[ "$n" = 0 ] && sed -i s/PT4H/PT2H/ "$1" || sed -i s/PT2H/PT3H/ "$1""#);
    let refusal = r#"{"Error":{"Code":"E_INVALIDARG","Message":"no such thing"}}"#;
    let cluster = Canned::script([
        CannedResponse::Reply(200, OPEN.to_owned()),
        CannedResponse::Reply(400, refusal.to_owned()),
        CannedResponse::Reply(200, String::new()),
    ]);
    let ran = script.edit(&cluster.url(), None, &["--yes"]).expect(1);
    assert!(ran.err.contains("no such thing"), "{ran:?}");
    let script = Script::new(r#"[ "$n" = 0 ] && sed -i s/PT4H/PT2H/ "$1" || sed -i s/PT2H/PT3H/ "$1""#);
    let cluster = Canned::script([
        CannedResponse::Reply(200, OPEN.to_owned()),
        CannedResponse::Reply(400, refusal.to_owned()),
        CannedResponse::Reply(200, String::new()),
    ]);
    script.edit(&cluster.url(), Some(""), &["--yes"]).expect(0);
    assert!(script.copy(1).contains("no such thing"), "{}", script.copy(1));
    assert_eq!(posts(&cluster).len(), 2);
}

#[test]
fn without_an_editor_or_with_one_that_fails_nothing_is_sent() {
    let untouched = Untouched::new();
    let ran =
        run_in_with(&Environment::none(), "", false, &["-e", &untouched.url(), "policy", "edit", "Daily", "--yes"]);
    assert!(ran.code == 2 && ran.err.contains("EDITOR"), "{ran:?}");
    untouched.assert_untouched();
    let script = Script::new("exit 3");
    let cluster = returns(OPEN);
    let ran = script.edit(&cluster.url(), Some("y\n"), &[]).expect(2);
    assert!(ran.err.contains("nothing was sent") && posts(&cluster).is_empty(), "{ran:?}");
    let ran = script.edit(&cluster.url(), None, &["--dry-run"]).expect(0);
    assert!(ran.out.starts_with("GET "), "{ran:?}");
    assert!(Path::new(script.folder.path()).exists());
}

#[test]
fn what_the_rules_refuse_is_not_sent() {
    let cluster = returns(&SHARE.replace("\"p\"", r#""\\\\nas\\b""#));
    let script = Script::new(r#"sed -i 's/Path: .*/Path: C:\\backups/; s/<masked.*>/env:PATH/' "$1""#);
    let ran = script.edit(&cluster.url(), None, &["--yes"]).expect(2);
    assert!(ran.err.contains("begins with a drive letter") && ran.err.contains("--force"), "{ran:?}");
    assert_eq!(posts(&cluster), [] as [&str; 0]);
    let forced = Script::new(r#"sed -i 's/Path: .*/Path: C:\\backups/; s/<masked.*>/env:PATH/' "$1""#);
    let cluster = returns(&SHARE.replace("\"p\"", r#""\\\\nas\\b""#));
    forced.edit(&cluster.url(), None, &["--yes", "--force"]).expect(0);
    assert_eq!(posts(&cluster).len(), 1);
}

#[test]
fn single_settings_are_changed_by_options() {
    for (options, sent, kept) in [
        (&["--every", "2h"][..], r#""Interval":"PT2H""#, r#""MaxIncrementalBackups":3"#),
        (
            &["--daily", "01:30", "--incrementals", "9"],
            r#""MaxIncrementalBackups":9"#,
            r#""ScheduleFrequencyType":"Daily""#,
        ),
        (&["--keep", "14d", "--keep-at-least", "5"], r#""RetentionDuration":"P14D""#, r#""MinimumNumberOfBackups":5"#),
        (&["--auto-restore", "true"], r#""AutoRestoreOnDataLoss":true"#, r#""Interval":"PT4H""#),
    ] {
        let cluster = returns(OPEN);
        let url = cluster.url();
        let args = [&["-e", &url, "policy", "set", "Daily", "--yes"], options].concat();
        let ran = run_in_with(&Environment::none(), "", false, &args).expect(0);
        assert!(ran.err.contains("\n+"), "{ran:?}");
        let posts = posts(&cluster);
        assert!(posts[0].starts_with("POST /BackupRestore/BackupPolicies/Daily/$/Update"), "{posts:?}");
        assert!(posts[0].contains(sent) && posts[0].contains(kept) && !posts[0].contains("****"), "{posts:?}");
    }
}

#[test]
fn masked_secrets_are_never_sent_by_a_change_of_settings() {
    let set = |environment: &Environment, more: &[&str], code: u8| {
        let cluster = returns(SHARE);
        let url = cluster.url();
        let args = [&["-e", &url, "policy", "set", "Daily", "--yes", "--every", "2h"], more].concat();
        let ran = run_in_with(environment, "", false, &args).expect(code);
        (posts(&cluster), ran)
    };
    let (sent, ran) = set(&Environment::none(), &[], 2);
    assert!(sent.is_empty() && ran.err.contains("PrimaryPassword"), "{ran:?}");
    let environment = Environment::none();
    let secret = OneFile::new("secret", "hunter2");
    let reference = format!("file:{}", secret.path());
    let references = ["--share-password", reference.as_str()];
    let (sent, ran) = set(&environment, &references, 0);
    assert!(sent[0].contains(r#""PrimaryPassword":"hunter2""#), "{sent:?}");
    assert!(!ran.err.contains("hunter2"), "{ran:?}");
    let ran = run_in_with(&environment, "", false, &["-e", "http://127.0.0.1:9", "policy", "set", "Daily", "--yes"])
        .expect(2);
    assert!(ran.err.contains("no setting is given"), "{ran:?}");
    // An equal setting is not a change.
    let cluster = returns(OPEN);
    let unchanged = ["-e", &cluster.url(), "policy", "set", "Daily", "--yes", "--every", "4h"];
    let ran = run_in_with(&environment, "", false, &unchanged).expect(0);
    assert!(posts(&cluster).is_empty() && ran.err.contains("nothing was changed"), "{ran:?}");
    let cluster = returns(OPEN);
    let lacking = ["-e", &cluster.url(), "policy", "set", "Daily", "--yes", "--keep-at-least", "4"];
    let ran = run_in_with(&environment, "", false, &lacking).expect(2);
    assert!(ran.err.contains("--keep-at-least requires --keep"), "{ran:?}");
}
