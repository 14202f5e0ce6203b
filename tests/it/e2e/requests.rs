//! Requests as sent, byte for byte.

use std::env::consts::OS;

use sf_backup_proto::{
    ApiVersion, EnableServiceBackup, GetServiceBackupConfigurationInfo, IdDelimiter, Operation, ResumeServiceBackup,
};

use super::double::{ACCEPTED, Double, Seen, json};
use super::scenarios;
use super::transport::{Settings, Transport};

scenarios! {
    everywhere: [
        resume_has_no_body,
        enable_names_the_policy,
        a_tilde_between_levels_and_a_timeout,
        names_are_encoded,
    ],
    clients: [
        exactly_these_headers_with_a_body,
        exactly_these_headers_without_a_body,
        exactly_these_headers_on_a_read,
        every_call_has_its_own_request_id,
        a_prefix_stays_before_the_path,
    ],
}

/// The request of `operation` with api-version `6.2-preview`, and its target.
fn seen<T: Transport, O: Operation>(operation: O, response: String, set: impl FnOnce(&mut Settings)) -> (Seen, String) {
    let double = Double::responding(response);
    let authority = double.authority();
    let mut settings = Settings::at(double.endpoint());
    settings.api_version = Some(ApiVersion::V6_2_PREVIEW);
    set(&mut settings);
    T::with(settings).send(operation).unwrap();
    (double.finish(), authority)
}

fn accepted<T: Transport>(operation: impl Operation, set: impl FnOnce(&mut Settings)) -> Seen {
    seen::<T, _>(operation, ACCEPTED.into(), set).0
}

fn resume() -> ResumeServiceBackup {
    ResumeServiceBackup::new("fabric:/CalcApp/CalcService".parse().unwrap())
}

fn enable() -> EnableServiceBackup {
    EnableServiceBackup::new("fabric:/CalcApp/CalcService".parse().unwrap(), "DailyAzureBackupPolicy".parse().unwrap())
}

fn resume_has_no_body<T: Transport>() {
    let seen = accepted::<T>(resume(), |_| {});
    assert_eq!(seen.line, "POST /Services/CalcApp/CalcService/$/ResumeBackup?api-version=6.2-preview HTTP/1.1");
    assert_eq!(seen.header("content-length"), Some("0"));
    assert_eq!(seen.header("content-type"), None);
    assert_eq!(seen.header("transfer-encoding"), None);
    assert_eq!(seen.body, "");
}

fn enable_names_the_policy<T: Transport>() {
    let seen = accepted::<T>(enable(), |_| {});
    assert_eq!(seen.line, "POST /Services/CalcApp/CalcService/$/EnableBackup?api-version=6.2-preview HTTP/1.1");
    assert_eq!(seen.header("content-length"), Some("45"));
    assert_eq!(seen.body, r#"{"BackupPolicyName":"DailyAzureBackupPolicy"}"#);
}

fn a_tilde_between_levels_and_a_timeout<T: Transport>() {
    let resume = ResumeServiceBackup::new("fabric:/myapp/app1/svc1".parse().unwrap());
    let seen = accepted::<T>(resume, |settings| {
        settings.id_delimiter = Some(IdDelimiter::Tilde);
        settings.timeout = Some("60".parse().unwrap());
    });
    assert_eq!(seen.line, "POST /Services/myapp~app1~svc1/$/ResumeBackup?api-version=6.2-preview&timeout=60 HTTP/1.1");
}

fn names_are_encoded<T: Transport>() {
    let resume = ResumeServiceBackup::new("fabric:/a b/é&=;@'\"".parse().unwrap());
    let seen = accepted::<T>(resume, |_| {});
    let path = seen.line.split(['?', ' ']).nth(1).unwrap();
    assert_eq!(path, "/Services/a%20b/%C3%A9%26%3D%3B%40%27%22/$/ResumeBackup");
}

fn headers(lines: &[&str], authority: &str, seen: &Seen) -> Vec<String> {
    let id = seen.header("x-servicefabricrequestid").unwrap();
    let mut lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
    lines.extend([
        "accept: application/json".to_owned(),
        format!("host: {authority}"),
        format!("user-agent: sf-backup/{}", env!("CARGO_PKG_VERSION")),
        format!("x-servicefabricclienttype: sf-backup-rs-{OS}"),
        format!("x-servicefabricrequestid: {id}"),
    ]);
    lines.sort();
    lines
}

fn exactly_these_headers_with_a_body<T: Transport>() {
    let (seen, authority) = seen::<T, _>(enable(), ACCEPTED.into(), |_| {});
    let expected = ["content-length: 45", "content-type: application/json; charset=utf-8"];
    assert_eq!(seen.headers, headers(&expected, &authority, &seen));
}

fn exactly_these_headers_without_a_body<T: Transport>() {
    let (seen, authority) = seen::<T, _>(resume(), ACCEPTED.into(), |_| {});
    assert_eq!(seen.headers, headers(&["content-length: 0"], &authority, &seen));
}

fn exactly_these_headers_on_a_read<T: Transport>() {
    let read = GetServiceBackupConfigurationInfo::new("CalcApp/CalcService".parse().unwrap());
    let (seen, authority) = seen::<T, _>(read, json(r#"{"Items":[]}"#), |_| {});
    assert_eq!(
        seen.line,
        "GET /Services/CalcApp/CalcService/$/GetBackupConfigurationInfo?api-version=6.2-preview HTTP/1.1"
    );
    assert_eq!(seen.headers, headers(&[], &authority, &seen));
}

fn every_call_has_its_own_request_id<T: Transport>() {
    let double = Double::new(|listener| {
        let mut connection = listener.accept();
        [(); 2].map(|()| {
            let seen = connection.request();
            connection.say("HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\n\r\n");
            seen
        })
    });
    let client = T::at(double.endpoint());
    let reported = [(); 2].map(|()| {
        let error = client.send(resume()).unwrap_err();
        error.request_id().unwrap().to_owned()
    });
    let sent = double.finish();
    let sent = sent.each_ref().map(|seen| seen.header("x-servicefabricrequestid").unwrap());
    assert_eq!(sent, reported.each_ref().map(String::as_str));
    assert_ne!(sent[0], sent[1]);
    for id in sent {
        let id: uuid::Uuid = id.parse().unwrap();
        assert_eq!(id.get_version_num(), 4);
    }
}

fn a_prefix_stays_before_the_path<T: Transport>() {
    let seen = accepted::<T>(resume(), |settings| {
        settings.endpoint = format!("{}/gateway/", settings.endpoint).parse().unwrap();
    });
    assert_eq!(seen.line, "POST /gateway/Services/CalcApp/CalcService/$/ResumeBackup?api-version=6.2-preview HTTP/1.1");
}
