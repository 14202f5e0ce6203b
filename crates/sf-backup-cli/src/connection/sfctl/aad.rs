//! The access token that sfctl keeps after `cluster select --aad`.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::connection::Token;

/// Remaining lifetime that a token must have for the first call.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);
const WHAT_TO_DO: &str = "run any sfctl command to renew it, or give --token-command with a program that prints a token, such as 'az account \
     get-access-token --resource ID --query accessToken -o tsv'";

/// The entries of sfctl about the application that it signs in to.
#[derive(Debug)]
pub(crate) struct Aad<'a> {
    pub(crate) resource: Option<&'a str>,
    pub(crate) client: Option<&'a str>,
    /// One entry.
    pub(crate) token: Option<&'a str>,
    /// A list of entries, which may be newer.
    pub(crate) cache: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    access_token: String,
    /// In the time zone of the machine that wrote it.
    expires_on: String,
    resource: Option<String>,
    #[serde(rename = "_clientId")]
    client: Option<String>,
}

impl Aad<'_> {
    /// The token, or why there is none.
    pub(crate) fn token(&self, now: Timestamp, zone: &TimeZone) -> Token {
        let Some(entry) = self.entry() else {
            return Token::Missing(format!("sfctl has no readable token: {WHAT_TO_DO}"));
        };
        // `2024-01-01 10:00:00.123456`: jiff takes the space for the `T`.
        let expires = entry.expires_on.parse::<DateTime>().ok();
        let expires = expires.and_then(|expires| zone.to_timestamp(expires).ok());
        match expires {
            Some(expires) if expires.duration_since(now) >= MARGIN => Token::Value(entry.access_token.as_str().into()),
            Some(_) => {
                Token::Missing(format!("sfctl's token expires or has expired ({}): {WHAT_TO_DO}", entry.expires_on))
            }
            None => Token::Missing(format!("sfctl's token has no expiry time: {WHAT_TO_DO}")),
        }
    }

    fn entry(&self) -> Option<Entry> {
        let cached: Vec<Entry> = self
            .cache
            .and_then(|cache| serde_json::from_str::<Vec<serde_json::Value>>(cache).ok())
            .unwrap_or_default()
            .into_iter()
            .filter_map(|entry| serde_json::from_value(entry).ok())
            .collect();
        let fits = |entry: &Entry| entry.resource.as_deref() == self.resource && entry.client.as_deref() == self.client;
        let fitting = cached.into_iter().find(fits);
        fitting.or_else(|| serde_json::from_str(self.token?).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(expires: &str, cache: &str) -> Token {
        let token = format!(r#"{{"accessToken":"old","expiresOn":"{expires}","refreshToken":"hunter2"}}"#);
        let aad = Aad { resource: Some("r"), client: Some("c"), token: Some(&token), cache: Some(cache) };
        aad.token("2024-05-01T10:00:00Z".parse().unwrap(), &TimeZone::fixed(jiff::tz::offset(2)))
    }

    #[test]
    fn local_time_decides_and_the_cache_goes_first() {
        assert_eq!(token("2024-05-01 12:05:00.000001", "[]"), Token::Value("old".into()));
        for late in ["2024-05-01 12:04:59.9", "2024-04-30 12:00:00", "soon", ""] {
            let Token::Missing(reason) = token(late, "[]") else { panic!("{late}") };
            assert!(reason.contains("--token-command") && !reason.contains("hunter2"), "{reason}");
        }
        let cache = r#"[7, {"accessToken":"other","expiresOn":"2025-01-01 00:00:00","resource":"x","_clientId":"c"},
            {"accessToken":"new","expiresOn":"2025-01-01 00:00:00","resource":"r","_clientId":"c"}]"#;
        assert_eq!(token("2023-01-01 00:00:00", cache), Token::Value("new".into()));
        assert_eq!(token("2025-01-01 00:00:00", "no JSON"), Token::Value("old".into()));
    }
}
