//! Connections are pooled and reused if possible.

use std::sync::mpsc;

use sf_backup_proto::{BackupPartition, ResumeServiceBackup};

use super::double::{ACCEPTED, Double, answer, json};
use super::scenarios;
use super::transport::{Transport, patient};

scenarios! {
    everywhere: [
        calls_share_a_connection,
        an_error_leaves_the_connection_usable,
        a_server_that_says_close_is_taken_at_its_word,
        a_connection_closed_between_calls_is_replaced,
    ],
    clients: [
        what_must_not_be_repeated_takes_a_fresh_connection,
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
        connection.say(answer("409 Conflict", "text/plain", "busy"));
        connection.request();
        connection.say(ACCEPTED);
    });
    let client = T::at(double.endpoint());
    client.send(resume()).unwrap_err();
    client.send(resume()).unwrap();
    double.finish();
}

fn a_server_that_says_close_is_taken_at_its_word<T: Transport>() {
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

/// A server may close a connection at the moment in which the next request is on its way, and a backup could then not be
/// started at all: it is neither sent again nor known to have been begun.
fn what_must_not_be_repeated_takes_a_fresh_connection<T: Transport>() {
    let double = Double::new(|listener| {
        let mut first = listener.accept();
        assert!(first.request().line.starts_with("GET "));
        first.say(json("null"));
        let mut second = listener.accept();
        assert!(second.request().line.starts_with("POST "));
        second.say(ACCEPTED);
        // The read before has left its connection as it was.
        assert!(first.request().line.starts_with("POST /Services/"));
        first.say(ACCEPTED);
    });
    let client = patient::<T>(double.endpoint());
    client.send(BackupPartition::new("6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap())).unwrap();
    client.send(resume()).unwrap();
    double.finish();
}
