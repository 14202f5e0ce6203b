//! Types into a real shell, then presses Tab and Enter: whatever the name of a policy, only the request for it is sent.

use std::path::Path;
use std::process::Command;

use rexpect::session::{PtySession, spawn_command};
use sf_backup_proto::PolicyName;
use sf_backup_tests::not_run;
use tempfile::TempDir;

use crate::recorder::Recorder;

/// Milliseconds, far longer than anything takes unless it hangs.
const PATIENCE: u64 = 20_000;

/// A shell that reads lines, in its own folder, with the completions loaded.
struct Shell {
    session: PtySession,
    folder: TempDir,
    count: usize,
}

impl Shell {
    /// `None`, reported, if the shell is not installed.
    fn start(program: &str, arguments: &[&str], prepare: &str) -> Option<Self> {
        if let Err(error) = Command::new(program).arg("--version").output() {
            not_run(program, &format!("install it to type into it ({error})"));
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder.path()).env_clear();
        let built = Path::new(env!("CARGO_BIN_EXE_sf-backup")).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap();
        let path = std::env::join_paths(std::iter::once(built).chain(std::env::split_paths(&path))).unwrap();
        command.env("PATH", path).env("HOME", folder.path()).env("TERM", "xterm").env("INPUTRC", "/dev/null");
        command.env("LANG", "C.UTF-8").env("LC_ALL", "C.UTF-8");
        let mut session = spawn_command(command, Some(PATIENCE)).unwrap();
        session.send_line(prepare).unwrap();
        let mut shell = Self { session, folder, count: 0 };
        shell.enters("true");
        Some(shell)
    }

    /// Types a line, then a command that reports that it is complete, and waits for that.
    fn enters(&mut self, typed: &str) {
        self.count += 1;
        let Self { session, count, .. } = self;
        session.send(&format!("{typed}; echo over''-{count}-\r")).unwrap();
        session.flush().unwrap();
        if let Err(error) = session.exp_string(&format!("over-{count}-")) {
            panic!("{typed:?} does not end: {error}");
        }
    }

    /// Whether nothing was created, run or written except the shell's own files.
    fn is_untouched(&self) -> bool {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).all(|name| name.to_string_lossy().starts_with('.'))
    }
}

const PIECES: &[&str] = &[
    "$(touch hit)",
    "`touch hit`",
    ";touch hit;",
    "&touch hit&",
    "|touch hit",
    ">hit",
    "<hit",
    "&& touch hit",
    "\n touch hit\n",
    "'",
    "\"",
    "\\",
    " ",
    "  ",
    "!",
    "!!",
    "!touch",
    "#",
    "*",
    "?",
    "[a]",
    "{a,b}",
    "~",
    "=",
    ":",
    "%",
    "%s",
    "^",
    "(",
    ")",
    "$HOME",
    "${IFS}",
    "$'\\n'",
    "-",
    "--yes",
    ",",
    "@",
    "\u{202e}",
    "\u{200b}",
    "\u{1b}[2J",
    "é",
    "漢",
    "\u{2019}",
    "\t",
    "\r",
    "a",
    "Daily",
    "/",
    "..",
];

/// Fixed names: each piece alone, and some combined.
fn names() -> Vec<String> {
    let mut state = 20_261_127_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let alone = PIECES.iter().map(|piece| format!("N{piece}"));
    let together: Vec<String> = (0..12)
        .map(|_| {
            let pieces: String = (0..2 + random(4)).map(|_| PIECES[random(PIECES.len())]).collect();
            format!("N{pieces}")
        })
        .collect();
    alone.chain(together).collect()
}

/// Whether a name can be offered: it is valid, and a screen shows it unchanged.
fn is_offered(name: &str) -> bool {
    let hidden = |character: char| character.is_control() || "\u{202e}\u{200b}".contains(character);
    name.parse::<PolicyName>().is_ok_and(|parsed| parsed.as_str() == name) && !name.contains(hidden)
}

/// Waits for requests for policies, and returns their names.
fn asked_for(recorder: &Recorder) -> Vec<String> {
    let requests = recorder.requests();
    let prefix = "/BackupRestore/BackupPolicies/";
    requests.iter().filter_map(|request| request.path().strip_prefix(prefix).map(str::to_owned)).collect()
}

/// Completes each name from its first letter, without quotes and in each kind of quotes; then two names with the same
/// start.
fn any_name_is_completed(shell: &mut Shell, quotes: &[&str]) {
    let recorder = Recorder::start();
    let mut quotes = quotes.iter().cycle();
    for name in names() {
        for quote in [""].iter().chain(quotes.next()) {
            // What is not offered leaves what was typed: with an open quote, there is nothing to run. Fish also leaves
            // words open after any of these characters.
            let is_closed = is_offered(&name) && !name.ends_with(['/', '=', '@', ':', '.', ',', '-']);
            if !quote.is_empty() && !is_closed {
                continue;
            }
            recorder.named(&[&name]);
            shell.enters(&format!("sf-backup -q -e {} policy show {quote}N\t", recorder.url));
            assert!(shell.is_untouched(), "{name:?} in {quote:?} acts");
            let expected = if is_offered(&name) { &name } else { "N" };
            assert_eq!(asked_for(&recorder), [expected], "{name:?} in {quote:?}");
        }
    }
    for name in names().iter().filter(|name| is_offered(name)).step_by(3) {
        recorder.named(&[&format!("{name}1"), &format!("{name}2")]);
        shell.enters(&format!("sf-backup -q -e {} policy show N\t2", recorder.url));
        assert!(shell.is_untouched(), "{name:?} acts");
        assert_eq!(asked_for(&recorder), [format!("{name}2")]);
    }
}

const BASH: &str =
    "PS1='> '; unset HISTFILE; bind 'set enable-bracketed-paste off'; source <(sf-backup completions bash)";

#[test]
fn bash_types_every_name_as_one_word_that_does_nothing() {
    if let Some(mut shell) = Shell::start("bash", &["--norc", "--noprofile", "-i"], BASH) {
        any_name_is_completed(&mut shell, &["'", "\"", "$'"]);
    }
}

const ZSH: &str = "PS1='> '; unset HISTFILE zle_bracketed_paste; autoload -U compinit; compinit -u -D; source <(sf-backup completions zsh)";

#[test]
fn zsh_types_every_name_as_one_word_that_does_nothing() {
    if let Some(mut shell) = Shell::start("zsh", &["-f", "-i"], ZSH) {
        any_name_is_completed(&mut shell, &["'", "\""]);
    }
}

const FISH: &str = "set fish_greeting; function fish_prompt; echo '> '; end; sf-backup completions fish | source";

#[test]
fn fish_types_every_name_as_one_word_that_does_nothing() {
    if let Some(mut shell) = Shell::start("fish", &["--no-config", "-i"], FISH) {
        any_name_is_completed(&mut shell, &["'", "\""]);
    }
}

/// The meaning of a word by PowerShell's rules: literal without special characters, or in apostrophes, where two mean
/// one. Nothing else is offered.
pub(super) fn meant_in_powershell(word: &str) -> String {
    const APOSTROPHES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];
    let Some(quoted) = word.strip_prefix('\'') else {
        let is_special = |character: char| {
            character.is_whitespace() || "\"`$(){}[];,|&<>\u{201c}\u{201d}\u{201e}".contains(character)
        };
        assert!(!word.contains(is_special) && !word.contains(APOSTROPHES), "{word:?}");
        assert!(!word.starts_with(['@', '#', '%', '!', '~', '?', '*', '=', '^']), "{word:?}");
        return word.to_owned();
    };
    let mut characters = quoted.strip_suffix('\'').unwrap_or_else(|| panic!("{word:?} has no end")).chars();
    let mut meant = String::new();
    while let Some(character) = characters.next() {
        if APOSTROPHES.contains(&character) {
            assert!(characters.next().is_some_and(|next| APOSTROPHES.contains(&next)), "{word:?} ends too early");
        }
        meant.push(character);
    }
    meant
}

#[test]
fn powershell_gets_every_name_as_one_word() {
    let recorder = Recorder::start();
    let mut is_quoted = 0;
    for name in names().iter().filter(|name| is_offered(name)) {
        recorder.named(&[name]);
        let words = ["sf-backup", "-q", "-e", &recorder.url, "policy", "show", "N"];
        let printed = super::powershell_candidates(&words);
        // What Windows PowerShell would pass on as another word is not offered.
        let is_broken = name.contains('"') || (name.ends_with('\\') && name.contains(' '));
        let meant: Vec<_> = printed.iter().map(|word| meant_in_powershell(word)).collect();
        assert_eq!(meant.first(), Some(name).filter(|_| !is_broken), "{printed:?}");
        assert!(meant.len() < 2, "{printed:?}");
        is_quoted += printed.iter().filter(|word| word.starts_with('\'')).count();
    }
    assert!(is_quoted > 10);
}

/// Completes a line as the editor does, and runs the result.
const POWERSHELL: &str = r#"
    $ErrorActionPreference = 'Stop'
    sf-backup completions powershell | Out-String | Invoke-Expression
    $line = "sf-backup -q -e $($env:CLUSTER) policy show N"
    $found = [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)
    foreach ($match in $found.CompletionMatches) {
        $done = $line.Substring(0, $found.ReplacementIndex) + $match.CompletionText
        try { Invoke-Expression $done | Out-Null } catch { }
    }
"#;

#[test]
fn powershell_completes_every_name_as_one_word_that_does_nothing() {
    let program = Path::new(env!("CARGO_BIN_EXE_sf-backup")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths(std::iter::once(program).chain(std::env::split_paths(&path))).unwrap();
    let recorder = Recorder::start();
    for name in names() {
        let folder = tempfile::tempdir().unwrap();
        recorder.named(&[&name]);
        let mut shell = Command::new("pwsh");
        shell.args(["-NoProfile", "-NonInteractive", "-Command", POWERSHELL]).current_dir(folder.path());
        shell.env("PATH", &path).env("HOME", folder.path()).env("CLUSTER", &recorder.url);
        if let Err(error) = shell.output() {
            return not_run("pwsh", &format!("install PowerShell to test its completions ({error})"));
        }
        let mut entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(entries.all(|entry| entry.to_string_lossy().starts_with('.')), "{name:?} acts");
        // What cannot be quoted reliably is not offered.
        assert!(asked_for(&recorder).iter().all(|asked| *asked == name), "{name:?}: {:?}", asked_for(&recorder));
    }
}
