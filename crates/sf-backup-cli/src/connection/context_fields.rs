//! A context as stored in the file: one member for each option, with the option's name.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sf_backup_hyper::tls::{CertificateStore, CommonName, Thumbprint};
use sf_backup_proto::{ApiVersion, Endpoint, Timeout};

use crate::connection::secret_ref::SecretRef;
use crate::connection::settings::unless_default;
use crate::connection::{ClientFiles, ServerTrust, Settings, Token};
use crate::options::global::Delimiter;

/// The members of a context, flat. Rules between them are checked when they are converted to [`Settings`].
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct ContextFields {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    endpoint: Vec<Text<Endpoint>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cert: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pkcs12: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pkcs12_password_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cert_store: Option<Text<CertificateStore>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cert_thumbprint: Option<Text<Thumbprint>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cert_subject: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ca: Vec<PathBuf>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    server_thumbprint: Vec<Text<Thumbprint>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    server_common_name: Vec<Text<CommonName>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    insecure: bool,
    /// By reference only, because the file must not contain secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Text<SecretRef>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_version: Option<Text<ApiVersion>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_delimiter: Option<Delimiter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<Text<Timeout>>,
}

/// A value that is stored as text or as a number.
#[derive(Debug, Clone)]
struct Text<T>(T);

impl<T: FieldValue> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "must be text")]
        enum Value {
            Text(String),
            Number(u64),
        }
        let text = match Value::deserialize(deserializer)? {
            Value::Text(text) => text,
            Value::Number(number) => number.to_string(),
        };
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// How a value is stored so that it can be read again.
trait FieldValue {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

macro_rules! displayed {
    ($($Type:ty),*) => {$(impl FieldValue for $Type {
        fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    })*};
}
displayed!(Endpoint, CertificateStore, Thumbprint, SecretRef, ApiVersion);

impl FieldValue for CommonName {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl FieldValue for Timeout {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.seconds())
    }
}

fn plain<T>(list: Vec<Text<T>>) -> Vec<T> {
    list.into_iter().map(|text| text.0).collect()
}

fn text<T>(list: Vec<T>) -> Vec<Text<T>> {
    list.into_iter().map(Text).collect()
}

impl TryFrom<ContextFields> for Settings {
    type Error = String;

    fn try_from(members: ContextFields) -> Result<Self, String> {
        members.check()?;
        Ok(Self {
            endpoints: plain(members.endpoint),
            client: unless_default(ClientFiles {
                cert: members.cert,
                key: members.key,
                pkcs12: members.pkcs12,
                pkcs12_password_file: members.pkcs12_password_file,
                cert_store: members.cert_store.map(|store| store.0),
                cert_thumbprint: members.cert_thumbprint.map(|thumbprint| thumbprint.0),
                cert_subject: members.cert_subject,
            }),
            server: unless_default(ServerTrust {
                ca: members.ca,
                thumbprints: plain(members.server_thumbprint),
                common_names: plain(members.server_common_name),
                insecure: members.insecure,
            }),
            token: members.token.map(|token| Token::Reference(token.0)),
            api_version: members.api_version.map(|version| version.0),
            id_delimiter: members.id_delimiter,
            timeout: members.timeout.map(|timeout| timeout.0),
        })
    }
}

/// Omits a token that is not a reference.
impl From<Settings> for ContextFields {
    fn from(settings: Settings) -> Self {
        let client = settings.client.unwrap_or_default();
        let server = settings.server.unwrap_or_default();
        let token = match settings.token {
            Some(Token::Reference(reference)) => Some(Text(reference)),
            _ => None,
        };
        Self {
            endpoint: text(settings.endpoints),
            cert: client.cert,
            key: client.key,
            pkcs12: client.pkcs12,
            pkcs12_password_file: client.pkcs12_password_file,
            cert_store: client.cert_store.map(Text),
            cert_thumbprint: client.cert_thumbprint.map(Text),
            cert_subject: client.cert_subject,
            ca: server.ca,
            server_thumbprint: text(server.thumbprints),
            server_common_name: text(server.common_names),
            insecure: server.insecure,
            token,
            api_version: settings.api_version.map(Text),
            id_delimiter: settings.id_delimiter,
            timeout: settings.timeout.map(Text),
        }
    }
}

impl ContextFields {
    fn check(&self) -> Result<(), String> {
        let in_store = self.cert_thumbprint.is_some() || self.cert_subject.is_some();
        let rules = [
            (self.cert_store.is_some() && !in_store, "cert-store: requires cert-thumbprint or cert-subject"),
            (
                self.cert_thumbprint.is_some() && self.cert_subject.is_some(),
                "cert-thumbprint: cannot be used with cert-subject",
            ),
            (
                in_store && (self.cert.is_some() || self.pkcs12.is_some()),
                "cert-thumbprint and cert-subject: cannot be used with cert or pkcs12",
            ),
            (self.key.is_some() && self.cert.is_none(), "key: requires cert"),
            (self.cert.is_some() && self.pkcs12.is_some(), "pkcs12: cannot be used with cert"),
            (self.pkcs12_password_file.is_some() && self.pkcs12.is_none(), "pkcs12-password-file: requires pkcs12"),
            (
                !self.server_thumbprint.is_empty() && !self.server_common_name.is_empty(),
                "server-thumbprint: cannot be used with server-common-name",
            ),
            (
                self.insecure
                    && !(self.ca.is_empty() && self.server_thumbprint.is_empty() && self.server_common_name.is_empty()),
                "insecure: cannot be used with ca, server-thumbprint or server-common-name",
            ),
        ];
        if let Some((_, rule)) = rules.iter().find(|(broken, _)| *broken) {
            return Err((*rule).to_owned());
        }
        let files = [
            ("cert", &self.cert),
            ("key", &self.key),
            ("pkcs12", &self.pkcs12),
            ("pkcs12-password-file", &self.pkcs12_password_file),
        ];
        let files = files.into_iter().filter_map(|(member, path)| Some((member, path.as_ref()?)));
        let relative = files.chain(self.ca.iter().map(|path| ("ca", path))).find(|(_, path)| !path.is_absolute());
        match (relative, &self.token) {
            (Some((member, path)), _) => Err(format!("{member}: {:?} must be an absolute path", path.display())),
            (None, Some(Text(SecretRef::File(path)))) if !path.is_absolute() => {
                Err(format!("token: {:?} must be an absolute path", path.display()))
            }
            _ => Ok(()),
        }
    }
}
