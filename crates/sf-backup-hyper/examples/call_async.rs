//! Enables, disables, suspends or resumes the backup of one service, with `sf-backup-hyper`.
//!
//! ```text
//! call_async URL VERB ID [--policy NAME] [--api-version VERSION] [--cert FILE [--key FILE]] [--pkcs12 FILE
//!     [--pkcs12-password-file FILE]] [--ca FILE] [--server-thumbprint HEX] [--server-common-name CN] [--insecure]
//!     [--token-file FILE]
//!
//! call_async http://localhost:19080 enable fabric:/CalcApp/CalcService --policy Daily
//! call_async http://localhost:19080 suspend CalcApp/CalcService
//! call_async http://localhost:19080 resume CalcApp/CalcService --api-version 6.2-preview
//! call_async http://localhost:19080 disable CalcApp/CalcService
//! call_async https://cluster.example:19080 resume CalcApp/CalcService --cert me.pem --ca ca.pem
//! ```
//!
//! Prints the status of the response, such as `202 Accepted`. Exits with 1 if the request fails, and with 2 if the
//! arguments are invalid; the reason is printed to standard error.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use sf_backup_hyper::tls::{TlsConfig, TlsFiles, TokenSource};
use sf_backup_hyper::{
    ApiVersion, Client, DisableServiceBackup, EnableServiceBackup, Endpoint, Operation, PolicyName,
    ResumeServiceBackup, ServiceId, SuspendServiceBackup,
};

const USAGE: &str =
    "usage: call_async URL (enable|disable|suspend|resume) ID [--policy NAME] [--api-version VERSION] [identity]";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match arguments.run().await {
        Ok(status) => {
            println!("{status}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}", one_line(&error));
            ExitCode::FAILURE
        }
    }
}

struct Arguments {
    endpoint: Endpoint,
    verb: Verb,
    service: ServiceId,
    api_version: Option<ApiVersion>,
    tls: TlsConfig,
    token_file: Option<PathBuf>,
}

enum Verb {
    Enable(PolicyName),
    Disable,
    Suspend,
    Resume,
}

impl Arguments {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut place = Vec::new();
        let (mut policy, mut api_version) = (None, None);
        let (mut files, mut token_file) = (TlsFiles::default(), None);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} requires a value"));
            match argument.as_str() {
                "--policy" => policy = Some(value()?.parse()?),
                "--api-version" => api_version = Some(value()?.parse()?),
                "--cert" => files.cert = Some(value()?.into()),
                "--key" => files.key = Some(value()?.into()),
                "--pkcs12" => files.pkcs12 = Some(value()?.into()),
                "--pkcs12-password-file" => files.pkcs12_password_file = Some(value()?.into()),
                "--ca" => files.ca.push(value()?.into()),
                "--server-thumbprint" => files.thumbprints.push(value()?.parse()?),
                "--server-common-name" => files.common_names.push(value()?.parse()?),
                "--insecure" => files.insecure = true,
                "--token-file" => token_file = Some(PathBuf::from(value()?)),
                option if option.starts_with('-') => return Err(format!("{option:?} is not an option").into()),
                _ => place.push(argument),
            }
        }
        files.check()?;
        let [url, verb, id] = place.as_slice() else {
            return Err("expected a URL, a verb and an id".into());
        };
        let verb = match (verb.as_str(), policy) {
            ("enable", Some(policy)) => Verb::Enable(policy),
            ("enable", None) => return Err("enable requires --policy".into()),
            (_, Some(_)) => return Err(format!("{verb:?} does not accept --policy").into()),
            ("disable", None) => Verb::Disable,
            ("suspend", None) => Verb::Suspend,
            ("resume", None) => Verb::Resume,
            _ => return Err(format!("{verb:?} is not one of enable, disable, suspend, resume").into()),
        };
        Ok(Self { endpoint: url.parse()?, verb, service: id.parse()?, api_version, tls: files.config()?, token_file })
    }

    async fn run(self) -> Result<String, sf_backup_hyper::Error> {
        let mut client = Client::builder(self.endpoint);
        if let Some(version) = self.api_version {
            client = client.api_version(version);
        }
        if let Some(warning) = self.tls.warning() {
            eprintln!("warning: {warning}");
        }
        if let Some(file) = self.token_file {
            client = client.token_source(TokenSource::file(file));
        }
        let client = client.tls(self.tls).build();
        match self.verb {
            Verb::Enable(policy) => send(&client, EnableServiceBackup::new(self.service, policy)).await,
            Verb::Disable => send(&client, DisableServiceBackup::new(self.service)).await,
            Verb::Suspend => send(&client, SuspendServiceBackup::new(self.service)).await,
            Verb::Resume => send(&client, ResumeServiceBackup::new(self.service)).await,
        }
    }
}

/// Sends an operation and returns the status of its success; every other status is an error.
async fn send<O: Operation>(client: &Client, operation: O) -> Result<String, sf_backup_hyper::Error> {
    client.send(operation).await?;
    Ok(O::SPEC.success().to_string())
}

/// Formats an error and its sources in one line.
fn one_line(error: &dyn Error) -> String {
    let sources = std::iter::successors(error.source(), |error| (*error).source());
    sources.fold(error.to_string(), |line, source| format!("{line}: {source}"))
}
