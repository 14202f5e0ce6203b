//! A command line for every command: a command without one fails the test.

use std::collections::BTreeSet;

use crate::cli::harness::run;

/// How a command uses the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Prints a list with the unchanged texts of each item.
    List,
    /// Prints one object with the texts of the first name.
    Object,
    /// Prints something else about what it reads.
    Reads,
    /// Sends one change for the named entity.
    Changes,
    /// Prints a report in this format.
    Html,
    Markdown,
    Xml,
    Metrics,
    /// Prints the output of a Nagios plugin.
    Plugin,
    /// Sends no request.
    Local,
}

use Kind::{Changes, Html, List, Local, Markdown, Metrics, Object, Plugin, Reads, Xml};

/// `NAME`, `APP` and `SERVICE` stand for hostile names, `PART` for a partition; `POLICY`, `STORAGE`, `MANIFEST`, `PLAN`, `LOG`,
/// `DRILL`, `DRILL.history` and `FILE` for files.
pub(super) const LINES: &[(&str, Kind)] = &[
    ("policy list", List),
    ("policy show NAME", Object),
    ("policy create -f POLICY", Changes),
    ("policy create NAME --every 4h --keep 20d --share NAME", Changes),
    ("policy update NAME -f POLICY", Changes),
    ("policy update NAME -f POLICY --log LOG", Changes),
    ("policy edit NAME", Reads),
    ("policy set NAME --every 2h", Reads),
    ("policy lint NAME", Reads),
    ("policy lint POLICY", Local),
    ("policy delete NAME -y", Changes),
    ("policy entities NAME", List),
    ("app list", List),
    ("app enable APP --policy NAME", Changes),
    ("app disable APP", Changes),
    ("app disable APP --clean-backup -y", Changes),
    ("app suspend APP", Changes),
    ("app resume APP", Changes),
    ("app config APP", List),
    ("app backups APP", List),
    ("app backups APP --chains", Reads),
    ("app backup APP", Reads),
    ("service list APP", List),
    ("service enable SERVICE --policy NAME", Changes),
    ("service disable SERVICE", Changes),
    ("service suspend SERVICE", Changes),
    ("service suspend SERVICE App/Other", Changes),
    ("service resume SERVICE", Changes),
    ("service config SERVICE", List),
    ("service backups SERVICE", List),
    ("service backup SERVICE", Reads),
    ("partition list SERVICE", List),
    ("partition enable PART --policy NAME", Changes),
    ("partition disable PART", Changes),
    ("partition suspend PART", Changes),
    ("partition resume PART", Changes),
    ("partition config PART", Object),
    ("partition backups PART", List),
    ("partition backup PART", Changes),
    ("partition backup PART --wait", Changes),
    ("partition backup PART --storage-file STORAGE", Changes),
    ("partition backup-progress PART", Object),
    ("partition restore PART --backup-id PART --location NAME -y", Changes),
    ("partition restore PART --latest -y --wait", Reads),
    ("partition restore-progress PART", Object),
    ("partition skip-restore PART -y", Changes),
    ("storage backups --storage-file STORAGE --app APP", List),
    ("doctor", Reads),
    ("context add NAME", Local),
    ("context list", Local),
    ("context use NAME", Local),
    ("context show NAME", Local),
    ("context test NAME", Local),
    ("context remove NAME", Local),
    ("context import-sfctl NAME", Local),
    ("why APP", Reads),
    ("why SERVICE", Reads),
    ("why PART", Reads),
    ("status", Reads),
    ("status APP", Reads),
    ("audit", Reads),
    ("audit --notify cmd:true --notify-state STATE --notify-format slack", Reads),
    ("audit --all", Reads),
    ("audit --report html", Html),
    ("audit --report markdown", Markdown),
    ("audit --report junit", Xml),
    ("audit --report nagios", Plugin),
    ("metrics", Metrics),
    ("history --log LOG", Local),
    ("restore plan --service SERVICE --latest", Reads),
    ("restore now --service SERVICE --latest", Reads),
    ("restore run PLAN", Reads),
    ("export", Reads),
    ("diff -f MANIFEST", Reads),
    ("apply -f MANIFEST --prune", Reads),
    ("apply -f MANIFEST --prune -y", Reads),
    ("explain NAME", Local),
    ("options", Local),
    ("completions bash", Local),
    ("completions zsh", Local),
    ("completions fish", Local),
    ("completions powershell", Local),
    ("man policy NAME", Local),
    ("sim advance 1h", Reads),
    ("sim status", Reads),
    ("sim export", Reads),
    ("sim import POLICY", Reads),
    ("sim fail calls --operation NAME", Reads),
    ("sim fail policy NAME", Reads),
    ("sim fail data-loss PART", Reads),
    ("sim fail quorum PART", Reads),
    ("sim fail failover", Reads),
    ("sim fail storage --share NAME", Reads),
    ("sim fail health SERVICE error", Reads),
    ("sim fail none", Reads),
    ("drill init --service SERVICE --scratch App/Other", Reads),
    ("drill run -f DRILL -y", Reads),
    ("drill history -f DRILL", Local),
    ("audit --report html --drill-history DRILL.history", Html),
    ("metrics --drill-history DRILL.history", Metrics),
];

/// Commands that only use their own cluster.
const APART: &[&str] = &["demo"];

/// The commands without subcommands, from `--help`.
fn commands(above: &[&str]) -> BTreeSet<String> {
    let help = run(&[above, &["--help"]].concat()).expect(0).out;
    // At the top level, they are listed by task.
    let begins = if above.is_empty() { "<COMMAND>\n\n" } else { "\nCommands:\n" };
    let listed = help.split_once(begins).map_or("", |(_, listed)| listed.split("\n\n").next().unwrap());
    // Descriptions continue further to the right.
    let names = listed.lines().filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
    let names: Vec<&str> = names.filter_map(|line| line.split(' ').next()).filter(|name| *name != "help").collect();
    if names.is_empty() {
        return BTreeSet::from([above.join(" ")]);
    }
    names.into_iter().flat_map(|name| commands(&[above, &[name]].concat())).collect()
}

#[test]
fn every_command_meets_the_hostile_cluster() {
    let commands = commands(&[]);
    assert!(commands.len() > 50, "{commands:?}");
    for command in &commands {
        let is_tried = LINES.iter().any(|(line, _)| format!("{line} ").starts_with(&format!("{command} ")));
        assert!(
            is_tried || APART.contains(&command.as_str()),
            "{command} does not meet the hostile cluster: add a line"
        );
    }
    for (line, _) in LINES {
        let is_command = commands.iter().any(|command| format!("{line} ").starts_with(&format!("{command} ")));
        assert!(is_command, "{line} is no command");
    }
}
