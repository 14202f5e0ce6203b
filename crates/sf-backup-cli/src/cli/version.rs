//! The output of `-V` and `--version`.

use std::ffi::OsString;
use std::sync::LazyLock;

use sf_backup_proto::ApiVersion;

/// The version, the commit if the build knows it, the TLS library, and the api-versions that can be sent.
pub(super) fn long() -> &'static str {
    static LONG: LazyLock<String> = LazyLock::new(|| {
        let commit = option_env!("SF_BACKUP_COMMIT").filter(|commit| !commit.is_empty());
        format!(
            "{}\ncommit: {}\nTLS: {TLS}\napi-versions: {}, {} and later",
            env!("CARGO_PKG_VERSION"),
            commit.unwrap_or("unknown"),
            ApiVersion::V6_2_PREVIEW,
            ApiVersion::V6_4,
        )
    });
    &LONG
}

/// The output if the arguments ask only for the version. Avoids building the tree of all commands, which takes longer
/// than the rest of such a run.
pub(crate) fn requested(args: &[OsString]) -> Option<String> {
    let [_, option] = args else { return None };
    match option.to_str()? {
        "-V" => Some(format!("sf-backup {}\n", env!("CARGO_PKG_VERSION"))),
        "--version" => Some(format!("sf-backup {}\n", long())),
        _ => None,
    }
}

const TLS: &str = if cfg!(windows) {
    "SChannel"
} else if cfg!(target_vendor = "apple") {
    "Security Framework"
} else if cfg!(feature = "vendored-openssl") {
    "OpenSSL, built in"
} else {
    "OpenSSL of the system"
};

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn the_version_is_printed_as_the_parser_prints_it() {
        let version = |args: &[&str]| requested(&args.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(version(&["sf-backup", "-V"]), Some(Cli::command().render_version()));
        assert_eq!(version(&["sf-backup", "--version"]), Some(Cli::command().render_long_version()));
        assert_eq!(version(&["sf-backup", "-V", "policy"]), None);
        assert_eq!(version(&["sf-backup"]), None);
    }
}
