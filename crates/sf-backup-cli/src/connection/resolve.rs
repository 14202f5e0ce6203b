//! Selects the settings among the sources.

use sf_backup_proto::{Endpoint, Endpoints};

use crate::connection::{Connection, Layer, Setting, Settings, Source};
use crate::options::global::Delimiter;

/// In each group, the first layer that sets something decides.
pub(crate) fn resolve(layers: &[Layer]) -> Connection {
    let endpoints = first(layers, |settings| endpoints(&settings.endpoints));
    let rank = endpoints.as_ref().map(|(rank, _)| *rank);
    let endpoints = endpoints.map(|(_, setting)| setting);
    let default = || Setting { value: Endpoint::local().into(), source: Source::Default };
    let endpoints = endpoints.unwrap_or_else(default);
    let mut connection = Connection {
        endpoints,
        client: None,
        server: None,
        token: None,
        api_version: chosen(layers, |settings| settings.api_version),
        id_delimiter: chosen(layers, |settings| settings.id_delimiter)
            .unwrap_or(Setting { value: Delimiter::Slash, source: Source::Default }),
        timeout: chosen(layers, |settings| settings.timeout),
        notes: layers.iter().flat_map(|layer| layer.notes.iter().cloned()).collect(),
        warnings: Vec::new(),
    };
    // The credentials of a context are not for a plain http endpoint that a higher layer sets.
    let last = if connection.is_plain() { rank } else { None };
    let client = first(layers, |settings| settings.client.clone());
    let server = first(layers, |settings| settings.server.clone());
    let token = first(layers, |settings| settings.token.clone());
    connection.client = fitting(client, last, "the client certificate", &mut connection.notes);
    connection.server = fitting(server, last, "the server's identity", &mut connection.notes);
    connection.token = fitting(token, last, "the token", &mut connection.notes);
    connection
}

/// The setting, unless its layer is below the last one that is used.
fn fitting<T>(
    found: Option<(usize, Setting<T>)>,
    last: Option<usize>,
    what: &str,
    notes: &mut Vec<String>,
) -> Option<Setting<T>> {
    let (rank, setting) = found?;
    if last.is_none_or(|last| rank <= last) {
        return Some(setting);
    }
    notes.push(format!("{what} ({}) is not used: the endpoint is set elsewhere and uses plain http", setting.source));
    None
}

fn first<T>(layers: &[Layer], pick: impl Fn(&Settings) -> Option<T>) -> Option<(usize, Setting<T>)> {
    layers.iter().enumerate().find_map(|(rank, layer)| {
        let value = pick(&layer.settings)?;
        Some((rank, Setting { value, source: layer.source.clone() }))
    })
}

fn chosen<T>(layers: &[Layer], pick: impl Fn(&Settings) -> Option<T>) -> Option<Setting<T>> {
    first(layers, pick).map(|(_, setting)| setting)
}

fn endpoints(list: &[Endpoint]) -> Option<Endpoints> {
    let (first, others) = list.split_first()?;
    Some(Endpoints::new(first.clone(), others.iter().cloned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::{ClientFiles, ServerTrust, Token};

    fn layer(source: Source, settings: Settings) -> Layer {
        Layer { source, settings, notes: Vec::new() }
    }

    fn context() -> Source {
        Source::Context("prod".parse().unwrap())
    }

    fn at(url: &str) -> Settings {
        Settings { endpoints: vec![url.parse().unwrap()], ..Settings::default() }
    }

    fn secured(url: &str) -> Settings {
        Settings {
            client: Some(ClientFiles { cert: Some("/c.pem".into()), ..ClientFiles::default() }),
            server: Some(ServerTrust { insecure: true, ..ServerTrust::default() }),
            token: Some(Token::Value("t".into())),
            ..at(url)
        }
    }

    #[test]
    fn defaults_apply_without_any_source() {
        let connection = resolve(&[]);
        assert_eq!(connection.endpoints.value.to_string(), "http://localhost:19080");
        assert_eq!(connection.endpoints.source, Source::Default);
        assert!(connection.client.is_none() && connection.token.is_none() && connection.timeout.is_none());
    }

    #[test]
    fn settings_of_one_group_come_from_one_source() {
        let key_only = ClientFiles { pkcs12: Some("/me.pfx".into()), ..ClientFiles::default() };
        let flags = Settings { client: Some(key_only.clone()), ..Settings::default() };
        let connection = resolve(&[layer(Source::Flags, flags), layer(context(), secured("https://prod:19080"))]);
        assert_eq!(connection.client, Some(Setting { value: key_only, source: Source::Flags }));
        assert_eq!(connection.token.unwrap().source, context());
        assert_eq!(connection.endpoints.source, context());
    }

    #[test]
    fn credentials_of_a_lower_source_do_not_follow_to_a_plain_endpoint() {
        let layers = [layer(Source::Flags, at("http://localhost:19080")), layer(context(), secured("https://prod"))];
        let connection = resolve(&layers);
        assert!(connection.client.is_none() && connection.server.is_none() && connection.token.is_none());
        assert_eq!(connection.notes.len(), 3, "{:?}", connection.notes);
        assert!(connection.notes[2].contains("the token (context prod) is not used"), "{:?}", connection.notes);
        // Credentials of the same source stay, and are rejected later.
        let own = resolve(&[layer(context(), secured("http://prod"))]);
        assert!(own.client.is_some() && own.token.is_some());
        // So do those of a higher source.
        let flags = Settings { token: Some(Token::Value("t".into())), ..Settings::default() };
        let higher = resolve(&[layer(Source::Flags, flags), layer(context(), at("http://prod"))]);
        assert!(higher.token.is_some());
        // With one https endpoint, nothing is silently omitted.
        let mut both = at("http://localhost");
        both.endpoints.push("https://localhost".parse().unwrap());
        let mixed = resolve(&[layer(Source::Flags, both), layer(context(), secured("https://prod"))]);
        assert!(mixed.token.is_some());
    }
}
