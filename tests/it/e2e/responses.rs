//! Error responses in every form that servers send, and success responses that cannot be parsed.

use sf_backup_proto::error::{Cause, ResponseShape};
use sf_backup_proto::{ErrorKind, GetBackupPolicyList, ResumeServiceBackup};

use super::double::{Double, json, response};
use super::scenarios;
use super::transport::Transport;

scenarios! {
    everywhere: [
        every_shape_of_error_is_kept,
        another_status_of_success_is_not_success,
        a_redirect_is_an_error_and_not_followed,
        a_response_that_is_not_json,
        a_response_cut_off_inside_the_json,
        a_mark_before_the_json_is_skipped,
    ],
    clients: [],
}

fn resume() -> ResumeServiceBackup {
    ResumeServiceBackup::new("CalcApp/CalcService".parse().unwrap())
}

struct Case {
    status: &'static str,
    media_type: &'static str,
    body: &'static str,
    kind: ErrorKind,
    code: Option<&'static str>,
    message: Option<&'static str>,
    shape: ResponseShape,
}

const PLAIN: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

#[rustfmt::skip] // a table
const CASES: &[Case] = &[
    Case { // the backup service labels its JSON as text
        status: "404 Not Found", media_type: PLAIN, shape: ResponseShape::FabricError,
        body: r#"{"Error":{"Code":"FABRIC_E_BACKUP_NOT_ENABLED","Message":"Backup Mapping is not existing."}}"#,
        kind: ErrorKind::BackupNotEnabled, code: Some("FABRIC_E_BACKUP_NOT_ENABLED"), message: Some("Backup Mapping is not existing."),
    },
    Case { // the gateway
        status: "504 Gateway Timeout", media_type: JSON, shape: ResponseShape::FabricError,
        body: r#"{"Error":{"Code":"FABRIC_E_TIMEOUT","Message":"Timeout"}}"#,
        kind: ErrorKind::Timeout, code: Some("FABRIC_E_TIMEOUT"), message: Some("Timeout"),
    },
    Case { // a number, where the server's own list has no name
        status: "500 Internal Server Error", media_type: PLAIN, shape: ResponseShape::FabricError,
        body: r#"{"Error":{"Code":3735928559,"Message":"Something."}}"#,
        kind: ErrorKind::Server, code: Some("0xDEADBEEF"), message: Some("Something."),
    },
    Case { // a name that nobody knows
        status: "409 Conflict", media_type: JSON, shape: ResponseShape::FabricError,
        body: r#"{"Error":{"Code":"FABRIC_E_NEW","Message":"New."}}"#,
        kind: ErrorKind::Conflict, code: Some("FABRIC_E_NEW"), message: Some("New."),
    },
    Case { // the web framework
        status: "405 Method Not Allowed", media_type: JSON, shape: ResponseShape::Message,
        body: r#"{"Message":"The requested resource does not support http method 'POST'."}"#,
        kind: ErrorKind::InvalidArgument, code: None, message: Some("The requested resource does not support http method 'POST'."),
    },
    Case { // no backup service
        status: "404 Not Found", media_type: PLAIN, shape: ResponseShape::Empty,
        body: "", kind: ErrorKind::BackupServiceMissing, code: None, message: None,
    },
    Case { // the gateway, to a stranger
        status: "403 Forbidden", media_type: PLAIN, shape: ResponseShape::Empty,
        body: "", kind: ErrorKind::Unauthorized, code: None, message: None,
    },
    Case {
        status: "400 Bad Request", media_type: "application/xml; charset=utf-8", shape: ResponseShape::Xml,
        body: "<Error xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"><Message>a &lt; b</Message></Error>",
        kind: ErrorKind::InvalidArgument, code: None, message: Some("a < b"),
    },
    Case { // something between here and the cluster
        status: "502 Bad Gateway", media_type: "text/html", shape: ResponseShape::Html,
        body: "<!DOCTYPE html><html><body>nginx</body></html>",
        kind: ErrorKind::Unavailable, code: None, message: None,
    },
    Case {
        status: "418 I'm a teapot", media_type: PLAIN, shape: ResponseShape::Other,
        body: "short and stout", kind: ErrorKind::InvalidArgument, code: None, message: Some("short and stout"),
    },
];

fn every_shape_of_error_is_kept<T: Transport>() {
    for case in CASES {
        let double = Double::responding(response(case.status, case.media_type, case.body));
        let error = T::at(double.endpoint()).send(resume()).unwrap_err();
        double.finish();
        let fabric = error.fabric().unwrap_or_else(|| panic!("{}: {error}", case.body));
        let status = fabric.status.as_u16().to_string();
        assert_eq!(case.status.split(' ').next(), Some(&*status));
        assert_eq!(fabric.code.as_ref().map(ToString::to_string).as_deref(), case.code, "{}", case.body);
        assert_eq!(fabric.message.as_deref(), case.message, "{}", case.body);
        assert_eq!(fabric.shape, case.shape, "{}", case.body);
        assert_eq!(error.kind(), case.kind, "{}", case.body);
        let printed = error.to_string();
        assert!(printed.contains("fabric:/CalcApp/CalcService") && printed.contains(&status), "{printed}");
    }
}

fn another_status_of_success_is_not_success<T: Transport>() {
    for status in ["200 OK", "201 Created", "204 No Content"] {
        let double = Double::responding(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n"));
        let error = T::at(double.endpoint()).send(resume()).unwrap_err();
        double.finish();
        assert!(error.fabric().is_some(), "{status}: {error}");
        assert!(error.may_have_changed(), "{status}");
    }
}

fn a_redirect_is_an_error_and_not_followed<T: Transport>() {
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let location = elsewhere.local_addr().unwrap();
        let double = Double::responding(format!(
            "HTTP/1.1 {status}\r\nlocation: http://{location}/\r\ncontent-length: 0\r\n\r\n"
        ));
        let error = T::at(double.endpoint()).send(resume()).unwrap_err();
        double.finish();
        let responded = error.fabric().unwrap().status.as_u16().to_string();
        assert_eq!(status.split(' ').next(), Some(&*responded));
        elsewhere.set_nonblocking(true).unwrap();
        let followed = elsewhere.accept().map_err(|error| error.kind());
        assert_eq!(followed.unwrap_err(), std::io::ErrorKind::WouldBlock, "{status}");
    }
}

fn unreadable<T: Transport>(body: &str) -> sf_backup_proto::error::ResponseError {
    let double = Double::responding(json(body));
    let error = T::at(double.endpoint()).send(GetBackupPolicyList::new()).unwrap_err();
    double.finish();
    assert_eq!(error.kind(), ErrorKind::UnreadableResponse);
    assert!(!error.may_have_changed(), "a read");
    match error.cause() {
        Cause::Response(error) => error.clone(),
        other => panic!("{other:?}"),
    }
}

fn a_response_that_is_not_json<T: Transport>() {
    let secret = "AccountKey=hunter2";
    let error = unreadable::<T>(secret);
    assert_eq!((error.status.as_u16(), error.length), (200, secret.len()));
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

fn a_response_cut_off_inside_the_json<T: Transport>() {
    let error = unreadable::<T>(r#"{"ContinuationToken":"","Items":[{"Name":"Daily"#);
    assert!(error.path.starts_with("Items[0]"), "{error}");
}

fn a_mark_before_the_json_is_skipped<T: Transport>() {
    let double = Double::responding(json("\u{feff}{\"Items\":[]}"));
    let page = T::at(double.endpoint()).send(GetBackupPolicyList::new()).unwrap();
    double.finish();
    assert_eq!(page.items, []);
}
