//! Negotiation of the api-version.

use std::sync::mpsc;

use sf_backup_proto::{ApiVersion, DisableServiceBackup, ErrorKind, ResumeServiceBackup};

use super::double::{ACCEPTED, Double, Listener, response};
use super::scenarios;
use super::transport::{Settings, Transport};

scenarios! {
    everywhere: [],
    clients: [
        an_old_cluster_is_negotiated_once,
        a_new_cluster_is_asked_once,
        a_refusal_of_both_is_the_first,
        what_the_preview_lacks_is_not_sent_with_it,
        a_pinned_version_is_kept,
    ],
}

fn resume() -> ResumeServiceBackup {
    ResumeServiceBackup::new("CalcApp/CalcService".parse().unwrap())
}

fn refusal(message: &str) -> String {
    let body = format!(r#"{{"Error":{{"Code":"E_INVALIDARG","Message":"{message}"}}}}"#);
    response("400 Bad Request", "text/plain; charset=utf-8", &body)
}

/// Responds on one connection and returns the requested api-versions.
fn requested_versions(listener: &Listener, responses: Vec<String>) -> Vec<String> {
    let mut connection = listener.accept();
    let mut versions = Vec::new();
    for response in responses {
        let seen = connection.request();
        let (_, version) = seen.line.split_once("api-version=").unwrap();
        versions.push(version.split([' ', '&']).next().unwrap().to_owned());
        connection.say(response);
    }
    versions
}

fn an_old_cluster_is_negotiated_once<T: Transport>() {
    let responses = vec![refusal("Bad version"), ACCEPTED.into(), ACCEPTED.into()];
    let double = Double::new(|listener| requested_versions(listener, responses));
    let (observer, observed) = mpsc::channel();
    let mut settings = Settings::at(double.endpoint());
    settings.observer = Some(observer);
    let client = T::with(settings);
    client.send(resume()).unwrap();
    client.send(resume()).unwrap();
    assert_eq!(double.finish(), ["6.4", "6.2-preview", "6.2-preview"]);
    drop(client);
    let line = "POST /Services/CalcApp/CalcService/$/ResumeBackup?api-version";
    let observed: Vec<_> = observed.iter().collect();
    assert_eq!(
        observed,
        [
            format!("{line}=6.4: 400 Bad Request"),
            format!("{line}=6.2-preview: 202 Accepted"),
            format!("{line}=6.2-preview: 202 Accepted"),
        ]
    );
}

fn a_new_cluster_is_asked_once<T: Transport>() {
    let responses = vec![ACCEPTED.into(), refusal("Bad argument")];
    let double = Double::new(|listener| requested_versions(listener, responses));
    let client = T::at(double.endpoint());
    client.send(resume()).unwrap();
    let error = client.send(resume()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(error.attempts(), 1);
    assert_eq!(double.finish(), ["6.4", "6.4"]);
}

fn a_refusal_of_both_is_the_first<T: Transport>() {
    let responses = vec![refusal("first"), refusal("second")];
    let double = Double::new(|listener| requested_versions(listener, responses));
    let error = T::at(double.endpoint()).send(resume()).unwrap_err();
    let fabric = error.fabric().unwrap();
    assert_eq!(fabric.message.as_deref(), Some("first"));
    assert_eq!(double.finish(), ["6.4", "6.2-preview"]);
}

fn what_the_preview_lacks_is_not_sent_with_it<T: Transport>() {
    let responses = vec![refusal("no")];
    let double = Double::new(|listener| requested_versions(listener, responses));
    let disable = DisableServiceBackup::new("A/S".parse().unwrap()).clean_backup(true);
    let error = T::at(double.endpoint()).send(disable).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(double.finish(), ["6.4"]);
}

fn a_pinned_version_is_kept<T: Transport>() {
    for version in [ApiVersion::V6_4, ApiVersion::V6_2_PREVIEW] {
        let double = Double::new(|listener| requested_versions(listener, vec![refusal("no")]));
        let mut settings = Settings::at(double.endpoint());
        settings.api_version = Some(version);
        let error = T::with(settings).send(resume()).unwrap_err();
        assert_eq!(error.attempts(), 1);
        assert_eq!(double.finish(), [version.to_string()]);
    }
}
