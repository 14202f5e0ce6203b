//! Dropped futures and ended runtimes, for the async client.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use sf_backup_hyper::{GetServiceBackupList, ResumeServiceBackup};
use tokio::sync::oneshot;

use super::double::{ACCEPTED, Double, json};
use super::transport::{Hyper, Transport};

/// Drops a call after the server has sent `beginning`. The server sees the connection close; the next call opens
/// another.
fn dropped_after(beginning: &'static str) {
    let (said, wait) = oneshot::channel();
    let double = Double::new(move |listener| {
        let mut connection = listener.accept();
        connection.request();
        connection.say(beginning);
        said.send(()).unwrap();
        connection.wait_for_the_end();
        let mut connection = listener.accept();
        connection.request();
        connection.say(ACCEPTED);
    });
    let Hyper { runtime, client } = Hyper::at(double.endpoint());
    let resume = || ResumeServiceBackup::new("CalcApp/CalcService".parse().unwrap());
    runtime.block_on(async {
        tokio::select! {
            biased;
            result = client.send(resume()) => panic!("{result:?}"),
            said = wait => said.unwrap(),
        }
        client.send(resume()).await.unwrap();
    });
    double.finish();
}

#[test]
fn before_the_response() {
    dropped_after("");
}

#[test]
fn within_the_head() {
    dropped_after("HTTP/1.1 202 Accepted\r\n");
}

#[test]
fn within_the_body() {
    dropped_after("HTTP/1.1 202 Accepted\r\ncontent-length: 9\r\n\r\n1234");
}

#[test]
fn a_dropped_wait_for_a_page_loses_nothing() {
    let double = Double::new(|listener| {
        let mut connection = listener.accept();
        connection.request();
        connection.say(json(r#"{"ContinuationToken":"1","Items":[{"BackupType":"Full"}]}"#));
        connection.request();
        connection.say(json(r#"{"Items":[{"BackupType":"Full"},{"BackupType":"Full"}]}"#));
    });
    let Hyper { runtime, client } = Hyper::at(double.endpoint());
    let mut pages = client.pager(GetServiceBackupList::new("A/S".parse().unwrap())).into_pages();
    runtime.block_on(async {
        // Sends a request and drops it before the response.
        let waiting = pin!(pages.next()).poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(waiting, Poll::Pending));
        let mut lengths = Vec::new();
        while let Some(page) = pages.next().await {
            lengths.push(page.unwrap().len());
        }
        assert_eq!(lengths, [1, 2]);
    });
    double.finish();
}

#[test]
fn a_client_outlives_its_runtime() {
    let double = Double::new(|listener| {
        for _ in 0..2 {
            let mut connection = listener.accept();
            connection.request();
            connection.say(ACCEPTED);
            connection.wait_for_the_end();
        }
    });
    let Hyper { runtime, client } = Hyper::at(double.endpoint());
    let resume = || ResumeServiceBackup::new("CalcApp/CalcService".parse().unwrap());
    runtime.block_on(client.send(resume())).unwrap();
    drop(runtime);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(client.send(resume())).unwrap();
    drop(runtime);
    double.finish();
}
