//! The crates without IO in the browser and at the edge.

use xshell::{Shell, cmd};

use crate::Result;
use crate::windows::has_target;

/// Browsers, and runtimes with a system interface.
const TARGETS: &[&str] = &["wasm32-unknown-unknown", "wasm32-wasip1"];

/// Checks that the protocol and the rules of operators build for WebAssembly, where the standard library is installed.
pub(crate) fn check(sh: &Shell) -> Result {
    for target in TARGETS {
        if !has_target(sh, target) {
            println!("not checked for {target}: rustup target add {target}");
            continue;
        }
        cmd!(sh, "cargo check --locked --package sf-backup-proto --package sf-backup-ops --target {target} --target-dir target/wasm")
            .env_remove("RUSTFLAGS")
            .run()?;
    }
    Ok(())
}
