//! Connections are pooled and reused if possible.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use sf_backup_proto::flow::RetryPolicy;
use sf_backup_proto::{BackupPartition, ResumeServiceBackup};

use super::double::{ACCEPTED, Double, json, response};
use super::scenarios;
use super::transport::{Settings, Transport, patient};

scenarios! {
    everywhere: [
        calls_share_a_connection,
        an_error_leaves_the_connection_usable,
        a_connection_is_not_reused_after_close,
        a_connection_closed_between_calls_is_replaced,
    ],
    clients: [
        a_change_that_must_not_be_repeated_uses_a_new_connection,
        a_server_that_closes_late_carries_out_every_change_once,
    ],
}

fn resume() -> ResumeServiceBackup {
    ResumeServiceBackup::new("CalcApp/CalcService".parse().unwrap())
}

fn calls_share_a_connection<T: Transport>() {
    let double = Double::new(|listener| {
        let mut connection = listener.accept();
        for _ in 0..3 {
            connection.request();
            connection.say(ACCEPTED);
        }
    });
    let client = T::at(double.endpoint());
    for _ in 0..3 {
        client.send(resume()).unwrap();
    }
    double.finish();
}

fn an_error_leaves_the_connection_usable<T: Transport>() {
    let double = Double::new(|listener| {
        let mut connection = listener.accept();
        connection.request();
        connection.say(response("409 Conflict", "text/plain", "busy"));
        connection.request();
        connection.say(ACCEPTED);
    });
    let client = T::at(double.endpoint());
    client.send(resume()).unwrap_err();
    client.send(resume()).unwrap();
    double.finish();
}

fn a_connection_is_not_reused_after_close<T: Transport>() {
    let double = Double::new(|listener| {
        let mut first = listener.accept();
        first.request();
        first.say("HTTP/1.1 202 Accepted\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        let mut second = listener.accept();
        second.request();
        second.say(ACCEPTED);
    });
    let client = T::at(double.endpoint());
    client.send(resume()).unwrap();
    client.send(resume()).unwrap();
    double.finish();
}

fn a_connection_closed_between_calls_is_replaced<T: Transport>() {
    const CALLS: usize = 20;
    let (closed, wait) = mpsc::channel();
    let double = Double::new(move |listener| {
        for _ in 0..CALLS {
            let mut connection = listener.accept();
            connection.request();
            connection.say(ACCEPTED);
            drop(connection);
            closed.send(()).unwrap();
        }
    });
    let client = T::at(double.endpoint());
    for _ in 0..CALLS {
        client.send(resume()).unwrap();
        wait.recv().unwrap();
    }
    double.finish();
}

/// A server may close a kept connection while the next request is being sent. A backup would then neither be retried
/// nor known to be started.
fn a_change_that_must_not_be_repeated_uses_a_new_connection<T: Transport>() {
    let double = Double::new(|listener| {
        let mut first = listener.accept();
        assert!(first.request().line.starts_with("GET "));
        first.say(json("null"));
        let mut second = listener.accept();
        assert!(second.request().line.starts_with("POST "));
        second.say(ACCEPTED);
        // The read before it has kept its connection.
        assert!(first.request().line.starts_with("POST /Services/"));
        first.say(ACCEPTED);
    });
    let client = patient::<T>(double.endpoint());
    client.send(BackupPartition::new("6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap())).unwrap();
    client.send(resume()).unwrap();
    double.finish();
}

/// The server closes each connection when a second request arrives on it, although it promised to keep it open.
fn a_server_that_closes_late_carries_out_every_change_once<T: Transport>() {
    const BACKUPS: usize = 5;
    let (started, starts) = mpsc::channel();
    let double = Double::<()>::new(move |listener| {
        loop {
            let (mut connection, started) = (listener.accept(), started.clone());
            thread::spawn(move || {
                let Some(request) = connection.try_request() else { return };
                if request.line.contains("/$/Backup?") {
                    started.send(()).unwrap();
                }
                connection.say(if request.line.starts_with("GET ") { json("null") } else { ACCEPTED.to_owned() });
                connection.try_request();
            });
        }
    });
    let mut settings = Settings::at(double.endpoint());
    settings.retry =
        RetryPolicy { base: Duration::from_millis(1), total: Some(Duration::from_secs(10)), ..RetryPolicy::default() };
    let client = T::with(settings);
    for _ in 0..BACKUPS {
        client.send(BackupPartition::new("6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap())).unwrap();
    }
    assert_eq!(starts.try_iter().count(), BACKUPS);
}
