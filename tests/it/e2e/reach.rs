//! Connecting to the server, and errors if it cannot be reached.

use std::io::ErrorKind::ConnectionRefused;
use std::net::TcpListener;

use sf_backup_proto::error::TransportErrorKind as How;
use sf_backup_proto::{Endpoint, ErrorKind, ResumeServiceBackup};

use super::double::{ACCEPTED, Double};
use super::scenarios;
use super::transport::{Fault, Transport, fault};

scenarios! {
    everywhere: [a_name_with_several_addresses],
    clients: [nobody_listens, no_such_host],
}

fn resume() -> ResumeServiceBackup {
    ResumeServiceBackup::new("CalcApp/CalcService".parse().unwrap())
}

fn unreachable<T: Transport>(endpoint: &str) -> Fault {
    let endpoint: Endpoint = endpoint.parse().unwrap();
    let result = T::at(endpoint.clone()).send(resume());
    let error = result.as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(!error.may_have_changed());
    assert_eq!(error.endpoint(), Some(&endpoint));
    assert!(error.to_string().contains(&endpoint.to_string()), "{error}");
    let (sent, fault) = fault(result);
    assert_eq!(sent, How::Unreachable);
    fault
}

fn a_name_with_several_addresses<T: Transport>() {
    // `localhost` may resolve to ::1 first, without a listener.
    let double = Double::responding(ACCEPTED);
    let port = double.endpoint().port();
    let endpoint = format!("http://localhost:{port}").parse().unwrap();
    T::at(endpoint).send(resume()).unwrap();
    let seen = double.finish();
    assert_eq!(seen.header("host"), Some(&*format!("localhost:{port}")));
}

fn nobody_listens<T: Transport>() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let fault = unreachable::<T>(&format!("http://{address}"));
    let kind = ConnectionRefused;
    assert_eq!(fault, Fault::Connect { address, kind });
}

fn no_such_host<T: Transport>() {
    let fault = unreachable::<T>("http://does-not-exist.invalid:19080");
    let host = "does-not-exist.invalid".to_owned();
    assert_eq!(fault, Fault::Resolve { host });
}
