//! `tracing` spans and events: every request of every call, without secrets.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use sf_backup_proto::CreateBackupPolicy;
use sf_backup_proto::flow::RetryPolicy;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::double::{Double, response};
use super::scenarios;
use super::transport::{Settings, Transport};

scenarios! {
    everywhere: [],
    clients: [a_call_is_a_span_and_each_request_an_event],
}

/// Records spans and events, one line each.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Notes {
    fn take_down(&self, what: &str, record: impl FnOnce(&mut Line)) {
        let mut line = Line(what.to_owned());
        record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
}

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("sf_backup")
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.take_down("span", |line| span.record(line));
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        self.take_down("event", |line| event.record(line));
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn a_call_is_a_span_and_each_request_an_event<T: Transport>() {
    let json = r#"{"Name":"P","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":0,
        "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"},
        "Storage":{"StorageKind":"AzureBlobStore","ConnectionString":"AccountKey=hunter2","ContainerName":"c"}}"#;
    let policy: BackupPolicyDescription = serde_json::from_str(json).unwrap();
    let double = Double::new(|listener| {
        // A change that must not be repeated uses its own connection each time.
        for status in ["429 Too Many Requests", "201 Created"] {
            let mut connection = listener.accept();
            connection.request();
            connection.say(response(status, "text/plain", ""));
        }
    });
    let endpoint = double.endpoint().to_string();
    let mut settings = Settings::at(double.endpoint());
    settings.retry = RetryPolicy::default();
    let notes = Notes::default();
    let client = T::with(settings);
    tracing::subscriber::with_default(notes.clone(), || {
        // Other tests without a subscriber may have disabled the library's events meanwhile.
        tracing::callsite::rebuild_interest_cache();
        client.send(CreateBackupPolicy::new(policy)).unwrap()
    });
    double.finish();

    let lines = notes.0.lock().unwrap().clone();
    let [span, first, pause, second] = lines.as_slice() else { panic!("{lines:#?}") };
    assert!(pause.contains("milliseconds=") && pause.contains("reason=Retry"), "{pause}");
    for part in
        ["otel.name=\"CreateBackupPolicy\"", "method=\"POST\"", "path=\"/BackupRestore/BackupPolicies/$/Create\""]
    {
        assert!(span.contains(part), "{part} is missing in {span}");
    }
    for (event, attempt, status) in [(first, 1, 429), (second, 2, 201)] {
        for part in [format!("endpoint={endpoint:?}"), format!("attempt={attempt}"), format!("status={status}")] {
            assert!(event.contains(&part), "{part} is missing in {event}");
        }
        assert!(event.contains("milliseconds=") && event.contains("request_id="), "{event}");
    }
    assert!(!lines.concat().contains("hunter2"), "{lines:?}");
}
