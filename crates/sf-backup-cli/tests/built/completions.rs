//! Completions in the shells themselves, against a simulator.

mod typing;

use std::path::Path;
use std::process::Command;

use sf_backup_tests::not_run;

use crate::harness::Sim;

/// The output of a shell for a script; `None`, reported, if the shell is not installed.
fn say(shell: &str, arguments: &[&str]) -> Option<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_sf-backup"));
    let folders = std::env::join_paths(
        std::iter::once(program.parent().unwrap().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(shell);
    command.args(arguments).env("PATH", folders.unwrap()).env("HOME", home.path()).env_remove("XDG_CONFIG_HOME");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SF_BACKUP_")) {
        command.env_remove(name);
    }
    match command.output() {
        Ok(output) => {
            assert!(output.status.success(), "{output:?}");
            assert_eq!(String::from_utf8_lossy(&output.stderr), "");
            Some(String::from_utf8(output.stdout).unwrap())
        }
        Err(error) => {
            not_run(shell, &format!("install it to test its completions ({error})"));
            None
        }
    }
}

/// Splits the line as bash does, and calls the registered function.
const BASH: &str = r#"
    source <(sf-backup completions bash)
    for line in "${@:1}"; do
        broken=${line//:/ : }
        read -r -a COMP_WORDS <<< "${broken//=/ = }"
        [[ $line == *" " ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        COMPREPLY=()
        _sf_backup
        printf '%s|' "${COMPREPLY[@]}"
        echo
    done
"#;

#[test]
fn bash_completes_commands_options_and_names_from_the_cluster() {
    let sim = Sim::with_policy();
    let at = |rest: &str| format!("sf-backup -e {} {rest}", sim.url);
    let lines = [
        "sf-backup pol".to_owned(),
        at("service enable Ca"),
        at("service enable fabric:/Ca"),
        at("service enable CalcApp/CalcService --policy="),
        at("app suspend "),
        at("partition backup 6b1c2f7e-0000-4000-8000-000000000002"),
        at("policy show --verb"),
        "sf-backup -e http://127.0.0.1:1 policy show D".to_owned(),
        at("partition config CalcApp/CalcService"),
    ];
    let mut arguments = vec!["--norc", "-c", BASH, "bash"];
    arguments.extend(lines.iter().map(String::as_str));
    let Some(printed) = say("bash", &arguments) else { return };
    let printed: Vec<&str> = printed.lines().collect();
    assert_eq!(
        printed[..4],
        ["policy|", "CalcApp/CalcService|CalcApp/Web|", "/CalcApp/CalcService|/CalcApp/Web|", "Daily|"]
    );
    assert!(printed[4].starts_with("CalcApp|"), "{printed:?}");
    let partitions = r"CalcApp/CalcService\#0|CalcApp/CalcService\#1|";
    assert_eq!(printed[5..], ["6b1c2f7e-0000-4000-8000-000000000002|", "--verbose|", "|", partitions]);
}

#[test]
fn fish_completes_names_from_the_cluster() {
    let sim = Sim::with_policy();
    let script = format!(
        "sf-backup completions fish | source; complete -C 'sf-backup -e {} policy show D'; \
         complete -C 'sf-backup -e {} partition config 6b1c2f7e-0000-4000-8000-000000000001'",
        sim.url, sim.url
    );
    let Some(printed) = say("fish", &["--no-config", "-c", &script]) else { return };
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines[0], "Daily");
    assert!(lines[1].starts_with("6b1c2f7e-0000-4000-8000-000000000001\tCalcApp/CalcService#0"), "{printed}");
}

/// The candidates that the script for PowerShell gets, as they are typed.
fn powershell_candidates(words: &[&str]) -> Vec<String> {
    let output = crate::harness::command(&["--"])
        .env("SF_BACKUP_COMPLETE", "powershell")
        .env("SF_BACKUP_COMPLETE_WORDS", words.join("\u{1f}"))
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn powershell_completes_commands_options_and_names_from_the_cluster() {
    let sim = Sim::with_policy();
    let at = |words: &[&str]| powershell_candidates(&[&["sf-backup", "-e", &sim.url], words].concat());
    assert_eq!(powershell_candidates(&["sf-backup", "pol"]), ["policy"]);
    assert_eq!(at(&["policy", "show", "D"]), ["Daily"]);
    assert_eq!(at(&["policy", "show", "--verb"]), ["--verbose"]);
    assert_eq!(at(&["service", "enable", "Ca"]), ["CalcApp/CalcService", "CalcApp/Web"]);
    assert_eq!(at(&["service", "enable", "CalcApp/CalcService", "--policy="]), ["--policy=Daily"]);
    let partitions = at(&["partition", "config", "CalcApp/CalcService"]);
    let read: Vec<_> = partitions.iter().map(|word| typing::meant_in_powershell(word)).collect();
    assert_eq!(read, ["CalcApp/CalcService#0", "CalcApp/CalcService#1"]);
}

/// Its completion system requires an editor: the script must load, and its query is sent.
#[test]
fn zsh_takes_the_script() {
    let sim = Sim::with_policy();
    let script = format!(
        "autoload -U compinit; compinit -u -D; source <(sf-backup completions zsh); whence -w _clap_dynamic_completer_sf_backup; \
         _CLAP_COMPLETE_INDEX=5 _CLAP_IFS=$'\\n' SF_BACKUP_COMPLETE=zsh sf-backup -- sf-backup -e {} policy show D",
        sim.url
    );
    let Some(printed) = say("zsh", &["-f", "-c", &script]) else { return };
    assert!(printed.contains("function") && printed.ends_with("Daily"), "{printed}");
}

#[test]
fn completions_never_prompt_and_print_no_errors() {
    let output = Command::new(env!("CARGO_BIN_EXE_sf-backup"))
        .env("SF_BACKUP_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", "5")
        .args(["--", "sf-backup", "-e", "https://127.0.0.1:1", "--token-command=false", "policy", "show"])
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}
