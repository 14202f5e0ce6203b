//! Renegotiation as by gateways on Windows, which request the client certificate after the request.

use std::thread;

use sf_backup_proto::error::TransportErrorKind;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
use sf_backup_proto::model::storage::FileShareBackupStorageDescription;
use sf_backup_proto::{CreateBackupPolicy, ErrorKind, GetBackupPolicyList, IsoDuration, Operation};
use sf_backup_transport::tls::ClientIdentity;

use super::forge::{authority, names, rsa_key};
use super::tool::Tool;
use super::{Secured, Settings, endpoint, resume, secured, transport, trusting};

secured! {
    after_a_request_without_a_body,
    after_a_request_with_a_body,
    a_client_that_is_refused_after_its_request,
}

/// Sends `operation` to a gateway that requests the client certificate after `end`, then responds with `status`.
fn responded<T: Secured>(operation: impl Operation, end: &'static str, status: &str) {
    let ours = authority("Our CA").self_signed();
    let server = names("localhost").key(rsa_key()).signed_by(&ours);
    let Some(tool) = Tool::start(&server, &ours) else { return };
    let client = names("backup operator").signed_by(&ours);
    let mut settings = Settings::at(endpoint(tool.address));
    settings.tls = trusting(&ours).client(ClientIdentity::from_pem(&client.in_one("client.pem"), None).unwrap());
    let response = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let gateway = thread::spawn(move || tool.serve(end, "depth=0 CN = backup operator", &response));
    T::try_with(settings).unwrap().send(operation).unwrap();
    gateway.join().unwrap();
}

fn after_a_request_without_a_body<T: Secured>() {
    responded::<T>(resume(), "\r\n\r\n", "202 Accepted");
}

fn after_a_request_with_a_body<T: Secured>() {
    let hourly = FrequencyBasedBackupScheduleDescription::new("PT1H".parse::<IsoDuration>().unwrap());
    // More than one TLS record, and more than the client's buffers.
    let storage = FileShareBackupStorageDescription::new(format!(r"\\store\{}END", "x".repeat(300_000)));
    let policy = BackupPolicyDescription::new("Hourly", false, 20, hourly, storage);
    responded::<T>(CreateBackupPolicy::new(policy), "END\"}}", "201 Created");
}

/// The gateway has read the request, and may have passed it on.
fn a_client_that_is_refused_after_its_request<T: Secured>() {
    refused::<T>(resume(), true);
    refused::<T>(GetBackupPolicyList::new(), false);
}

fn refused<T: Secured>(operation: impl Operation, may_have_changed: bool) {
    let (ours, theirs) = (authority("Our CA").self_signed(), authority("Their CA").self_signed());
    let server = names("localhost").key(rsa_key()).signed_by(&ours);
    let Some(tool) = Tool::start_with(&server, &ours, &["-verify_return_error"]) else { return };
    let client = names("backup operator").signed_by(&theirs);
    let mut settings = Settings::at(endpoint(tool.address));
    settings.tls = trusting(&ours).client(ClientIdentity::from_pem(&client.in_one("client.pem"), None).unwrap());
    let gateway = thread::spawn(move || tool.refuse("\r\n\r\n"));
    let result = T::try_with(settings).unwrap().send(operation);
    let (fault, source) = transport(&result);
    assert_eq!(fault, TransportErrorKind::ClientRefusedLate, "{source:?}");
    assert!(source.to_string().contains("the server refuses the client certificate"), "{source}");
    let error = result.err().unwrap();
    assert_eq!((error.kind(), error.may_have_changed()), (ErrorKind::Unauthorized, may_have_changed));
    gateway.join().unwrap();
}
