//! The arguments of the examples that send one request, and their output.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use sf_backup_proto::{ApiVersion, Endpoint, PolicyName, ServiceId};
use sf_backup_transport::tls::{TlsConfig, TlsFiles, TokenSource};
use sf_backup_transport::{Build, ClientBuilder};

pub(crate) struct Arguments {
    endpoint: Endpoint,
    pub(crate) verb: Verb,
    pub(crate) service: ServiceId,
    api_version: Option<ApiVersion>,
    tls: TlsConfig,
    token_file: Option<PathBuf>,
}

pub(crate) enum Verb {
    Enable(PolicyName),
    Disable,
    Suspend,
    Resume,
}

/// Parses the arguments of the process. Prints what is wrong with them and returns exit code 2.
pub(crate) fn parse(program: &str) -> Result<Arguments, ExitCode> {
    Arguments::parse(std::env::args().skip(1)).map_err(|error| {
        let verbs = "(enable|disable|suspend|resume)";
        eprintln!("{error}\nusage: {program} URL {verbs} ID [--policy NAME] [--api-version VERSION] [identity]");
        ExitCode::from(2)
    })
}

/// Prints the status of the response, or the error with its sources in one line.
pub(crate) fn print(result: Result<String, impl Error>) -> ExitCode {
    match result {
        Ok(status) => {
            println!("{status}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let sources = std::iter::successors(error.source(), |error| (*error).source());
            eprintln!("{}", sources.fold(error.to_string(), |line, source| format!("{line}: {source}")));
            ExitCode::FAILURE
        }
    }
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
                "--cert-store" => files.cert_store = Some(value()?.parse()?),
                "--cert-thumbprint" => files.cert_thumbprint = Some(value()?.parse()?),
                "--cert-subject" => files.cert_subject = Some(value()?),
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

    /// The client for these arguments.
    pub(crate) fn client<C: Build>(&self) -> C {
        let mut client = ClientBuilder::<C>::new(self.endpoint.clone()).tls(self.tls.clone());
        if let Some(version) = self.api_version {
            client = client.api_version(version);
        }
        if let Some(warning) = self.tls.warning() {
            eprintln!("warning: {warning}");
        }
        if let Some(file) = &self.token_file {
            client = client.token_source(TokenSource::file(file));
        }
        client.build()
    }
}
