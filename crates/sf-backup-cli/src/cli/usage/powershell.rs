//! Parameters of `Connect-ServiceFabricCluster`, of Service Fabric's PowerShell module, as options of this command.

use std::ffi::OsString;

use sf_backup_hyper::tls::{CertificateStore, StoreLocation, Thumbprint};

use crate::output::shell::word;

/// The known parameters, in lower case. The value of a security token is ignored.
#[derive(Debug, Default)]
struct Parameters {
    endpoint: Option<String>,
    find: Option<String>,
    location: Option<String>,
    store: Option<String>,
    thumbprint: Option<String>,
    common_name: Option<String>,
    is_secure: bool,
    wants_token: bool,
}

/// The command for the parameters among these arguments, if there are any.
pub(super) fn translated(args: &[OsString]) -> Option<String> {
    let mut parameters = Parameters::default();
    let mut is_any = false;
    let mut words = args.iter().skip(1).map(|arg| arg.to_string_lossy().into_owned()).peekable();
    while let Some(typed) = words.next() {
        let Some(name) = typed.strip_prefix('-').filter(|name| !name.starts_with('-')) else { continue };
        let (name, value) = name.split_once(':').map_or((name, None), |(name, value)| (name, Some(value.to_owned())));
        let mut value = || value.clone().or_else(|| words.next_if(|next| !next.starts_with('-')));
        is_any |= parameters.take(&name.to_ascii_lowercase(), &mut value);
    }
    is_any.then(|| parameters.command())
}

impl Parameters {
    /// Reads a parameter. Returns whether its name is known.
    fn take(&mut self, name: &str, value: &mut dyn FnMut() -> Option<String>) -> bool {
        match name {
            "connectionendpoint" => self.endpoint = value(),
            "findvalue" => self.find = value(),
            "storelocation" => self.location = value(),
            "storename" => self.store = value(),
            "servercertthumbprint" => self.thumbprint = value(),
            "servercommonname" => self.common_name = value(),
            // The form of the value shows how to find the certificate.
            "findtype" => _ = value(),
            "x509credential" => {}
            "azureactivedirectory" => self.wants_token = true,
            "securitytoken" => {
                let _ = value();
                self.wants_token = true;
            }
            _ => return false,
        }
        self.is_secure |= name != "connectionendpoint";
        true
    }

    fn command(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        let mut command = format!("sf-backup -e {}", word(&format!("{scheme}://{}", self.gateway())));
        let mut add = |option: &str, value: &str| command.push_str(&format!(" {option} {}", word(value)));
        if let Some(find) = &self.find {
            if let Some(store) = self.certificate_store() {
                add("--cert-store", &store.to_string());
            }
            match find.parse::<Thumbprint>() {
                Ok(thumbprint) => add("--cert-thumbprint", &thumbprint.to_string()),
                Err(_) => add("--cert-subject", find),
            }
        }
        if self.wants_token {
            add("--token-file", "FILE");
        }
        if let Some(thumbprint) = &self.thumbprint {
            let thumbprint = thumbprint.parse::<Thumbprint>().map_or(thumbprint.clone(), |parsed| parsed.to_string());
            add("--server-thumbprint", &thumbprint);
        } else if let Some(name) = &self.common_name {
            add("--server-common-name", name);
        }
        command + " doctor"
    }

    /// The host, and the port of the HTTP gateway, which differs from the port that PowerShell uses.
    fn gateway(&self) -> String {
        let endpoint = self.endpoint.as_deref().unwrap_or("HOST");
        let host = endpoint.rsplit_once(':').map_or(endpoint, |(host, _)| host);
        format!("{host}:19080")
    }

    fn certificate_store(&self) -> Option<CertificateStore> {
        if self.location.is_none() && self.store.is_none() {
            return None;
        }
        let is_machine = self.location.as_ref().is_some_and(|location| location.eq_ignore_ascii_case("LocalMachine"));
        let location = if is_machine { StoreLocation::LocalMachine } else { StoreLocation::CurrentUser };
        Some(CertificateStore::new(location, self.store.as_deref().unwrap_or("My")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<String> {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        translated(&args)
    }

    #[test]
    fn a_connection_of_powershell_becomes_one_of_ours() {
        let store = word(r"LocalMachine\My");
        for (parameters, expected) in [
            ("policy list", None),
            ("-e https://c:1 --cert-store x", None),
            ("-ConnectionEndpoint localhost:19000", Some("-e http://localhost:19080".to_owned())),
            (
                "-connectionendpoint c.example:19000 -X509Credential -FindType FindByThumbprint -FindValue \
                 349a95382e3a4d8fd6d42b36b4c04abff35bd421 -StoreLocation LocalMachine -StoreName My \
                 -ServerCertThumbprint AB95382E3A4D8FD6D42B36B4C04ABFF35BD42112",
                Some(format!(
                    "-e https://c.example:19080 --cert-store {store} --cert-thumbprint \
                     349A95382E3A4D8FD6D42B36B4C04ABFF35BD421 --server-thumbprint \
                     AB95382E3A4D8FD6D42B36B4C04ABFF35BD42112"
                )),
            ),
            (
                "-X509Credential -FindValue:operator -ServerCommonName c.example",
                Some("-e https://HOST:19080 --cert-subject operator --server-common-name c.example".to_owned()),
            ),
            (
                "-ConnectionEndpoint c:19000 -AzureActiveDirectory -SecurityToken hunter2",
                Some("-e https://c:19080 --token-file FILE".to_owned()),
            ),
            ("-FindValue -X509Credential", Some("-e https://HOST:19080".to_owned())),
        ] {
            let expected = expected.map(|options| format!("sf-backup {options} doctor"));
            assert_eq!(of(&format!("sf-backup {parameters}")), expected, "{parameters}");
        }
    }
}
