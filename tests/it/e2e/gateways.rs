//! Two gateways of one cluster, one of which sends bad responses.

use std::thread;
use std::time::Duration;

use sf_backup_proto::flow::RetryPolicy;
use sf_backup_proto::{ErrorKind, GetBackupPolicyList, ResumeServiceBackup};

use super::double::{Double, response};
use super::scenarios;
use super::transport::{Settings, Transport};

scenarios! {
    everywhere: [
        a_page_is_named_by_its_title,
        a_redirect_is_named_by_where_it_leads,
    ],
    clients: [
        one_bad_gateway_of_two_fails_no_call,
        a_read_that_meets_an_empty_404_asks_the_other_gateway,
    ],
}

/// Sends this response to every request, each on its own connection.
fn gateway(status: &'static str, body: &'static str) -> Double<()> {
    Double::new(move |listener| {
        loop {
            let mut connection = listener.accept();
            thread::spawn(move || {
                connection.request();
                let length = body.len();
                connection
                    .say(format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"));
            });
        }
    })
}

fn client<T: Transport>(bad: &Double<()>, good: &Double<()>) -> T {
    let mut settings = Settings::at(bad.endpoint());
    settings.others = vec![good.endpoint()];
    settings.retry = RetryPolicy { base: Duration::from_millis(1), ..RetryPolicy::default() };
    T::with(settings)
}

/// Runs twenty clients, each of which starts with a random gateway.
fn one_bad_gateway_of_two_fails_no_call<T: Transport>() {
    let (list, accepted) = (gateway("200 OK", r#"{"Items":[]}"#), gateway("202 Accepted", ""));
    for status in ["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"] {
        let bad = gateway(status, "");
        for _ in 0..20 {
            client::<T>(&bad, &list).send(GetBackupPolicyList::new()).unwrap();
            client::<T>(&bad, &accepted).send(ResumeServiceBackup::new("A/S".parse().unwrap())).unwrap();
        }
    }
}

fn a_read_that_meets_an_empty_404_asks_the_other_gateway<T: Transport>() {
    let (bad, good) = (gateway("404 Not Found", ""), gateway("200 OK", r#"{"Items":[]}"#));
    for _ in 0..20 {
        client::<T>(&bad, &good).send(GetBackupPolicyList::new()).unwrap();
    }
    let error = client::<T>(&bad, &gateway("404 Not Found", "")).send(GetBackupPolicyList::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BackupServiceMissing);
}

/// The kind and message of the error for this response.
fn refused<T: Transport>(response: String) -> (ErrorKind, String) {
    let double = Double::responding(response);
    let error = T::at(double.endpoint()).send(GetBackupPolicyList::new()).unwrap_err();
    double.finish();
    (error.kind(), error.to_string())
}

fn a_page_is_named_by_its_title<T: Transport>() {
    let page = "<html><head><title>Web App - Unavailable</title></head><body>x</body></html>";
    let named = "an HTML page titled \"Web App - Unavailable\"";
    let (kind, text) = refused::<T>(response("403 Forbidden", "text/html", page));
    assert_eq!(kind, ErrorKind::Forbidden);
    assert!(text.contains(named), "{text}");
    // Also in a success response.
    let (kind, text) = refused::<T>(response("200 OK", "text/html", page));
    assert_eq!(kind, ErrorKind::UnreadableResponse);
    assert!(text.contains(named), "{text}");
}

fn a_redirect_is_named_by_where_it_leads<T: Transport>() {
    let redirect =
        "HTTP/1.1 302 Found\r\nlocation: https://login.example/authorize?state=hunter2\r\ncontent-length: 0\r\n\r\n";
    let (kind, text) = refused::<T>(redirect.to_owned());
    assert_eq!(kind, ErrorKind::UnreadableResponse);
    assert!(text.contains("a redirect to \"https://login.example/authorize\""), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

/// Pauses of a call can be observed, on both transports.
#[test]
fn a_pause_can_be_observed() {
    let (sender, pauses) = std::sync::mpsc::channel();
    let seen = move |spec: &'static sf_backup_proto::OperationSpec, pause: sf_backup_proto::flow::Pause| {
        sender.send((spec.name, pause.reason)).unwrap();
    };
    let bad = gateway("503 Service Unavailable\r\nretry-after: 1", "");
    let retry = RetryPolicy { max_attempts: 2, ..RetryPolicy::default() };
    let blocking =
        sf_backup_blocking::Client::builder(bad.endpoint()).retry(retry).pause_observer(seen.clone()).build();
    blocking.send(GetBackupPolicyList::new()).unwrap_err();
    let hyper = sf_backup_hyper::Client::builder(bad.endpoint()).retry(retry).pause_observer(seen).build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(hyper.send(GetBackupPolicyList::new())).unwrap_err();
    let expected = ("GetBackupPolicyList", sf_backup_proto::flow::PauseReason::AskedByServer);
    assert_eq!(pauses.try_iter().collect::<Vec<_>>(), [expected, expected]);
}

/// Options of a call take precedence over those of the client, which apply to the options that are not set.
#[test]
fn a_call_can_have_options_of_its_own() {
    let double = || Double::responding(super::double::json(r#"{"Items":[]}"#));
    let own = || sf_backup_proto::RequestOptions::new().timeout("7".parse().unwrap()).request_id("mine");
    let check = |seen: super::double::Seen| {
        assert!(seen.line.contains("api-version=9.1&timeout=7"), "{}", seen.line);
        let id = seen.headers.iter().find(|header| header.to_ascii_lowercase().starts_with("x-servicefabricrequestid"));
        assert!(id.unwrap().ends_with(": mine"), "{seen:?}");
    };
    let server = double();
    let version = "9.1".parse().unwrap();
    let client =
        sf_backup_blocking::Client::builder(server.endpoint()).api_version(version).timeout("99".parse().unwrap());
    client.build().send_with(GetBackupPolicyList::new(), own()).unwrap();
    check(server.finish());
    let server = double();
    let client =
        sf_backup_hyper::Client::builder(server.endpoint()).api_version(version).timeout("99".parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(client.build().send_with(GetBackupPolicyList::new(), own())).unwrap();
    check(server.finish());
}
