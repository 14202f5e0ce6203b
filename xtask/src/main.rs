//! Tasks of the workspace. `cargo xtask` lists them.
//!
//! Uses no crate of the workspace as a library: it runs their programs and reads their files.

mod bench;
mod ci;
mod codegen;
mod conformance;
mod demo;
mod dist;
mod finding;
mod flags;
mod fuzz;
mod layers;
mod lines;
mod openssl;
mod release;
mod storm;
mod test;
mod texts;
mod tidy;
mod wasm;
mod windows;

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use xshell::Shell;

use flags::XtaskCmd;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = env::args_os().skip(1).collect();
    // Without a task, list them.
    if arguments.is_empty() {
        arguments.push("--help".into());
    }
    let flags = flags::Xtask::from_vec(arguments).unwrap_or_else(|error| error.exit());
    match run(flags.subcommand) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: XtaskCmd) -> Result {
    let sh = Shell::new()?;
    // Before changing the folder: a path from the environment is relative to the caller's folder.
    let examples = test::vendor_examples()?;
    sh.change_dir(root());
    match chore {
        XtaskCmd::Demo(_) => demo::run(&sh),
        XtaskCmd::Test(flags) => test::run(&sh, examples.as_deref(), &flags),
        XtaskCmd::Ci(flags) => ci::run(&sh, flags.step),
        XtaskCmd::Codegen(flags) => codegen::run(&sh, flags.check),
        XtaskCmd::Lines(flags) => lines::run(flags.root.as_deref().unwrap_or(root())),
        XtaskCmd::Texts(_) => texts::run(&sh),
        XtaskCmd::Conformance(flags) => conformance::run(&sh, flags.require),
        XtaskCmd::Bench(flags) => match flags.what {
            None => bench::all(&sh, flags.check, flags.full),
            Some(what) => bench::one(&sh, what),
        },
        XtaskCmd::ReleaseCheck(flags) => release::run(&sh, &flags),
        XtaskCmd::Storm(flags) => storm::run(&sh, &flags),
        XtaskCmd::Dist(_) => dist::run(&sh),
        XtaskCmd::Windows(_) => windows::run(&sh),
        XtaskCmd::Fuzz(flags) => fuzz::run(&sh, &flags),
    }
}

/// The folder of the workspace.
fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}
