//! What gateways on Windows do: take the whole request, and only then start a new handshake in which they ask for the
//! client's certificate.

use std::thread;

use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
use sf_backup_proto::model::storage::FileShareBackupStorageDescription;
use sf_backup_proto::{CreateBackupPolicy, IsoDuration, Operation};
use sf_backup_transport::tls::ClientIdentity;

use super::forge::{authority, names, rsa_key};
use super::tool::Tool;
use super::{Secured, Settings, endpoint, resume, secured, trusting};

secured! {
    after_a_request_without_a_body,
    after_a_request_with_a_body,
}

/// Sends `operation` to a gateway that asks for our certificate once it has seen `end`, and answers `status` then.
fn answered<T: Secured>(operation: impl Operation, end: &'static str, status: &str) {
    let ours = authority("Our CA").self_signed();
    let server = names("localhost").key(rsa_key()).signed_by(&ours);
    let Some(tool) = Tool::start(&server, &ours) else { return };
    let client = names("backup operator").signed_by(&ours);
    let mut settings = Settings::at(endpoint(tool.address));
    settings.tls = trusting(&ours).client(ClientIdentity::from_pem(&client.in_one("client.pem"), None).unwrap());
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let gateway = thread::spawn(move || tool.serve(end, "depth=0 CN = backup operator", &answer));
    T::try_with(settings).unwrap().send(operation).unwrap();
    gateway.join().unwrap();
}

fn after_a_request_without_a_body<T: Secured>() {
    answered::<T>(resume(), "\r\n\r\n", "202 Accepted");
}

fn after_a_request_with_a_body<T: Secured>() {
    let hourly = FrequencyBasedBackupScheduleDescription::new("PT1H".parse::<IsoDuration>().unwrap());
    // Many TLS records, and more than the client's buffers hold.
    let storage = FileShareBackupStorageDescription::new(format!(r"\\store\{}END", "x".repeat(300_000)));
    let policy = BackupPolicyDescription::new("Hourly", false, 20, hourly, storage);
    answered::<T>(CreateBackupPolicy::new(policy), "END\"}}", "201 Created");
}
