//! Measurements of release builds.

use std::str::FromStr;

use xshell::{Shell, cmd};

use crate::Result;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measured {
    /// The simulator with a large cluster.
    Sim,
}

impl FromStr for Measured {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "sim" => Ok(Self::Sim),
            _ => Err(format!("{text:?} cannot be measured; sim can")),
        }
    }
}

pub(crate) fn run(sh: &Shell, what: Measured) -> Result {
    let (package, target) = match what {
        Measured::Sim => ("sf-backup-sim", "marks"),
    };
    cmd!(sh, "cargo bench --quiet --package {package} --bench {target}").quiet().run()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_there_is_can_be_measured() {
        assert_eq!("sim".parse(), Ok(Measured::Sim));
        assert_eq!("cli".parse::<Measured>().unwrap_err(), "\"cli\" cannot be measured; sim can");
    }
}
