//! Runs commands and captures their output.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use sf_backup_cli::{Console, Environment};
use tempfile::TempDir;

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: u8,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The error as `-o json` prints it.
    pub(crate) fn error(&self) -> Value {
        serde_json::from_str(&self.err).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    pub(crate) fn expect(self, code: u8) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}

/// Runs `sf-backup` with these arguments in a script, without prompts.
pub(crate) fn run(args: &[&str]) -> Ran {
    run_with("", false, args)
}

/// Runs with one endpoint.
pub(crate) fn at(url: &str, args: &[&str]) -> Ran {
    run(&[&["-e", url], args].concat())
}

/// Runs with an environment and configuration.
pub(crate) fn run_in(environment: &Environment, args: &[&str]) -> Ran {
    Stage { environment: environment.clone(), ..Stage::default() }.run(args)
}

/// Runs at noon of 2024-03-09, on a screen of this width.
pub(crate) fn at_noon(url: &str, width: Option<usize>, args: &[&str]) -> Ran {
    let clock = || SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_985_600);
    Stage { width, clock, ..Stage::default() }.run(&[&["-e", url], args].concat())
}

/// Runs with this standard input, which may be a terminal.
pub(crate) fn run_with(input: &str, interactive: bool, args: &[&str]) -> Ran {
    Stage { input, interactive, ..Stage::default() }.run(args)
}

/// Runs with an environment and standard input.
pub(crate) fn run_in_with(environment: &Environment, input: &str, interactive: bool, args: &[&str]) -> Ran {
    Stage { environment: environment.clone(), input, interactive, ..Stage::default() }.run(args)
}

/// Runs on a screen of this width, with a response to a prompt.
pub(crate) fn run_on_screen(environment: &Environment, answer: &str, width: usize, args: &[&str]) -> Ran {
    Stage { environment: environment.clone(), input: answer, interactive: true, width: Some(width), ..Stage::default() }
        .run(args)
}

/// The inputs of a run.
struct Stage<'a> {
    environment: Environment,
    input: &'a str,
    interactive: bool,
    width: Option<usize>,
    clock: fn() -> SystemTime,
}

impl Default for Stage<'_> {
    fn default() -> Self {
        Self { environment: Environment::none(), input: "", interactive: false, width: None, clock: SystemTime::now }
    }
}

impl Stage<'_> {
    fn run(self, args: &[&str]) -> Ran {
        let Self { environment, input, interactive, width, clock } = self;
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let console = Console {
            input: &mut input.as_bytes(),
            output: &mut out,
            errors: &mut err,
            interactive,
            colors: false,
            interruptible: false,
            width,
            clock,
        };
        let args = std::iter::once("sf-backup").chain(args.iter().copied());
        let code = sf_backup_cli::run_in(&environment, args.map(OsString::from), console);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code, out: text(out), err: text(err) }
    }
}

/// A folder with one file in it.
pub(crate) struct OneFile {
    _folder: TempDir,
    path: PathBuf,
}

impl OneFile {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        Self::bytes(name, text.as_bytes())
    }

    pub(crate) fn bytes(name: &str, bytes: &[u8]) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        Self { _folder: folder, path }
    }

    pub(crate) fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }
}

/// A policy that every runtime accepts.
pub(crate) const DAILY: &str = r#"{
  "Name": "DailyAzureBackupPolicy",
  "AutoRestoreOnDataLoss": false,
  "MaxIncrementalBackups": 3,
  "Schedule": { "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Daily", "RunTimes": ["0001-01-01T09:00:00Z"] },
  "Storage": {
    "StorageKind": "AzureBlobStore",
    "ConnectionString": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=cGxhbnRlZA==",
    "ContainerName": "backups"
  }
}"#;

pub(crate) const PARTITION: &str = "6b1c2f7e-0000-4000-8000-000000000001";
