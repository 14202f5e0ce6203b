//! Rules for paths of file shares.

use super::{Finding, Severity, finding};

/// Checks the path of a share: the backup service of every node opens it, so it must be `\\SERVER\SHARE`.
pub(super) fn finding_of(path: &str, member: &str) -> Option<Finding> {
    let path = path.trim();
    let error = |rule, problem: &str, advice: &str| Some(finding(Severity::Error, rule, member, problem, advice));
    if path.is_empty() {
        // The rule against blank values reports this.
        return None;
    }
    if path.chars().any(char::is_control) {
        return error(
            "share-path-control-character",
            "contains a control character, usually from a single backslash in JSON: \\b and \\t are escapes",
            DOUBLED,
        );
    }
    if path.contains("://") {
        return error(
            "share-path-url",
            "is a URL, and must be a UNC path",
            "write \\\\SERVER\\SHARE; for Azure Files \\\\ACCOUNT.file.core.windows.net\\SHARE",
        );
    }
    let local = path.strip_prefix(r"\\?\").or_else(|| path.strip_prefix(r"\\.\")).unwrap_or(path);
    if is_drive(local) {
        return error(
            "share-path-drive-letter",
            "begins with a drive letter: every node would use its own disk, and backups are lost with the node",
            "write the UNC path of a share that all nodes reach: \\\\SERVER\\SHARE",
        );
    }
    let unc = local
        .get(..4)
        .filter(|start| local.len() < path.len() && start.eq_ignore_ascii_case(r"UNC\"))
        .and_then(|_| local.get(4..))
        .or_else(|| path.strip_prefix(r"\\"))
        .or_else(|| path.strip_prefix("//"));
    if let Some(rest) = unc {
        let mut parts = rest.split(['\\', '/']);
        let [server, share] = [parts.next(), parts.next()].map(|part| part.is_some_and(|part| !part.trim().is_empty()));
        if server && share {
            return None;
        }
        return error(
            "share-path-without-share",
            "names no share: a server alone cannot hold files",
            "write \\\\SERVER\\SHARE",
        );
    }
    if path.starts_with('\\') {
        return error("share-path-single-backslash", "begins with one backslash, where a UNC path has two", DOUBLED);
    }
    Some(finding(
        Severity::Warning,
        "share-path-not-unc",
        member,
        "is not a UNC path: every node would use a path on its own disk",
        "write the UNC path of a share that all nodes reach: \\\\SERVER\\SHARE",
    ))
}

const DOUBLED: &str = "write \\\\SERVER\\SHARE; in JSON, where each backslash is doubled, \"\\\\\\\\SERVER\\\\SHARE\"";

fn is_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_wrong_path_has_its_rule() {
        let rule = |path: &str| finding_of(path, "Path").map(|finding| finding.rule);
        for (path, expected) in [
            (r"\\nas\backups", None),
            (r"\\nas.contoso.com\backups\cluster 1", None),
            ("//nas/backups", None),
            (r"\\?\UNC\nas\backups", None),
            (r"\\10.0.0.4\b$", None),
            ("", None),
            (r"C:\backups", Some("share-path-drive-letter")),
            ("d:/backups", Some("share-path-drive-letter")),
            ("c:", Some("share-path-drive-letter")),
            (r"\\?\C:\backups", Some("share-path-drive-letter")),
            (r"\nas\backups", Some("share-path-single-backslash")),
            ("\\nas\u{8}ackups", Some("share-path-control-character")),
            ("\\\\nas\tb", Some("share-path-control-character")),
            (r"\\nas", Some("share-path-without-share")),
            (r"\\nas\", Some("share-path-without-share")),
            (r"\\", Some("share-path-without-share")),
            (r"\\\share", Some("share-path-without-share")),
            ("//nas/", Some("share-path-without-share")),
            (r"\\?\UNC\nas", Some("share-path-without-share")),
            ("https://acct.file.core.windows.net/backups", Some("share-path-url")),
            ("smb://nas/backups", Some("share-path-url")),
            ("file://nas/backups", Some("share-path-url")),
            ("backups", Some("share-path-not-unc")),
            (r"nas\backups", Some("share-path-not-unc")),
            ("/mnt/backups", Some("share-path-not-unc")),
            ("ü:\\b", Some("share-path-not-unc")),
        ] {
            assert_eq!(rule(path), expected, "{path}");
        }
    }
}
