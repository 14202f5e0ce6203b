//! The real `sfctl cluster select`, and the configuration that it leaves for us to import.

use std::fs;
use std::path::Path;
use std::process::Command;

use sf_backup_cli::Surroundings;
use sf_backup_sim::Cluster;

use super::python;
use crate::cli::harness::run_in;

/// What a user may select one after the other in one home folder: the fixture's name, and the options beside the endpoint.
/// Keys of an earlier selection stay, as the last one shows.
const SELECTIONS: [(&str, &[&str]); 4] = [
    ("none", &[]),
    ("pem", &["--pem", "HOME/client.pem", "--no-verify"]),
    ("cert", &["--cert", "HOME/client.crt", "--key", "HOME/client.key", "--ca", "HOME/ca.crt"]),
    ("none-again", &[]),
];

#[test]
fn sfctl_selects_the_simulator_and_leaves_what_the_fixtures_hold() {
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

        // The command line finds it there, and takes what is live in it.
        let around = Surroundings::none().home(home.path());
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

/// Neither the user's own configuration nor the vendor's telemetry.
fn at_home(mut sfctl: Command, home: &Path) -> Command {
    sfctl
        .env("HOME", home)
        .env("USERPROFILE", home)
        .env_remove("SFCTL_CONFIG_DIR")
        .env("SFCTL_SERVICEFABRIC_USE_TELEMETRY", "false")
        .env("NO_PROXY", "*");
    sfctl
}
