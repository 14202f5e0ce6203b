//! The hostile cluster, with the files and the home folder of its user.

use std::path::PathBuf;

use serde_json::json;
use sf_backup_cli::Environment;
use sf_backup_proto::ApplicationId;
use tempfile::TempDir;

use super::attacks;
use super::lines::Kind;
use super::paste;
use super::recorder::{Recorder, Request, policy};
use crate::cli::harness::{self, PARTITION, Ran, run_in_with};

/// Number of applications for a command that reads all partitions of all services of each.
const FEW: usize = 4;

/// How a line is run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Invocation<'l> {
    pub(super) line: &'l str,
    pub(super) kind: Kind,
    /// Selects the names in arguments, and the order of the cluster's names.
    round: usize,
    pub(super) output: Option<&'static str>,
    more: Option<&'static str>,
    /// The response to a prompt.
    answer: Option<&'static str>,
}

impl<'l> Invocation<'l> {
    pub(super) fn new(line: &'l str, kind: Kind, round: usize) -> Self {
        Self { line, kind, round, output: None, more: None, answer: None }
    }

    pub(super) fn output(self, output: &'static str) -> Self {
        Self { output: Some(output), ..self }
    }

    pub(super) fn dry(self, form: &'static str) -> Self {
        Self { more: Some(form), ..self }
    }

    pub(super) fn verbose(self) -> Self {
        self.dry("-v")
    }

    pub(super) fn answer(self, answer: &'static str) -> Self {
        Self { answer: Some(answer), ..self }
    }
}

pub(super) struct Stage {
    cluster: Recorder,
    folder: TempDir,
    environment: Environment,
    names: Vec<String>,
    policies: Vec<String>,
    apps: Vec<String>,
    /// The name of everything in the cluster, instead of the attacks.
    plain: std::cell::RefCell<Option<String>>,
}

impl Stage {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        let environment = Environment::none().home(home).folder(home).variable("APPDATA", home.join(".config"));
        let environment = environment.variable("EDITOR", "sed -i s/PT15M/PT30M/");
        let typed = |name: &String| !name.starts_with('-') && !name.contains('\0');
        let apps = |name: &String| {
            let is_one = name.parse::<ApplicationId>().is_ok_and(|id| id.to_string() == format!("fabric:/{name}"));
            is_one && !name.contains(['~', '/'])
        };
        let stage = Self {
            cluster: Recorder::start(),
            folder,
            environment,
            names: attacks::all(),
            policies: attacks::policy_names().into_iter().filter(typed).collect(),
            apps: attacks::all().into_iter().filter(typed).filter(apps).collect(),
            plain: None.into(),
        };
        assert!(stage.policies.len() > 10 && stage.apps.len() > 10, "{:?} {:?}", stage.policies, stage.apps);
        stage.prepare();
        stage
    }

    /// Creates untrusted files: what the cluster exports and plans is as hostile as the cluster.
    fn prepare(&self) {
        let name = &self.policies[3];
        let mut document = policy(name);
        document["Note"] = self.names[7].clone().into();
        document["Storage"]["Path"] = name.clone().into();
        self.write("POLICY", &document.to_string());
        self.write("STORAGE", &document["Storage"].to_string());
        self.cluster.named(&[name]);
        let manifest = self.run_line(&["export".to_owned()], None);
        self.write("MANIFEST", &manifest.out);
        let plan = ["restore", "plan", "--service", "App/Service", "--latest"].map(str::to_owned);
        let plan = self.run_line(&plan, None);
        self.write("PLAN", &plan.out);
        let change = |text: &String| {
            let change = json!({ "time": text, "outcome": "failed", "user": text, "operation": text, "entity": text,
                "endpoint": text, "requestId": text, "error": text });
            format!("{change}\n")
        };
        self.write("LOG", &self.names.iter().map(change).collect::<String>());
        let drill = json!({ "apiVersion": "sf-backup/v1", "kind": "RestoreDrill", "service": "fabric:/App/Service",
            "scratchService": "fabric:/App/Other", "overwriteScratch": true, "scratchPartitions": [PARTITION],
            "probe": [self.names[5], self.names[7]] });
        self.write("DRILL", &drill.to_string());
        let record = |text: &String| {
            let record = json!({ "StartedUtc": "2024-03-09T12:00:00Z", "EndedUtc": "2024-03-09T12:00:00Z", "ServiceName": text,
                "ScratchServiceName": text, "Outcome": "ProbeFailed", "Problem": text, "Plan": text, "Partitions": [{
                    "PartitionId": PARTITION, "Outcome": text, "Problem": text }] });
            format!("{record}\n")
        };
        self.write("DRILL.history", &self.names.iter().map(record).collect::<String>());
    }

    /// Inserts a secret into every file that may contain one.
    pub(super) fn plant(&self, secret: &str) {
        let mut document = policy(&self.policies[3]);
        let storage = &mut document["Storage"];
        for member in ["PrimaryPassword", "SecondaryPassword"] {
            storage[member] = secret.into();
        }
        (storage["PrimaryUserName"], storage["SecondaryUserName"]) = ("u".into(), "v".into());
        storage["Path"] = "\\\\nas\\backups".into();
        self.write("POLICY", &document.to_string());
        self.write("STORAGE", &document["Storage"].to_string());
        document["Storage"] = json!({ "StorageKind": "AzureBlobStore", "ContainerName": "c",
            "ConnectionString": format!("AccountName=a;AccountKey={secret}") });
        let manifest = json!({ "apiVersion": "sf-backup/v1", "kind": "BackupConfiguration", "policies": [document] });
        self.write("MANIFEST", &manifest.to_string());
    }

    /// The files that a command has created or changed.
    pub(super) fn left(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let (mut folders, mut files) = (vec![self.folder.path().to_owned()], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_dir() {
                    folders.push(entry);
                } else if !["POLICY", "STORAGE", "MANIFEST"].iter().any(|given| entry.ends_with(given)) {
                    files.push((entry.clone(), std::fs::read(entry).unwrap()));
                }
            }
        }
        files
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// The names of the cluster in this round: all of them, starting with another one each time.
    pub(super) fn names(&self, round: usize) -> Vec<String> {
        let mut names = self.names.clone();
        names.rotate_left(round % self.names.len());
        names
    }

    /// A few names for commands that read the whole cluster, different ones in each round.
    fn few_or_all(&self, invocation: &Invocation<'_>) -> Vec<String> {
        match invocation.kind {
            Kind::List | Kind::Object | Kind::Changes | Kind::Local => self.names(invocation.round),
            _ => {
                let output = invocation.output.or(invocation.more).or(invocation.answer).map_or(0, str::len);
                self.names((invocation.round * 5 + output) * FEW).into_iter().take(FEW).collect()
            }
        }
    }

    pub(super) fn call_all(&self, name: &str) {
        *self.plain.borrow_mut() = Some(name.to_owned());
    }

    pub(super) fn call_all_by_attacks(&self) {
        *self.plain.borrow_mut() = None;
    }

    /// Lets the cluster refuse everything, with one attack as code and message.
    pub(super) fn refuse(&self, number: usize) {
        self.cluster.refusing(&self.names[number % self.names.len()]);
    }

    pub(super) fn run(&self, invocation: Invocation<'_>) -> Ran {
        let names = match &*self.plain.borrow() {
            Some(name) => vec![name.clone(); FEW],
            None => self.few_or_all(&invocation),
        };
        self.cluster.named(&names.iter().map(String::as_str).collect::<Vec<_>>());
        self.run_refused(invocation)
    }

    /// Runs against the cluster without resetting it.
    pub(super) fn run_refused(&self, invocation: Invocation<'_>) -> Ran {
        let mut words: Vec<String> = Vec::new();
        for option in [invocation.output.map(|output| format!("-o={output}")), invocation.more.map(str::to_owned)] {
            words.extend(option);
        }
        words.extend(["--max-attempts=1".to_owned()]);
        words.extend(invocation.line.split(' ').map(|word| self.word(word, invocation.round)));
        // Each run needs its own journal.
        let _ = std::fs::remove_file(self.folder.path().join("PLAN.journal"));
        self.run_line(&words, invocation.answer)
    }

    /// The suggested command to restore the cluster's only backup, with this location.
    pub(super) fn proposal(&self, location: &str) -> Option<String> {
        self.cluster.named(&[location]);
        let line = ["partition", "backups", PARTITION].map(str::to_owned);
        let ran = self.run_line(&line, Some(""));
        paste::commands(&ran.err).next()
    }

    fn run_line(&self, words: &[String], answer: Option<&str>) -> Ran {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let words = [&["-e", &self.cluster.url][..], &words].concat();
        match answer {
            None => run_in_with(&self.environment, "", false, &words),
            Some(answer) if words.contains(&"edit") => run_in_with(&self.environment, answer, true, &words),
            Some(answer) => harness::run_on_screen(&self.environment, answer, 40, &words),
        }
    }

    fn word(&self, word: &str, round: usize) -> String {
        match word {
            "NAME" => self.policy(round).to_owned(),
            "APP" => self.app(round).to_owned(),
            "SERVICE" => format!("App/{}", self.app(round)),
            "PART" => PARTITION.to_owned(),
            "POLICY" | "STORAGE" | "MANIFEST" | "PLAN" | "LOG" | "STATE" | "DRILL" | "DRILL.history" => {
                self.folder.path().join(word).to_str().unwrap().to_owned()
            }
            word => word.to_owned(),
        }
    }

    fn policy(&self, round: usize) -> &str {
        &self.policies[round % self.policies.len()]
    }

    fn app(&self, round: usize) -> &str {
        &self.apps[round % self.apps.len()]
    }

    /// The requests of the last run.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.cluster.requests()
    }

    /// Asserts that a change is about the entity on the command line, in its path and in its body.
    #[track_caller]
    pub(super) fn is_about_what_was_named(&self, change: &Request, invocation: &Invocation<'_>) {
        let path = change.path();
        let body: serde_json::Value = serde_json::from_slice(&change.body).unwrap_or_default();
        let (policy, app) = (self.policy(invocation.round), self.app(invocation.round));
        let words: Vec<&str> = invocation.line.split(' ').collect();
        let about = match words[2] {
            "APP" => Some(format!("/Applications/{app}/$/")),
            "SERVICE" if path.contains("/Other/") => Some("/Services/App/Other/$/".to_owned()),
            "SERVICE" => Some(format!("/Services/App/{app}/$/")),
            "PART" => Some(format!("/Partitions/{PARTITION}/$/")),
            "NAME" if words[1] != "create" => Some(format!("/BackupRestore/BackupPolicies/{policy}/$/")),
            _ => None,
        };
        if let Some(about) = about {
            assert!(path.starts_with(&about), "{invocation:?}: {path:?} is not of {about:?}");
        }
        for (option, member) in [("--policy", "BackupPolicyName"), ("--location", "BackupLocation")] {
            if words.contains(&option) {
                assert_eq!(body[member], policy, "{invocation:?}");
            }
        }
        if words[1] == "create" && words[2] == "NAME" {
            assert_eq!((&body["Name"], &body["Storage"]["Path"]), (&policy.into(), &policy.into()), "{invocation:?}");
        }
    }
}
