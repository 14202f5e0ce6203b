//! A user at a terminal.

use std::path::Path;
use std::process::Command;

use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use crate::harness::{Sim, command};

/// A shell that sets the terminal's size, runs a line, and has the command's clean environment.
fn shell(program: &Command, line: &str, columns: u16) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("stty rows 40 cols {columns} && {line}")]);
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell.env("TERM", "xterm").env_remove("NO_COLOR");
    shell
}

/// Milliseconds, far longer than anything takes unless it hangs.
const PATIENCE: u64 = 60_000;

/// A command in its own terminal, and the output so far.
pub(crate) struct Person {
    session: PtySession,
    screen: String,
}

impl Person {
    /// The command at a terminal of 100 columns.
    pub(crate) fn new(args: &[&str]) -> Self {
        Self::with(args, &[], 100)
    }

    /// The command in a terminal of 100 columns, with a simulator.
    pub(crate) fn at(sim: &Sim, args: &[&str]) -> Self {
        Self::new(&[&["-e", &sim.url], args].concat())
    }

    pub(crate) fn with(args: &[&str], variables: &[(&str, &str)], columns: u16) -> Self {
        let program = command(args);
        let mut shell = shell(&program, "exec \"$@\"", columns);
        shell.arg("sh").arg(program.get_program()).args(program.get_args()).envs(variables.iter().copied());
        Self::begin(shell)
    }

    /// A shell that runs this line, with this home folder. `sf-backup` is the built command.
    pub(crate) fn typing(line: &str, home: &Path) -> Self {
        let program = command(&[]);
        let folder = Path::new(program.get_program()).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([folder].into_iter().chain(std::env::split_paths(&path))).unwrap();
        let mut shell = shell(&program, line, 240);
        shell.env("PATH", path).env("HOME", home).env("XDG_CONFIG_HOME", home);
        Self::begin(shell)
    }

    fn begin(shell: Command) -> Self {
        Self { session: spawn_command(shell, Some(PATIENCE)).unwrap(), screen: String::new() }
    }

    /// Waits until this text is printed.
    pub(crate) fn sees(&mut self, text: &str) {
        match self.session.exp_string(text) {
            Ok(before) => self.screen.push_str(&(before + text)),
            Err(error) => panic!("{text:?} does not come: {error}; seen: {}", self.screen),
        }
    }

    /// Types a line.
    pub(crate) fn types(&mut self, line: &str) {
        self.session.send_line(line).unwrap();
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupts(&mut self) {
        self.session.send_control('c').unwrap();
    }

    /// Waits for the end, and returns the exit code.
    pub(crate) fn leaves(&mut self) -> i32 {
        self.screen.push_str(&self.session.exp_eof().unwrap());
        match self.session.process().wait().unwrap() {
            WaitStatus::Exited(_, code) => code,
            status => panic!("{status:?}; seen: {}", self.screen),
        }
    }

    /// The output so far.
    pub(crate) fn screen(&self) -> &str {
        &self.screen
    }
}
