//! Endurance tests: calls under injected faults, long runs without faults, and the largest responses.

use xshell::{Shell, cmd};

use crate::{Result, flags, openssl};

/// Runs one of the tests and writes the report below `target/`. Uses a debug build, because speed is not measured and
/// overflows must panic.
pub(crate) fn run(sh: &Shell, flags: &flags::Storm) -> Result {
    let features = openssl::features(sh);
    let number = |name: &str, number: Option<u64>| number.map(|number| [name.to_owned(), number.to_string()]);
    let mut options: Vec<String> = number("--operations", flags.operations).into_iter().flatten().collect();
    options.extend(number("--seed", flags.seed).into_iter().flatten());
    for (name, asked) in [("--soak", flags.soak), ("--hostile", flags.hostile)] {
        options.extend(asked.then(|| name.to_owned()));
    }
    cmd!(sh, "cargo bench --quiet --profile dev --package sf-backup-tests {features...} --bench storm -- {options...}")
        .quiet()
        .run()?;
    Ok(())
}
