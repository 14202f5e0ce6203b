//! Detection of OpenSSL, which TLS uses on systems without a TLS library.

use std::env;
use std::path::Path;

use xshell::{Shell, cmd};

/// The feature that builds OpenSSL. Other crates pass it down.
const VENDORED: &str = "sf-backup-hyper/vendored-openssl";

/// The features to build with: none if OpenSSL's headers are installed or not needed; otherwise, with a message, the
/// one that builds OpenSSL from source.
pub(crate) fn features(sh: &Shell) -> Vec<String> {
    let needed = !cfg!(any(windows, target_os = "macos"));
    if !needed || is_there(sh) {
        return Vec::new();
    }
    eprintln!(
        "OpenSSL's headers are not on this machine: OpenSSL is built from source, which takes some minutes once and needs \
         perl and make. (Debian: `apt-get install libssl-dev pkg-config` saves that.)"
    );
    vec!["--features".to_owned(), VENDORED.to_owned()]
}

/// Searches where the build does: environment variables, pkg-config and the compiler's include folder.
fn is_there(sh: &Shell) -> bool {
    let named = ["OPENSSL_DIR", "OPENSSL_INCLUDE_DIR"].iter().any(|variable| env::var_os(variable).is_some());
    let found = || cmd!(sh, "pkg-config --exists openssl").quiet().ignore_stderr().run().is_ok();
    named || found() || Path::new("/usr/include/openssl/ssl.h").exists()
}
