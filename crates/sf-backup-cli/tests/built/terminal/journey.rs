//! From an unknown cluster to a restored partition, using only what the command itself prints.

use std::path::PathBuf;

use tempfile::TempDir;

use super::person::Person;
use crate::harness::Sim;

/// A new user, who reads the output.
struct Newcomer {
    home: TempDir,
    /// Everything that the command has printed so far.
    read: String,
}

impl Newcomer {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), read: String::new() }
    }

    /// Types a line, responds to the prompt if `answer` is set, and reads the output.
    fn types(&mut self, line: &str, answer: Option<&str>) -> String {
        // Plans are kept in the folder where the command runs.
        let mut person = Person::typing(&format!("cd \"$HOME\" && {line}"), self.home.path());
        if let Some(answer) = answer {
            person.sees("[y/N]");
            person.types(answer);
        }
        let code = person.leaves();
        assert_eq!(code, 0, "{line}: {}", person.screen());
        self.read.push_str(person.screen());
        person.screen().to_owned()
    }

    /// Types a command from the output so far, with words in capitals replaced by known values.
    fn types_what_was_read(&mut self, begins: &str, known: &[(&str, &str)], answer: Option<&str>) -> String {
        let mut lines = self.read.lines().filter_map(|line| Some(&line[line.find("sf-backup ")?..]));
        let found = lines.rfind(|line| line.starts_with(begins));
        let line = found.unwrap_or_else(|| panic!("{begins:?} is nowhere in {}", self.read));
        // Text after two spaces is an explanation.
        let line = line.split("  ").next().unwrap().trim_end();
        let line = known.iter().fold(line.to_owned(), |line, (word, value)| line.replace(word, value));
        self.types(&line, answer)
    }
}

/// The first word of the first line of a list.
fn first(list: &str) -> String {
    list.lines().nth(1).and_then(|line| line.split_whitespace().next()).unwrap_or_else(|| panic!("{list}")).to_owned()
}

#[test]
fn the_output_leads_from_an_unknown_cluster_to_a_restored_partition() {
    let sim = Sim::start(&["--speed", "600x"]);
    let mut newcomer = Newcomer::new();
    newcomer.types("sf-backup", None);
    newcomer.types_what_was_read("sf-backup -e URL doctor", &[("URL", &sim.url)], None);
    newcomer.types_what_was_read("sf-backup context add cluster", &[], None);

    let app = first(&newcomer.types_what_was_read("sf-backup app list", &[], None));
    let service = first(&newcomer.types_what_was_read("sf-backup service list", &[("APP", &app)], None));
    let known = [("SERVICE", service.as_str())];
    let partition = first(&newcomer.types_what_was_read("sf-backup partition list", &known, None));

    newcomer.types("sf-backup policy create --help", None);
    newcomer.types_what_was_read("sf-backup policy create Often", &[], None);
    let known = [("SERVICE", service.as_str()), ("NAME", "Often")];
    newcomer.types_what_was_read("sf-backup service enable", &known, None);

    newcomer.types_what_was_read("sf-backup service backup ", &known, None);
    newcomer.types_what_was_read("sf-backup why ", &known, None);
    let printed = newcomer.types_what_was_read("sf-backup restore now ", &known, Some("y"));
    assert!(printed.contains(" restored"), "{printed}");

    let restored = sim.done(&["-o", "json", "partition", "restore-progress", &partition]);
    let restored: serde_json::Value = serde_json::from_slice(&restored.stdout).unwrap();
    assert_eq!(restored["RestoreState"], "Success");
    let configuration: PathBuf = newcomer.home.path().join("sf-backup").join("config.toml");
    assert!(configuration.exists());
}
