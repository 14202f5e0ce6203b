//! Rules for connection strings of storage accounts. No finding contains any of the text.

use std::time::Duration;

use sf_backup_proto::Timestamp;

use super::{Facts, Finding, MASKED_SECRET, Push, Severity, finding};
use crate::secret_ref::{self, Text};

/// Finds problems of a connection string.
pub(super) fn findings(text: &str, member: &str, facts: &Facts<'_>, push: &mut Push<'_>) {
    let text = text.trim();
    // References are checked when they are resolved; blank and masked values have their own rules.
    if text.is_empty() || text.chars().all(|c| c == '*') || matches!(secret_ref::text(text), Text::Reference(_)) {
        return;
    }
    let parts = Parts::of(text);
    let mut found = |severity, rule, problem: &str, advice: &str| {
        push(finding(severity, rule, member, problem, advice));
    };
    if parts.get("UseDevelopmentStorage").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        found(
            Severity::Warning,
            "development-storage",
            "uses the storage emulator, which only a cluster on a development machine reaches",
            "name a storage account for any other cluster",
        );
        return;
    }
    if parts.0.iter().any(|(_, value)| is_masked(value)) {
        found(
            Severity::Error,
            MASKED_SECRET,
            "contains a masked part (****), as portals and clusters show it",
            "copy the connection string with its key",
        );
    } else if is_placeholder(text) || parts.0.iter().any(|(_, value)| is_placeholder(value)) {
        found(
            Severity::Error,
            "placeholder-secret",
            "contains a placeholder, as in examples",
            "write the account's values, or a reference: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS",
        );
    }
    let endpoint = parts.get("BlobEndpoint").filter(|value| !value.is_empty());
    let account = parts.get("AccountName").filter(|value| !value.is_empty());
    if account.is_none() && endpoint.is_none() {
        let problem = if text.to_ascii_lowercase().starts_with("http") {
            "is a URL, not a connection string"
        } else {
            "names no storage account: it has neither AccountName nor BlobEndpoint"
        };
        found(
            Severity::Error,
            "connection-string-without-account",
            problem,
            "copy the account's connection string: DefaultEndpointsProtocol=https;AccountName=NAME;AccountKey=KEY",
        );
    } else if ["AccountKey", "SharedAccessSignature"].iter().all(|name| parts.get(name).is_none_or(str::is_empty)) {
        found(
            Severity::Error,
            "connection-string-without-key",
            "has neither AccountKey nor SharedAccessSignature",
            "copy the account's connection string with its key",
        );
    }
    over_http(&parts, endpoint, &mut found);
    if let Some(signature) = parts.get("SharedAccessSignature") {
        push_expiry(signature, facts.now, &mut found);
    }
}

type Found<'a> = dyn FnMut(Severity, &'static str, &str, &str) + 'a;

fn over_http(parts: &Parts<'_>, endpoint: Option<&str>, found: &mut Found<'_>) {
    let plain = |value: &str| value.to_ascii_lowercase().starts_with("http://");
    if endpoint.is_some_and(|value| plain(value) && is_loopback(value)) {
        found(
            Severity::Warning,
            "development-storage",
            "points to a blob service on the node itself, which only a cluster on a development machine has",
            "name a storage account for any other cluster",
        );
        return;
    }
    let protocol = parts.get("DefaultEndpointsProtocol").is_some_and(|value| value.eq_ignore_ascii_case("http"));
    let suffix_used = endpoint.is_none() && protocol;
    if suffix_used || endpoint.is_some_and(plain) {
        found(
            Severity::Error,
            "connection-string-over-http",
            "uses http: backups would cross the network unencrypted, and storage accounts refuse it by default",
            "write DefaultEndpointsProtocol=https",
        );
    }
}

fn push_expiry(signature: &str, now: Option<Timestamp>, found: &mut Found<'_>) {
    let expiry = signature.trim_start_matches('?').split('&').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.eq_ignore_ascii_case("se").then(|| value.replace("%3A", ":").replace("%3a", ":").replace("%2B", "+"))
    });
    let (Some(expiry), Some(now)) = (expiry.and_then(|expiry| expiry.parse::<Timestamp>().ok()), now) else { return };
    let renew = "create a new shared access signature, and update the policy with it";
    if expiry <= now {
        found(
            Severity::Error,
            "expired-signature",
            &format!("has a shared access signature that expired at {expiry}"),
            renew,
        );
    } else if expiry.since(now) < SOON {
        found(
            Severity::Warning,
            "signature-expires-soon",
            &format!("has a shared access signature that expires at {expiry}: backups stop then"),
            renew,
        );
    }
}

/// One week.
const SOON: Duration = Duration::from_secs(7 * 86_400);

/// `Name=Value` pairs separated by semicolons; names are case-insensitive.
struct Parts<'t>(Vec<(&'t str, &'t str)>);

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Self {
        let pairs = text.split(';').filter_map(|part| part.split_once('='));
        Self(pairs.map(|(name, value)| (name.trim(), value.trim())).collect())
    }

    fn get(&self, name: &str) -> Option<&'t str> {
        self.0.iter().find(|(part, _)| part.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

/// Whether a value consists of asterisks, dots or bullets.
pub(super) fn is_masked(value: &str) -> bool {
    value.chars().count() >= 3 && value.chars().all(|c| matches!(c, '*' | '•' | '●'))
}

/// Whether a value is a placeholder as in examples: `<account-key>`, `{key}`, `your-key-here`, `${KEY}`, `%KEY%`.
pub(super) fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    let between = |open: &str, close: char| value.starts_with(open) && value.ends_with(close);
    let lower = value.to_ascii_lowercase();
    let ends_here = ["-here", "_here", " here"].iter().any(|end| lower.ends_with(end));
    let yours = ["your-", "your_", "your ", "my-account-", "my_account_"].iter().any(|start| lower.starts_with(start));
    between("<", '>')
        || between("{", '}')
        || between("${", '}')
        || between("[", ']')
        || (value.len() > 2 && between("%", '%'))
        || ends_here
        || yours
        || matches!(
            lower.as_str(),
            "..." | "…" | "changeme" | "placeholder" | "redacted" | "yourkey" | "youraccountkey"
        )
        || (lower.len() >= 3 && lower.chars().all(|c| c == 'x'))
}

fn is_loopback(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?']).next().unwrap_or_default();
    ["127.0.0.1", "localhost", "[::1]", "host.docker.internal"]
        .iter()
        .any(|local| host.eq_ignore_ascii_case(local) || host.to_ascii_lowercase().starts_with(&format!("{local}:")))
}

/// A finding for a password that is a mask or a placeholder.
pub(super) fn password(text: &str, member: &str) -> Option<Finding> {
    let whole = is_placeholder(text) && !text.trim().chars().all(|c| c.eq_ignore_ascii_case(&'x'));
    whole.then(|| {
        finding(
            Severity::Error,
            "placeholder-secret",
            member,
            "is a placeholder, as in examples",
            "write the password, or a reference: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Vec<&'static str> {
        let facts = Facts { now: "2026-03-09T12:00:00Z".parse().ok(), ..Facts::default() };
        let mut rules = Vec::new();
        findings(text, "ConnectionString", &facts, &mut |finding| {
            let hidden = ["QUJD", "hunter2"].iter().all(|secret| !finding.to_string().contains(secret));
            assert!(hidden, "{finding}");
            rules.push(finding.rule);
        });
        rules
    }

    #[test]
    fn every_kind_of_wrong_connection_string_has_its_rule() {
        let sas = |expiry: &str| {
            format!(
                "BlobEndpoint=https://a.blob.core.windows.net/;SharedAccessSignature=sv=2022-11-02&se={expiry}&sig=QUJD"
            )
        };
        for (text, expected) in [
            (
                "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=QUJD==;EndpointSuffix=core.windows.net",
                &[][..],
            ),
            ("accountname=acct;accountkey=QUJD", &[]),
            ("env:X", &[]),
            ("****", &[]),
            ("UseDevelopmentStorage=true", &["development-storage"]),
            ("usedevelopmentstorage=True;DevelopmentStorageProxyUri=http://h", &["development-storage"]),
            (
                "AccountName=devstoreaccount1;AccountKey=QUJD;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1",
                &["development-storage"],
            ),
            ("AccountName=acct;AccountKey=****", &["masked-secret"]),
            ("AccountName=acct;AccountKey=••••••••", &["masked-secret"]),
            ("AccountName=<account-name>;AccountKey=<account-key>", &["placeholder-secret"]),
            ("AccountName=acct;AccountKey=your-account-key-here", &["placeholder-secret"]),
            ("AccountName=acct;AccountKey=${KEY}", &["placeholder-secret"]),
            ("<connection-string>", &["placeholder-secret", "connection-string-without-account"]),
            ("AccountKey=QUJD", &["connection-string-without-account"]),
            ("hunter2", &["connection-string-without-account"]),
            ("https://a.blob.core.windows.net/?sig=QUJD", &["connection-string-without-account"]),
            ("AccountName=;AccountKey=QUJD", &["connection-string-without-account"]),
            ("AccountName=acct", &["connection-string-without-key"]),
            ("DefaultEndpointsProtocol=HTTP;AccountName=acct;AccountKey=QUJD", &["connection-string-over-http"]),
            (
                "AccountName=acct;AccountKey=QUJD;BlobEndpoint=http://acct.blob.core.windows.net",
                &["connection-string-over-http"],
            ),
            (&sas("2027-01-01T00:00:00Z"), &[]),
            (&sas("2026-03-09T11%3A59%3A59Z"), &["expired-signature"]),
            (&sas("2025-01-01"), &["expired-signature"]),
            (&sas("2026-03-12T00:00:00Z"), &["signature-expires-soon"]),
            (&sas("soon"), &[]),
        ] {
            assert_eq!(rules(text), expected, "{text}");
        }
    }

    #[test]
    fn passwords_are_no_connection_strings() {
        for (text, placeholder) in [
            ("<password>", true),
            ("your-password-here", true),
            ("${SHARE_PASSWORD}", true),
            ("hunter2", false),
            ("xxxx", false),
            ("a<b>c", false),
            ("AccountName=x", false),
        ] {
            assert_eq!(password(text, "PrimaryPassword").is_some(), placeholder, "{text}");
        }
    }
}
