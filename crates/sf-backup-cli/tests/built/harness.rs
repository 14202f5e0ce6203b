//! Runs the built command and simulators.

use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// The command with a clean environment.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sf-backup"));
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("SF_BACKUP_") || name_text.starts_with("SFCTL_") {
            command.env_remove(&name);
        }
    }
    // This folder does not exist, so there are no contexts and no settings of sfctl.
    let nowhere = std::env::temp_dir().join("sf-backup-no-such-home");
    for name in ["HOME", "USERPROFILE", "XDG_CONFIG_HOME", "APPDATA"] {
        command.env(name, &nowhere);
    }
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn run(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[cfg(unix)]
const POLICY: &str = r#"{"Name":"Daily","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
  "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT15M"},"Storage":{"StorageKind":"FileShare","Path":"x"}}"#;

/// `sf-backup sim` on its own port.
pub(crate) struct Sim {
    child: Child,
    pub(crate) url: String,
}

impl Sim {
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut child = command(&[&["sim", "--listen", "127.0.0.1:0"], args].concat()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}")).trim_end().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        Self { child, url }
    }

    /// A simulator with a policy, `Daily`, that is not enabled anywhere.
    #[cfg(unix)]
    pub(crate) fn with_policy() -> Self {
        Self::with_policy_and(&[])
    }

    /// Like [`with_policy`](Self::with_policy), with these options.
    #[cfg(unix)]
    pub(crate) fn with_policy_and(args: &[&str]) -> Self {
        let sim = Self::start(args);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy.json");
        std::fs::write(&file, POLICY).unwrap();
        sim.done(&["policy", "create", "-f", file.to_str().unwrap()]);
        sim
    }

    /// Runs a command against it, which must succeed.
    pub(crate) fn done(&self, args: &[&str]) -> Output {
        let output = run(&[&["-e", &self.url], args].concat());
        assert!(output.status.success(), "{args:?}: {output:?}");
        output
    }

    /// Sends a request to its control interface, and returns the JSON of the response.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut socket = TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let length = body.len();
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        socket.write_all((head + &body).as_bytes()).unwrap();
        let response = std::io::read_to_string(socket).unwrap();
        serde_json::from_str(response.split_once("\r\n\r\n").unwrap().1).unwrap_or_default()
    }

    /// The partitions of this effect, sorted by id.
    pub(crate) fn effects(&self, kind: &str) -> Vec<String> {
        let effects = self.ask("GET", "/$sim/effects", &Value::Null);
        let of = effects.as_array().unwrap().iter().filter(|effect| effect["Kind"] == kind);
        let mut subjects: Vec<String> = of.map(|effect| effect["Subject"].as_str().unwrap().to_owned()).collect();
        subjects.sort();
        subjects
    }

    /// Ends it with a signal, and returns its exit code and its output after the first line.
    #[cfg(unix)]
    pub(crate) fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        let mut rest = String::new();
        std::io::Read::read_to_string(self.child.stdout.as_mut().unwrap(), &mut rest).unwrap();
        (status.code(), rest)
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
