//! Plain HTTP is rejected if a setting requires TLS.

use std::error::Error as _;
use std::net::TcpListener;

use sf_backup_proto::error::{NotAttempted, TransportErrorKind};
use sf_backup_transport::tls::{
    ClientIdentity, PlainHttpRefused, ServerIdentity, Thumbprint, TlsConfig, TlsVersion, TokenSource,
};
use sf_backup_transport::{HttpError, SettingsError};

use super::forge::names;
use super::{Secured, Settings, resume, secured, transport};

secured! {
    credentials_never_travel_in_the_clear,
    one_plain_endpoint_among_others_is_enough,
    versions_that_leave_none_are_refused,
}

fn credentials_never_travel_in_the_clear<T: Secured>() {
    let ours = names("operator").self_signed();
    let certificate = TlsConfig::new().client(ClientIdentity::from_pem(&ours.in_one("client.pem"), None).unwrap());
    let pinned = TlsConfig::new().server(ServerIdentity::Thumbprints(vec![Thumbprint::sha1(&ours.der())]));
    let token = || Some(TokenSource::fixed("hunter2".into()));
    for (tls, tokens, expected) in [
        (TlsConfig::new(), token(), PlainHttpRefused::BearerToken),
        (certificate, None, PlainHttpRefused::ClientCertificate),
        (pinned, None, PlainHttpRefused::ServerIdentity),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let mut settings = Settings::at(endpoint.parse::<sf_backup_proto::Endpoint>().unwrap());
        (settings.tls, settings.tokens) = (tls, tokens);

        let error = T::try_with(settings.clone()).err().unwrap();
        assert!(matches!(error, SettingsError::PlainHttp { reason, .. } if reason == expected), "{error:?}");
        assert_eq!(error.to_string(), format!("{endpoint}: {expected}"));

        let client = T::with(settings);
        for _ in 0..2 {
            let result = client.send(resume());
            let (fault, source) = transport(&result);
            assert!(
                matches!(
                    (fault, source),
                    (TransportErrorKind::NotAttempted(NotAttempted::Settings), HttpError::Settings { .. })
                ),
                "{result:?}"
            );
            assert_eq!(source.source().unwrap().to_string(), error.to_string());
        }
        listener.set_nonblocking(true).unwrap();
        listener.accept().unwrap_err();
    }
}

fn one_plain_endpoint_among_others_is_enough<T: Secured>() {
    let both: sf_backup_proto::Endpoints = "https://c1.example,http://c2.example".parse().unwrap();
    let mut settings = Settings::at(both);
    settings.tokens = Some(TokenSource::fixed("hunter2".into()));
    let error = T::try_with(settings).err().unwrap();
    assert_eq!(error.to_string(), "http://c2.example: a bearer token requires https");
}

fn versions_that_leave_none_are_refused<T: Secured>() {
    let mut settings = Settings::at("https://c1.example".parse::<sf_backup_proto::Endpoint>().unwrap());
    settings.tls = TlsConfig::new().min_version(TlsVersion::V1_3).max_version(TlsVersion::V1_2);
    assert!(matches!(T::try_with(settings).err().unwrap(), SettingsError::Tls(_)));
}
