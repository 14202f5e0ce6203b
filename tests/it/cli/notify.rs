//! `audit --notify`: one message per change, and no URL in any output.

use std::fs;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use serde_json::Value;
use sf_backup_proto::inventory::GetPartitionInfoList;
use sf_backup_proto::{Operation, Timestamp};
use sf_backup_sim::{Cluster, Fault, Listening, Speed};
use tempfile::TempDir;

use super::doubles::{Canned, CannedResponse, dead};
use super::harness::{PARTITION, Ran, at};

struct Stage {
    cluster: Cluster,
    listening: Listening,
    folder: TempDir,
}

impl Stage {
    fn new() -> Self {
        let now = Timestamp::try_from(SystemTime::now()).unwrap().unix();
        let start = Timestamp::from_unix(now - 10 * 86_400).unwrap();
        let cluster = Cluster::builder().start(start).speed(Speed::FROZEN).build();
        let listening = cluster.listen().unwrap();
        let stage = Self { cluster, listening, folder: TempDir::new().unwrap() };
        stage.sf(&["policy", "create", "Hourly", "--every", "1h", "--share", r"\\nas\b"]).expect(0);
        stage
    }

    fn sf(&self, args: &[&str]) -> Ran {
        at(&self.listening.url(), args)
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Runs an audit that posts to `url`, which is in a file.
    fn audit(&self, url: &str, format: &str) -> Ran {
        self.audit_with(url, &["-v"], &["--notify-format", format])
    }

    /// Runs it with options before and after the command.
    fn audit_with(&self, url: &str, before: &[&str], after: &[&str]) -> Ran {
        fs::write(self.path("url"), format!("{url}/hook/hunter2?key=hunter2\n")).unwrap();
        let target = format!("file:{}", self.path("url"));
        let state = self.path("state");
        let command = ["audit", "--notify", &target, "--notify-state", &state];
        let ran = self.sf(&[before, &command, after].concat());
        assert!(!format!("{ran:?}").contains("hunter2"), "{ran:?}");
        assert!(!fs::read_to_string(&state).unwrap_or_default().contains("hunter2"));
        ran
    }

    fn enable(&self) {
        self.sf(&["service", "enable", "CalcApp/CalcService", "--policy", "Hourly"]).expect(0);
        self.cluster.advance(Duration::from_secs(3_700));
    }
}

fn bodies(receiver: &Canned) -> Vec<Value> {
    let body = |request: &String| serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    receiver.requests().iter().map(body).collect()
}

#[test]
fn only_a_change_is_posted() {
    let (stage, receiver) = (Stage::new(), Canned::response(200, "ok"));
    stage.audit(&receiver.url(), "json").expect(20);
    stage.audit(&receiver.url(), "json").expect(20);
    assert_eq!(receiver.requests().len(), 1);
    stage.enable();
    stage.audit(&receiver.url(), "json").expect(0);
    stage.audit(&receiver.url(), "json").expect(0);
    let posted = bodies(&receiver);
    assert_eq!(posted.len(), 2);
    super::json_shapes::holds("audit --notify", &posted[1]);
    assert_eq!(posted[0]["Verdict"], "Unprotected");
    assert_eq!(posted[0]["Changes"][0]["To"], "NotCovered");
    assert_eq!([&posted[1]["Changes"][0]["From"], &posted[1]["Changes"][0]["To"]], ["NotCovered", "Protected"]);
    assert!(receiver.requests()[0].starts_with("POST /hook/hunter2?key=hunter2 HTTP/1.1\r\n"));
}

#[test]
fn the_first_run_is_silent_if_nothing_is_wrong() {
    let (stage, receiver) = (Stage::new(), Canned::response(200, "ok"));
    stage.enable();
    stage.audit(&receiver.url(), "json").expect(0);
    assert!(receiver.requests().is_empty());
    // An unreadable state counts as none.
    fs::write(stage.path("state"), "{").unwrap();
    let ran = stage.audit(&receiver.url(), "json").expect(0);
    assert!(ran.err.contains("is ignored") && receiver.requests().is_empty(), "{ran:?}");
}

#[test]
fn a_failed_notification_has_its_own_exit_code_hides_no_other_and_is_tried_again() {
    let (stage, refusing) = (Stage::new(), Canned::response(500, "no"));
    for url in [
        refusing.url(),
        dead(),
        Canned::new(CannedResponse::Hangup).url(),
        "http://192.0.2.1".to_owned(),
        "x".to_owned(),
    ] {
        let ran = stage.audit(&url, "json").expect(20);
        assert!(ran.err.contains("warning: no notification was sent: "), "{ran:?}");
    }
    let receiver = Canned::response(204, "");
    stage.audit(&receiver.url(), "json").expect(20);
    stage.enable();
    stage.audit(&refusing.url(), "json").expect(22);
    stage.audit(&receiver.url(), "json").expect(0);
    assert_eq!(bodies(&receiver).len(), 2);
}

#[test]
fn chats_get_their_forms_with_names_as_text() {
    let (stage, receiver) = (Stage::new(), Canned::response(200, "ok"));
    stage.audit(&receiver.url(), "slack").expect(20);
    fs::remove_file(stage.path("state")).unwrap();
    stage.audit(&receiver.url(), "teams").expect(20);
    let posted = bodies(&receiver);
    assert!(posted[0]["text"].as_str().unwrap().starts_with("Backup audit of 127.0.0.1:"), "{posted:?}");
    assert_eq!(posted[0]["blocks"][1]["text"]["type"], "plain_text");
    assert!(
        posted[0]["blocks"][1]["text"]["text"]
            .as_str()
            .unwrap()
            .starts_with("NotCovered: fabric:/CalcApp/CalcService ")
    );
    let card = &posted[1]["attachments"][0]["content"];
    assert_eq!([&card["type"], &card["body"][1]["type"]], ["AdaptiveCard", "RichTextBlock"]);
}

#[cfg(unix)]
#[test]
fn a_program_gets_the_message_on_its_standard_input() {
    let stage = Stage::new();
    let (state, copy) = (stage.path("state"), stage.path("copy"));
    let audit = |target: &str| stage.sf(&["audit", "--notify", target, "--notify-state", &state]);
    audit("cmd:false").expect(20);
    assert!(!std::path::Path::new(&state).exists());
    audit(&format!("cmd:tee {copy}")).expect(20);
    let message: Value = serde_json::from_str(&fs::read_to_string(copy).unwrap()).unwrap();
    assert_eq!(message["Verdict"], "Unprotected");
    stage.sf(&["audit", "--notify", "cmd:true"]).expect(2);
}

/// What could not be read keeps its state and does not count as removed.
#[test]
fn partitions_that_cannot_be_listed_are_not_gone() {
    let (stage, receiver) = (Stage::new(), Canned::response(200, "ok"));
    let audit = |after: &[&str]| {
        let one_by_one = ["-q", "--max-attempts", "1"];
        stage.audit_with(&receiver.url(), &one_by_one, &[&["--parallel", "1"], after].concat())
    };
    audit(&[]).expect(20);
    let before: Value = serde_json::from_str(&fs::read_to_string(stage.path("state")).unwrap()).unwrap();
    stage.cluster.inject(Fault::empty(StatusCode::INTERNAL_SERVER_ERROR).on(GetPartitionInfoList::spec()));
    audit(&[]).expect(21);
    let printed = bodies(&receiver).pop().unwrap();
    let service = "fabric:/CalcApp/CalcService";
    assert_eq!(printed["Changes"].as_array().unwrap().len(), 1, "{printed}");
    assert_eq!([&printed["Changes"][0]["Name"], &printed["Changes"][0]["To"]], [service, "Unknown"], "{printed}");
    // It can be listed again, and nothing has changed.
    audit(&["--notify-format", "slack"]).expect(20);
    let printed = bodies(&receiver).pop().unwrap();
    assert_eq!(printed["blocks"][1]["text"]["text"], format!("Unknown → readable: {service}"), "{printed}");
    let after: Value = serde_json::from_str(&fs::read_to_string(stage.path("state")).unwrap()).unwrap();
    assert_eq!(after, before);
    // The same for what an audit with a smaller scope does not read.
    audit(&["--partition", PARTITION]).expect(20);
    let after: Value = serde_json::from_str(&fs::read_to_string(stage.path("state")).unwrap()).unwrap();
    assert_eq!((after, receiver.requests().len()), (before, 3));
}

#[test]
fn a_url_is_not_taken_from_the_command_line() {
    let (stage, receiver) = (Stage::new(), Canned::response(200, "ok"));
    let url = format!("{}/hunter2", receiver.url());
    for literal in [url.as_str(), "https://hooks.example/hunter2"] {
        let ran = stage.sf(&["audit", "--notify", literal, "--notify-state", &stage.path("state")]).expect(2);
        assert!(["env:NAME", "file:PATH", "cmd:PROGRAM"].iter().all(|form| ran.err.contains(form)), "{ran:?}");
        assert!(!format!("{ran:?}").contains("hunter2") && ran.out.is_empty(), "{ran:?}");
    }
    assert!(receiver.requests().is_empty());
}

#[test]
fn quiet_hides_no_failed_notification() {
    let (stage, refusing) = (Stage::new(), Canned::response(500, "no"));
    let ran = stage.audit_with(&refusing.url(), &["-q"], &[]).expect(20);
    assert!(ran.err.contains("no notification was sent: the receiver responded with HTTP 500"), "{ran:?}");
    stage.audit(&Canned::response(200, "ok").url(), "json").expect(20);
    stage.enable();
    let ran = stage.audit_with(&refusing.url(), &["-q", "-o", "json"], &[]).expect(22);
    assert!(ran.err.contains("no notification was sent"), "{ran:?}");
}

/// A Nagios plugin reports it like any other failure.
#[test]
fn a_plugin_whose_notification_fails_is_unknown() {
    let (stage, refusing) = (Stage::new(), Canned::response(500, "no"));
    let ran = stage.audit_with(&refusing.url(), &[], &["--report", "nagios"]).expect(2);
    assert!(ran.out.starts_with("SF-BACKUP CRITICAL - "), "{ran:?}");
    stage.audit(&Canned::response(200, "ok").url(), "json").expect(20);
    stage.enable();
    let ran = stage.audit_with(&refusing.url(), &[], &["--report", "nagios"]).expect(3);
    assert!(ran.out.starts_with("SF-BACKUP UNKNOWN - no notification was sent: "), "{ran:?}");
}

#[test]
fn the_line_of_a_plugin_can_go_to_a_file() {
    let stage = Stage::new();
    let (file, service) = (stage.path("line"), "fabric:/CalcApp/CalcService");
    stage.sf(&["audit", "--report", "nagios", "-f", &file]).expect(2);
    assert!(fs::read_to_string(&file).unwrap().starts_with("SF-BACKUP CRITICAL - "));
    stage.cluster.inject(Fault::empty(StatusCode::INTERNAL_SERVER_ERROR).on(GetPartitionInfoList::spec()));
    stage.sf(&["--max-attempts", "1", "audit", "--report", "nagios", "--service", service, "-f", &file]).expect(3);
    assert!(fs::read_to_string(&file).unwrap().starts_with("SF-BACKUP UNKNOWN - "));
}

#[test]
fn states_are_not_read_without_end() {
    let (stage, receiver) = (Stage::new(), Canned::response(200, "ok"));
    let file = fs::File::create(stage.path("state")).unwrap();
    file.set_len(65 * 1024 * 1024).unwrap();
    let ran = stage.audit_with(&receiver.url(), &[], &[]).expect(20);
    assert!(ran.err.contains("is ignored: it is longer than 64 MiB"), "{ran:?}");
    assert_eq!(receiver.requests().len(), 1);
}
