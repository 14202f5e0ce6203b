//! The configuration files of the real `sfctl cluster select`, which the command line imports.

use std::fs;
use std::path::Path;
use std::process::Command;

use sf_backup_cli::Environment;
use sf_backup_sim::Cluster;

use super::python;
use crate::cli::harness::run_in;

/// Selections in one home folder: the name of the fixture and the options. Keys of earlier selections remain, as in the
/// last one.
const SELECTIONS: [(&str, &[&str]); 4] = [
    ("none", &[]),
    ("pem", &["--pem", "HOME/client.pem", "--no-verify"]),
    ("cert", &["--cert", "HOME/client.crt", "--key", "HOME/client.key", "--ca", "HOME/ca.crt"]),
    ("none-again", &[]),
];

#[test]
fn the_files_of_sfctl_match_the_fixtures() {
    let Some(sfctl) = python::program("SF_BACKUP_SFCTL") else {
        return;
    };
    let listening = Cluster::builder().build().listen().unwrap();
    let home = tempfile::tempdir().unwrap();
    for file in ["client.pem", "client.crt", "client.key", "ca.crt"] {
        fs::write(home.path().join(file), "").unwrap();
    }
    let in_home = |text: &str| text.replace("HOME", &home.path().to_string_lossy());
    for (name, options) in SELECTIONS {
        let mut select = Command::new(sfctl.get_program());
        select.args(["cluster", "select", "--endpoint", &listening.url()]);
        select.args(options.iter().map(|option| in_home(option)));
        python::succeed(at_home(select, home.path()));

        let written = fs::read_to_string(home.path().join(".sfctl/config")).unwrap();
        let written = written.replace(&listening.url(), "http://localhost:19080").replace(&in_home("HOME"), "/certs");
        let fixture = python::scripts().join(format!("fixtures/sfctl/{name}.ini"));
        let kept = fs::read_to_string(&fixture).unwrap_or_default();
        assert_eq!(written.trim_end(), kept.trim_end(), "{} is not what sfctl writes", fixture.display());

        // The command line reads the file and uses the active selection.
        let around = Environment::none().home(home.path());
        let shown = run_in(&around, &["-o", "json", "context", "show"]).expect(0).json();
        let value = |option: &str| {
            let row = shown.as_array().unwrap().iter().find(|row| row["name"] == option && row["source"] == "sfctl")?;
            Some(row["value"].as_str().unwrap().to_owned())
        };
        assert_eq!(value("endpoint"), Some(listening.url()));
        let selected = |flag: &str| {
            let at = options.iter().position(|option| *option == flag)?;
            options.get(at + 1).map(|path| in_home(path))
        };
        assert_eq!(value("cert"), selected("--pem").or_else(|| selected("--cert")));
        assert_eq!(value("key"), selected("--key"));
    }
}

/// Isolates sfctl from the user's configuration and from telemetry.
fn at_home(mut sfctl: Command, home: &Path) -> Command {
    sfctl
        .env("HOME", home)
        .env("USERPROFILE", home)
        .env_remove("SFCTL_CONFIG_DIR")
        .env("SFCTL_SERVICEFABRIC_USE_TELEMETRY", "false")
        .env("NO_PROXY", "*");
    sfctl
}
