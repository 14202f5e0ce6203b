//! Reads the cluster that `sfctl cluster select` has selected. Never writes its file.

mod aad;
mod ini;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sf_backup_proto::Endpoint;

use crate::connection::environment::Environment;
use crate::connection::read_file::read_text;
use crate::connection::{ClientFiles, Layer, ServerTrust, Settings, Source, Token};
use crate::output::failure::Failure;

use aad::Aad;
use ini::Section;

const SECTION: &str = "servicefabric";
const LIMIT: u64 = 4 * 1024 * 1024;
/// The port of Service Fabric's own protocol, and that of HTTP.
const FABRIC_PORT: u16 = 19000;
const HTTP_PORT: u16 = 19080;

/// The settings that sfctl has selected, if there are any.
pub(crate) fn layer(environment: &Environment) -> Result<Option<Layer>, Failure> {
    let file = environment.sfctl_file();
    let text = match &file {
        Some(file) => text(file)?,
        None => String::new(),
    };
    let origin = file.as_ref().map_or_else(|| "sfctl's environment".to_owned(), |file| file.display().to_string());
    let blame = |line: Option<usize>, problem: &str| {
        let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
        Failure::usage(format!("{origin}{line}: {problem} ('--context none' ignores sfctl's selection)"))
    };
    let section = Section::parse(&text, SECTION).map_err(|error| blame(error.line, &error.problem))?;
    let selection = Selection { section, environment };
    selection.layer(&blame)
}

fn text(file: &Path) -> Result<String, Failure> {
    let unreadable = |error: std::io::Error| Failure::usage(format!("{}: cannot be read: {error}", file.display()));
    match read_text(file, LIMIT) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(String::new()),
        read => read.map_err(unreadable),
    }
}

/// Creates an error from a line number and a problem.
type BlameOption<'a> = &'a dyn Fn(Option<usize>, &str) -> Failure;

struct Selection<'a> {
    section: Section,
    environment: &'a Environment,
}

impl Selection<'_> {
    fn layer(&self, blame: BlameOption<'_>) -> Result<Option<Layer>, Failure> {
        let Some(text) = self.get("endpoint", blame)?.filter(|text| !text.trim().is_empty()) else {
            return Ok(None);
        };
        let mut layer = Layer::new(Source::Sfctl, Settings::default());
        layer.notes.push("the endpoint is the one that sfctl has selected".to_owned());
        for url in text.split(',') {
            let endpoint: Endpoint = url.trim().parse().map_err(|error| blame(None, &format!("endpoint: {error}")))?;
            layer.settings.endpoints.push(match moved(&endpoint) {
                Some(moved) => {
                    layer.notes.push(format!("{endpoint} is read as {moved}: HTTP uses port {HTTP_PORT}"));
                    moved
                }
                None => endpoint,
            });
        }
        let security = self.get("security", blame)?.unwrap_or_default();
        match security.as_str() {
            "" | "none" => {}
            "pem" => {
                layer.settings.client = Some(ClientFiles {
                    cert: Some(self.path("pem_path", &security, blame)?),
                    ..ClientFiles::default()
                });
            }
            "cert" => {
                layer.settings.client = Some(ClientFiles {
                    cert: Some(self.path("cert_path", &security, blame)?),
                    key: Some(self.path("key_path", &security, blame)?),
                    ..ClientFiles::default()
                });
            }
            "aad" => layer.settings.token = Some(self.token(blame)?),
            other => return Err(blame(None, &format!("security: {other:?} must be none, pem, cert or aad"))),
        }
        if layer.settings.endpoints.iter().any(Endpoint::is_https) {
            layer.settings.server = self.server(blame)?;
        }
        Ok(Some(layer))
    }

    /// The value in the environment, otherwise in the file.
    fn get(&self, key: &str, blame: BlameOption<'_>) -> Result<Option<String>, Failure> {
        let variable = format!("SFCTL_SERVICEFABRIC_{}", key.to_uppercase());
        if let Some(value) = self.environment.get(&variable) {
            let value = value.to_str().ok_or_else(|| Failure::usage(format!("{variable}: is not UTF-8 text")))?;
            return Ok(Some(value.to_owned()));
        }
        self.section.get(key).map_err(|error| blame(error.line, &error.problem))
    }

    fn path(&self, key: &str, security: &str, blame: BlameOption<'_>) -> Result<PathBuf, Failure> {
        let path = self.get(key, blame)?.filter(|path| !path.is_empty());
        let path = path.ok_or_else(|| blame(None, &format!("{key}: is missing, though security is {security}")))?;
        Ok(self.environment.absolute(Path::new(&path)))
    }

    fn flag(&self, key: &str, blame: BlameOption<'_>) -> Result<bool, Failure> {
        let Some(text) = self.get(key, blame)? else { return Ok(false) };
        match text.to_lowercase().as_str() {
            "1" | "yes" | "true" | "on" => Ok(true),
            "0" | "no" | "false" | "off" => Ok(false),
            _ => Err(blame(None, &format!("{key}: {text:?} must be true or false"))),
        }
    }

    /// How the server is verified: by sfctl's settings, or the bundle that Python's HTTP library reads.
    fn server(&self, blame: BlameOption<'_>) -> Result<Option<ServerTrust>, Failure> {
        if self.flag("no_verify", blame)? {
            return Ok(Some(ServerTrust { insecure: true, ..ServerTrust::default() }));
        }
        let ca = if self.flag("use_ca", blame)? { Some(self.path("ca_path", "with use_ca", blame)?) } else { None };
        let bundle =
            || self.environment.get("REQUESTS_CA_BUNDLE").map(|path| self.environment.absolute(Path::new(path)));
        Ok(ca.or_else(bundle).map(|ca| ServerTrust { ca: vec![ca], ..ServerTrust::default() }))
    }

    fn token(&self, blame: BlameOption<'_>) -> Result<Token, Failure> {
        let [resource, client, token, cache] = ["aad_resource", "aad_client", "aad_token", "aad_cache"];
        let (resource, client) = (self.get(resource, blame)?, self.get(client, blame)?);
        let (token, cache) = (self.get(token, blame)?, self.get(cache, blame)?);
        let aad = Aad {
            resource: resource.as_deref(),
            client: client.as_deref(),
            token: token.as_deref(),
            cache: cache.as_deref(),
        };
        Ok(aad.token(Timestamp::now(), &TimeZone::system()))
    }
}

/// The endpoint with the HTTP port, if it has the other one.
fn moved(endpoint: &Endpoint) -> Option<Endpoint> {
    let text = endpoint.to_string();
    let moved = text.replacen(&format!(":{FABRIC_PORT}"), &format!(":{HTTP_PORT}"), 1);
    (endpoint.port() == FABRIC_PORT).then(|| moved.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files that the real sfctl wrote, with one selection after the other in one home folder.
    const NONE: &str = include_str!("../../../../tests/python/fixtures/sfctl/none.ini");
    const PEM: &str = include_str!("../../../../tests/python/fixtures/sfctl/pem.ini");
    const CERT: &str = include_str!("../../../../tests/python/fixtures/sfctl/cert.ini");
    const NONE_AGAIN: &str = include_str!("../../../../tests/python/fixtures/sfctl/none-again.ini");

    struct Home(tempfile::TempDir);

    impl Home {
        fn with(text: &str) -> Self {
            let home = Self(tempfile::tempdir().unwrap());
            std::fs::create_dir(home.0.path().join(".sfctl")).unwrap();
            std::fs::write(home.0.path().join(".sfctl/config"), text).unwrap();
            home
        }

        fn environment(&self) -> Environment {
            Environment::none().home(self.0.path()).folder("/")
        }
    }

    fn read(environment: &Environment) -> Result<Option<Settings>, String> {
        match layer(environment) {
            Ok(layer) => Ok(layer.map(|layer| layer.settings)),
            Err(Failure::Usage(line)) => Err(line),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn settings(text: &str) -> Settings {
        read(&Home::with(text).environment()).unwrap().unwrap()
    }

    fn secure(fixture: &str) -> String {
        fixture.replace("http://localhost", "https://localhost")
    }

    #[test]
    fn settings_of_sfctl_are_read_unless_stale() {
        let plain = Settings { endpoints: vec![Endpoint::local()], ..Settings::default() };
        assert_eq!(settings(NONE), plain);
        assert_eq!(settings(NONE_AGAIN), plain);

        let pem = settings(&secure(PEM));
        assert_eq!(pem.client, Some(ClientFiles { cert: Some("/certs/client.pem".into()), ..ClientFiles::default() }));
        assert_eq!(pem.server, Some(ServerTrust { insecure: true, ..ServerTrust::default() }));

        let cert = settings(&secure(CERT));
        let (file, key) = (Some("/certs/client.crt".into()), Some("/certs/client.key".into()));
        assert_eq!(cert.client, Some(ClientFiles { cert: file, key, ..ClientFiles::default() }));
        assert_eq!(cert.server, Some(ServerTrust { ca: vec!["/certs/ca.crt".into()], ..ServerTrust::default() }));
    }

    #[test]
    fn no_selection_is_no_error() {
        assert_eq!(read(&Environment::none()), Ok(None));
        assert_eq!(read(&Environment::none().home("/no/such/folder")), Ok(None));
        assert_eq!(read(&Home::with("").environment()), Ok(None));
        assert_eq!(read(&Home::with("[core]\noutput = json\n").environment()), Ok(None));
    }

    #[test]
    fn the_environment_takes_precedence_over_the_file_key_by_key() {
        let home = Home::with(&secure(CERT));
        let environment = home.environment().variable("SFCTL_SERVICEFABRIC_ENDPOINT", "https://other:19080/");
        let settings = read(&environment).unwrap().unwrap();
        assert_eq!(settings.endpoints, ["https://other:19080".parse().unwrap()]);
        assert!(settings.client.is_some());
        let environment = environment.variable("SFCTL_SERVICEFABRIC_SECURITY", "none");
        assert_eq!(read(&environment).unwrap().unwrap().client, None);
        let environment =
            environment.variable("SFCTL_SERVICEFABRIC_USE_CA", "0").variable("REQUESTS_CA_BUNDLE", "bundle.pem");
        assert_eq!(read(&environment).unwrap().unwrap().server.unwrap().ca, [PathBuf::from("/bundle.pem")]);
    }

    #[test]
    fn the_port_of_the_other_protocol_is_suggested() {
        let home = Home::with("[servicefabric]\nendpoint = http://c:19000/\n");
        let layer = layer(&home.environment()).unwrap().unwrap();
        assert_eq!(layer.settings.endpoints, ["http://c:19080".parse().unwrap()]);
        assert!(layer.notes.iter().any(|note| note.contains("19080")), "{:?}", layer.notes);
    }

    #[test]
    fn an_expired_token_has_a_hint() {
        let aad = "[servicefabric]\nendpoint = https://c:19080\nsecurity = aad\naad_token = \
                   {\"accessToken\": \"hunter%%2\", \"expiresOn\": \"YEAR-01-01 00:00:00.000000\"}\n";
        let old = settings(&aad.replace("YEAR", "2020"));
        assert!(matches!(old.token, Some(Token::Missing(reason)) if reason.contains("--token-command")));
        assert_eq!(settings(&aad.replace("YEAR", "2999")).token, Some(Token::Value("hunter%2".into())));
    }

    #[test]
    fn mistakes_name_the_file_the_member_and_the_rule() {
        for (text, blame) in [
            ("endpoint = x", "config, line 1: there is no section"),
            ("[servicefabric]\nendpoint = localhost", "config: endpoint: endpoint \"localhost\": must begin"),
            ("[servicefabric]\nendpoint = http://x\nsecurity = windows", "config: security: \"windows\" must be"),
            ("[servicefabric]\nendpoint = http://x\nsecurity = pem", "config: pem_path: is missing"),
            ("[servicefabric]\nendpoint = https://x\nno_verify = maybe", "config: no_verify: \"maybe\" must be"),
        ] {
            let error = read(&Home::with(text).environment()).unwrap_err();
            assert!(error.contains(blame), "{error:?} should contain {blame:?}");
        }
    }
}
