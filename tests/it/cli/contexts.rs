//! The sources of a connection: flags, the environment, contexts, sfctl.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sf_backup_cli::Environment;
use tempfile::TempDir;

use super::harness::{Ran, run_in};

/// A user with a separate home folder.
struct Home {
    folder: TempDir,
    environment: Environment,
}

impl Home {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let home = folder.path();
        // Windows uses one variable, other systems the other.
        let environment = Environment::none().home(home).folder(home).variable("APPDATA", home.join(".config"));
        Self { environment, folder }
    }

    fn with(self, name: &str, value: &str) -> Self {
        Self { environment: self.environment.variable(name, value), folder: self.folder }
    }

    fn run(&self, args: &[&str]) -> Ran {
        run_in(&self.environment, args)
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join(".config/sf-backup/config.toml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    fn select_with_sfctl(&self, text: &str) {
        fs::create_dir(self.folder.path().join(".sfctl")).unwrap();
        fs::write(self.folder.path().join(".sfctl/config"), text).unwrap();
    }

    /// The value and the source of an option in `context show`.
    fn setting(&self, args: &[&str], option: &str) -> Option<(String, String)> {
        let list = self.run(&[&["-o", "json", "context", "show"], args].concat()).expect(0).json();
        let found = list.as_array().unwrap().iter().find(|row| row["name"] == option)?.clone();
        let text = |member: &Value| member.as_str().unwrap().to_owned();
        Some((text(&found["value"]), text(&found["source"])))
    }

    /// The request line of a dry run.
    fn request(&self, args: &[&str]) -> String {
        let ran = self.run(&[&["--dry-run"], args, &["policy", "list"]].concat()).expect(0);
        ran.out.lines().next().unwrap().to_owned()
    }
}

fn from(value: &str, source: &str) -> Option<(String, String)> {
    Some((value.to_owned(), source.to_owned()))
}

#[test]
fn the_highest_source_wins() {
    let home = Home::new();
    assert_eq!(home.setting(&[], "endpoint"), from("http://localhost:19080", "default"));
    home.select_with_sfctl("[servicefabric]\nendpoint = http://sfctl:19080\nsecurity = none\n");
    assert_eq!(home.setting(&[], "endpoint"), from("http://sfctl:19080", "sfctl"));
    home.run(&["-e", "http://context:1", "--timeout", "7", "context", "add", "c"]).expect(0);
    assert_eq!(home.setting(&[], "endpoint"), from("http://context:1", "context c"));
    let home = home.with("SF_BACKUP_ENDPOINT", "http://environment:1");
    assert_eq!(home.setting(&[], "endpoint"), from("http://environment:1", "environment"));
    assert_eq!(home.setting(&["-e", "http://flag:1"], "endpoint"), from("http://flag:1", "command line"));
    assert_eq!(home.setting(&["-e", "http://flag:1"], "timeout"), from("7", "context c"));
    assert_eq!(home.request(&[]), "GET http://environment:1/BackupRestore/BackupPolicies?api-version=6.4&timeout=7");
    // A context on the command line takes precedence over a variable.
    assert_eq!(home.setting(&["--context", "c"], "endpoint"), from("http://context:1", "context c"));
    assert_eq!(home.setting(&["c"], "endpoint"), from("http://context:1", "context c"));
    assert_eq!(home.setting(&["--context", "none"], "timeout"), None);
}

#[test]
fn none_leaves_sfctl_out_as_well() {
    let home = Home::new();
    home.select_with_sfctl("[servicefabric]\nendpoint = http://sfctl:19080\n");
    assert_eq!(home.setting(&["none"], "endpoint"), from("http://localhost:19080", "default"));
    let home = home.with("SF_BACKUP_CONTEXT", "none");
    assert_eq!(home.setting(&[], "endpoint"), from("http://localhost:19080", "default"));
}

#[test]
fn the_variable_chooses_a_context() {
    let home = Home::new();
    home.run(&["-e", "http://a:1", "context", "add", "a"]).expect(0);
    home.run(&["-e", "http://b:1", "context", "add", "b"]).expect(0);
    assert_eq!(home.setting(&[], "endpoint"), from("http://a:1", "context a"));
    let home = home.with("SF_BACKUP_CONTEXT", "b");
    assert_eq!(home.setting(&[], "endpoint"), from("http://b:1", "context b"));
    let home = home.with("SF_BACKUP_CONTEXT", "c");
    let ran = home.run(&["policy", "list"]).expect(2);
    assert!(ran.err.contains("context c: is not in") && ran.err.contains("a, b"), "{ran:?}");
}

#[test]
fn contexts_are_added_used_listed_and_removed() {
    let home = Home::new();
    let ran = home.run(&["-o", "json", "context", "list"]).expect(0);
    assert_eq!(ran.json(), json!([]));
    home.run(&["context", "add", "x"]).expect(2);
    home.run(&["-e", "http://a:1,http://b:2", "context", "add", "two"]).expect(0);
    home.run(&["-e", "http://c:1", "context", "add", "one"]).expect(0);
    let ran = home.run(&["-e", "http://d:1", "context", "add", "one"]).expect(2);
    assert!(ran.err.contains("--replace"), "{ran:?}");
    home.run(&["-e", "http://d:1", "--dry-run", "context", "add", "one", "--replace"]).expect(0);
    let ran = home.run(&["-e", "http://d:1", "--dry-run", "-o", "json", "context", "add", "new"]).expect(0);
    assert_eq!(ran.json()["contexts"]["new"], json!({ "endpoint": ["http://d:1"] }));
    home.run(&["--dry-run", "context", "use", "one"]).expect(0);
    home.run(&["--dry-run", "context", "remove", "one"]).expect(0);
    let ran = home.run(&["-o", "json", "context", "list"]).expect(0);
    let rows = json!([
        {"name": "one", "current": false, "endpoints": ["http://c:1"]},
        {"name": "two", "current": true, "endpoints": ["http://a:1", "http://b:2"]},
    ]);
    assert_eq!(ran.json(), rows);
    home.run(&["context", "use", "one"]).expect(0);
    assert!(home.request(&[]).starts_with("GET http://c:1/"));
    home.run(&["context", "use", "three"]).expect(2);
    home.run(&["context", "remove", "one"]).expect(0);
    home.run(&["context", "remove", "one"]).expect(2);
    assert!(home.request(&[]).starts_with("GET http://localhost:19080/"));
    home.run(&["context", "use", "two"]).expect(0);
    home.run(&["context", "use", "none"]).expect(0);
    assert!(home.request(&[]).starts_with("GET http://localhost:19080/"));
}

#[test]
fn secrets_are_stored_as_references_and_paths_as_absolute_ones() {
    let home = Home::new().with("SF_BACKUP_TOKEN", "hunter2");
    let ran = home.run(&["-e", "https://a", "--cert", "me.pem", "--ca", "ca", "context", "add", "a"]).expect(0);
    assert!(ran.err.contains("not stored") && ran.err.contains("--token-command"), "{ran:?}");
    let args = ["-e", "https://b", "--token-file", "t", "context", "add", "b"];
    home.run(&args).expect(0);
    let args = ["-e", "https://c", "--token", "env:T", "context", "add", "c"];
    home.run(&args).expect(0);
    let text = home.text();
    assert!(!text.contains("hunter2"), "{text}");
    let path = |name: &str| home.folder.path().join(name).display().to_string().replace('\\', "\\\\");
    for line in [
        format!("cert = \"{}\"", path("me.pem")),
        format!("ca = [\"{}\"]", path("ca")),
        format!("token = \"file:{}\"", path("t")),
        "token = \"env:T\"".to_owned(),
    ] {
        assert!(text.replace('\'', "\"").contains(&line), "{line} is missing in {text}");
    }
    let ran = home.run(&["-e", "https://d", "--token", "hunter3", "context", "add", "d"]).expect(2);
    assert!(!ran.err.contains("hunter3") && ran.err.contains("env:NAME"), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn the_file_is_private_from_the_beginning() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    home.run(&["-e", "http://a:1", "context", "add", "a"]).expect(0);
    assert_eq!(fs::metadata(home.file()).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(home.file(), PermissionsExt::from_mode(0o640)).unwrap();
    let ran = home.run(&["--dry-run", "policy", "list"]).expect(0);
    assert!(ran.err.contains("chmod 600"), "{ran:?}");
    fs::set_permissions(home.file(), PermissionsExt::from_mode(0o660)).unwrap();
    let ran = home.run(&["--dry-run", "policy", "list"]).expect(2);
    assert!(ran.err.contains("chmod 600"), "{ran:?}");
    home.run(&["--context", "none", "--dry-run", "policy", "list"]).expect(0);
}

fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
    #[cfg(unix)]
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

#[test]
fn a_broken_contexts_file_is_reported_and_can_be_ignored() {
    let home = Home::new();
    write(&home.file(), "current = \"a\"\n[contexts.a]\nendpoints = []\n");
    let ran = home.run(&["policy", "list"]).expect(2);
    assert!(ran.err.contains("config.toml, line 3: contexts.a.endpoints: unknown field"), "{ran:?}");
    assert!(ran.err.contains("--context none"), "{ran:?}");
    home.run(&["--context", "none", "--dry-run", "policy", "list"]).expect(0);
    home.run(&["-e", "http://a:1", "context", "add", "b"]).expect(2);
    assert!(home.text().contains("endpoints"), "a file that is not understood is not replaced");
    write(&home.file(), "current = \"gone\"\n");
    let ran = home.run(&["policy", "list"]).expect(2);
    assert!(ran.err.contains("context gone: is not in"), "{ran:?}");
}

#[test]
fn a_contexts_credentials_do_not_follow_to_a_plain_endpoint() {
    let home = Home::new();
    home.run(&["-e", "https://prod:19080", "--cert", "me.pem", "--token", "env:T", "context", "add", "prod"]).expect(0);
    let args = ["-v", "--dry-run", "-e", "http://localhost:19080", "policy", "list"];
    let ran = home.run(&args).expect(0);
    assert!(!ran.out.contains("authorization"), "{ran:?}");
    assert!(ran.err.contains("the token (context prod) is not used"), "{ran:?}");
    assert!(ran.err.contains("the client certificate (context prod) is not used"), "{ran:?}");
    // A token beside a plain http endpoint is rejected as usual.
    home.run(&["-e", "http://localhost:19080", "--token", "env:T", "--dry-run", "policy", "list"]).expect(2);
    home.run(&["-e", "http://localhost:19080", "--token", "env:T", "context", "add", "x"]).expect(2);
    // An error about a file that a context names also names the context.
    let ran = home.run(&["policy", "list"]).expect(2);
    assert!(ran.err.contains("--cert") && ran.err.contains("context prod"), "{ran:?}");
}

#[test]
fn sfctls_selection_is_used_and_copied_once() {
    let home = Home::new();
    home.run(&["context", "import-sfctl"]).expect(2);
    home.select_with_sfctl(
        "[servicefabric]\nendpoint = https://c:19000/\nsecurity = pem\npem_path = /me.pem\nno_verify = true\n",
    );
    assert_eq!(home.setting(&[], "cert"), from("/me.pem", "sfctl"));
    assert_eq!(home.setting(&["-e", "http://other:1"], "cert"), None);
    let ran = home.run(&["context", "import-sfctl"]).expect(0);
    assert!(ran.err.contains("19080"), "{ran:?}");
    fs::remove_dir_all(home.folder.path().join(".sfctl")).unwrap();
    assert_eq!(home.setting(&[], "endpoint"), from("https://c:19080", "context sfctl"));
    assert_eq!(home.setting(&[], "insecure"), from("true", "context sfctl"));
}

#[test]
fn an_expired_token_of_sfctl_exits_5_with_a_hint() {
    let home = Home::new();
    home.select_with_sfctl(
        "[servicefabric]\nendpoint = https://localhost:1\nsecurity = aad\naad_token = {\"accessToken\": \"hunter2\", \
         \"expiresOn\": \"2020-01-01 00:00:00.000000\"}\n",
    );
    let ran = home.run(&["policy", "list"]).expect(5);
    assert!(ran.err.contains("--token-command") && !ran.err.contains("hunter2"), "{ran:?}");
    // It is not read if another one is given, and not copied.
    home.run(&["--token", "env:T", "--dry-run", "policy", "list"]).expect(0);
    let ran = home.run(&["context", "import-sfctl"]).expect(0);
    assert!(ran.err.contains("secrets are not stored"), "{ran:?}");
    assert!(!home.text().contains("hunter2"));
}
