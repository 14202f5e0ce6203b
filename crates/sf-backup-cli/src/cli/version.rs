//! What `-V` and `--version` print.

use std::sync::LazyLock;

use sf_backup_proto::ApiVersion;

/// The version, the commit if the build names it, the TLS library, and the api-versions that can be sent.
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

const TLS: &str = if cfg!(windows) {
    "SChannel"
} else if cfg!(target_vendor = "apple") {
    "Security Framework"
} else if cfg!(feature = "vendored-openssl") {
    "OpenSSL, built in"
} else {
    "OpenSSL of the system"
};
