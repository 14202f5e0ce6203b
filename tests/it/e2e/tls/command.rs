//! The command line against secured gateways, with certificate files and thumbprints.

use std::path::{Path, PathBuf};
use std::thread;

use tempfile::TempDir;

use super::forge::{Pair, authority, names, rsa_key};
use super::gateway::Gateway;
use super::tool::Tool;
use crate::cli::harness::{Ran, run};

const ENABLE: &[&str] = &["service", "enable", "CalcApp/CalcService", "--policy", "Daily"];
/// A request without a body, because the gateway double reads none.
const RESUME: &[&str] = &["service", "resume", "CalcApp/CalcService"];

/// Certificates and keys as files.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn write(&self, name: &str, contents: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, contents).unwrap();
        path
    }
}

fn call(port: u16, options: &[(&str, &Path)], flags: &[&str], command: &[&str]) -> Ran {
    let url = format!("https://localhost:{port}");
    let mut args = vec!["-e", &url, "--max-attempts", "1"];
    args.extend(options.iter().flat_map(|(option, path)| [*option, path.to_str().unwrap()]));
    args.extend(flags);
    args.extend(command);
    run(&args)
}

fn resume(port: u16, options: &[(&str, &Path)], flags: &[&str]) -> Ran {
    call(port, options, flags, RESUME)
}

/// A test authority and a server certificate that it signed.
fn authority_and_server() -> (Pair, Pair) {
    let ours = authority("Our CA").self_signed();
    let server = names("localhost").key(rsa_key()).signed_by(&ours);
    (ours, server)
}

#[test]
fn the_certificate_is_sent_to_a_gateway_that_requests_it_after_the_request() {
    let (ours, server) = authority_and_server();
    let Some(tool) = Tool::start(&server, &ours) else { return };
    let client = names("backup operator").signed_by(&ours);
    let files = Files::new();
    let cert = files.write("me.pem", &client.pem());
    let key = files.write("me.key", &client.pkcs8());
    let ca = files.write("ca.pem", &ours.pem());
    let port = tool.address.port();
    let response = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let gateway = thread::spawn(move || tool.serve("Daily\"}", "depth=0 CN = backup operator", response));
    call(port, &[("--cert", &cert), ("--key", &key), ("--ca", &ca)], &["--no-verify"], ENABLE).expect(0);
    gateway.join().unwrap();
}

#[test]
fn a_wrong_thumbprint_exits_5_and_sends_nothing_even_if_the_chain_is_trusted() {
    let (ours, server) = authority_and_server();
    let gateway = Gateway::new(&server);
    let ca = Files::new();
    let ca_file = ca.write("ca.pem", &ours.pem());
    let wrong = "00".repeat(20);
    let ran = resume(gateway.address.port(), &[("--ca", &ca_file)], &["--server-thumbprint", &wrong]).expect(5);
    assert_eq!(gateway.received(), "");
    assert!(ran.err.contains("--server-thumbprint") && ran.err.contains("localhost"), "{ran:?}");

    resume(gateway.address.port(), &[("--ca", &ca_file)], &[]).expect(0);
    assert!(gateway.received().contains("/ResumeBackup?"));
}

#[test]
fn an_unknown_authority_exits_5_and_insecure_prints_a_warning() {
    let (_, server) = authority_and_server();
    let gateway = Gateway::new(&server);
    resume(gateway.address.port(), &[], &[]).expect(5);
    assert_eq!(gateway.received(), "");
    let ran = resume(gateway.address.port(), &[], &["--insecure"]).expect(0);
    assert!(ran.err.contains("warning: ") && ran.err.contains("identity is not verified"), "{ran:?}");
}

#[test]
fn credentials_over_plain_http_are_rejected_before_sending() {
    let files = Files::new();
    let token = files.write("token", b"eyJhbGciOi");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let args = ["-e", &url, "--token-file", token.to_str().unwrap(), "policy", "list"];
    let ran = run(&args).expect(2);
    assert!(ran.err.contains("https") && !ran.err.contains("eyJ"), "{ran:?}");
    listener.set_nonblocking(true).unwrap();
    listener.accept().unwrap_err();
}

#[test]
fn a_token_goes_out_and_is_hidden_in_a_dry_run() {
    let (ours, server) = authority_and_server();
    let gateway = Gateway::new(&server);
    let files = Files::new();
    let ca = files.write("ca.pem", &ours.pem());
    let token = files.write("token", b"eyJhbGciOi\n");
    let options = [("--ca", &*ca), ("--token-file", &*token)];
    let ran = resume(gateway.address.port(), &options, &["--dry-run"]).expect(0);
    assert!(ran.out.contains("authorization: ****") && !ran.out.contains("eyJ"), "{ran:?}");
    assert_eq!(gateway.received(), "");
    resume(gateway.address.port(), &options, &[]).expect(0);
    assert!(gateway.received().to_lowercase().contains("authorization: bearer eyjhbgcioi"));
}

#[test]
fn files_of_the_wrong_type_exit_2() {
    let files = Files::new();
    let nonsense = files.write("nonsense.pem", b"nonsense");
    let missing = files.0.path().join("missing.pem");
    for option in ["--cert", "--pkcs12", "--ca"] {
        for file in [&nonsense, &missing] {
            let ran = resume(1, &[(option, file)], &[]).expect(2);
            assert!(ran.err.contains(option) && ran.err.contains(".pem"), "{ran:?}");
            assert_eq!(ran.err.trim_end().lines().count(), 1, "{ran:?}");
        }
    }
    resume(1, &[], &["--server-thumbprint", "xyz"]).expect(2);
}

/// The line of a doctor step.
fn step(ran: &Ran, name: &str) -> serde_json::Value {
    let steps = ran.json();
    steps.as_array().unwrap().iter().find(|step| step["step"] == name).unwrap().clone()
}

#[test]
fn the_doctor_prints_what_to_pin_and_its_command_can_be_copied() {
    let (_, server) = authority_and_server();
    let gateway = Gateway::responding(&server, |_| "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    let port = gateway.address.port();
    let ran = call(port, &[], &["-o", "json"], &["doctor"]).expect(5);
    let tls = step(&ran, "tls");
    assert_eq!(tls["result"], "failed");
    assert_eq!(gateway.received(), "", "no request is sent to an unverified server");
    let detail = tls["detail"].as_str().unwrap();
    for part in ["thumbprint ", "common name \"localhost\"", "issuer ", "Our CA"] {
        assert!(detail.contains(part), "{part} is missing in {detail}");
    }
    let command = tls["command"].as_str().unwrap().strip_prefix("sf-backup ").unwrap();
    let ran = run(&[&["-o", "json"], &command.split(' ').collect::<Vec<_>>()[..]].concat()).expect(10);
    let tls = step(&ran, "tls");
    assert_eq!(tls["result"], "passed");
    assert_eq!(tls["detail"], detail.rsplit_once("; ").map_or(detail, |(_, seen)| seen));
    assert_eq!(step(&ran, "backup-service")["result"], "failed");
}

#[test]
fn the_doctor_trusts_as_the_options_say() {
    let (ours, server) = authority_and_server();
    let gateway = Gateway::responding(&server, |_| "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n");
    let files = Files::new();
    let ca = files.write("ca.pem", &ours.pem());
    let token = files.write("token", b"eyJhbGciOi");
    let options = [("--ca", &*ca), ("--token-file", &*token)];
    let ran = call(gateway.address.port(), &options, &["-o", "json"], &["doctor"]).expect(5);
    assert_eq!(step(&ran, "tls")["result"], "passed");
    let authentication = step(&ran, "authentication");
    assert_eq!(authentication["result"], "failed");
    assert!(authentication["advice"].as_str().unwrap().contains("this token"), "{ran:?}");
    assert!(!ran.out.contains("eyJ"), "{ran:?}");
}

#[test]
fn a_server_without_tls_is_reported() {
    let plain = crate::cli::doubles::Canned::response(400, "");
    let port = plain.url().rsplit_once(':').unwrap().1.parse().unwrap();
    let ran = call(port, &[], &["-o", "json"], &["doctor"]).expect(7);
    assert_eq!(step(&ran, "tls")["result"], "failed", "{ran:?}");
    assert!(step(&ran, "tls")["advice"].as_str().unwrap().contains("http://"), "{ran:?}");
}
