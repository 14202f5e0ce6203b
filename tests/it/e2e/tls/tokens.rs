//! Bearer tokens: requested before the first call, and again after a rejection.

use std::error::Error as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use sf_backup_proto::ErrorKind;
use sf_backup_proto::error::{NotAttempted, TransportErrorKind};
use sf_backup_transport::HttpError;
use sf_backup_transport::tls::{ServerIdentity, Thumbprint, TlsConfig, TokenSource};

use super::forge::{Pair, names};
use super::gateway::{ACCEPTED, Gateway};
use super::{Secured, Settings, endpoint, resume, secured, transport};

secured! {
    a_refused_token_is_refreshed_once_and_kept,
    a_fresh_token_that_is_refused_is_final,
    a_file_is_read_again,
    without_a_token_nothing_is_sent,
    a_source_that_hangs_holds_a_call_no_longer_than_its_deadline,
}

const UNAUTHORIZED: &str = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n";
const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";

fn settings(gateway: &Gateway, server: &Pair, tokens: TokenSource) -> Settings {
    let mut settings = Settings::at(endpoint(gateway.address));
    let pinned = vec![Thumbprint::sha1(&server.der())];
    settings.tls = TlsConfig::new().server(ServerIdentity::Thumbprints(pinned));
    settings.tokens = Some(tokens);
    settings
}

/// A source of `token-1`, `token-2` and so on, and the number of calls.
fn counting() -> (TokenSource, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let next = move || Ok(format!("token-{}", counted.fetch_add(1, Ordering::SeqCst) + 1).into());
    (TokenSource::callback(next), count)
}

/// The tokens of the requests so far.
fn tokens(gateway: &Gateway) -> Vec<String> {
    let received = gateway.received();
    received.lines().filter_map(|line| line.strip_prefix("authorization: Bearer ")).map(str::to_owned).collect()
}

fn a_refused_token_is_refreshed_once_and_kept<T: Secured>() {
    for refusal in [UNAUTHORIZED, FORBIDDEN] {
        let server = names("localhost").self_signed();
        let gateway = Gateway::responding(&server, move |head| {
            if head.contains("authorization: Bearer token-2\r\n") { ACCEPTED } else { refusal }
        });
        let (source, count) = counting();
        let client = T::try_with(settings(&gateway, &server, source)).unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 0);
        client.send(resume()).unwrap();
        client.send(resume()).unwrap();
        assert_eq!(tokens(&gateway), ["token-1", "token-2", "token-2"]);
        assert_eq!(count.load(Ordering::SeqCst), 2);
    }
}

fn a_fresh_token_that_is_refused_is_final<T: Secured>() {
    let server = names("localhost").self_signed();
    let gateway = Gateway::responding(&server, |_| UNAUTHORIZED);
    let (source, count) = counting();
    let error = T::try_with(settings(&gateway, &server, source)).unwrap().send(resume()).unwrap_err();
    assert_eq!((error.kind(), count.load(Ordering::SeqCst)), (ErrorKind::Unauthorized, 2));
    assert_eq!(tokens(&gateway), ["token-1", "token-2"]);
}

fn a_file_is_read_again<T: Secured>() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    std::fs::write(&path, "old\n").unwrap();
    let server = names("localhost").self_signed();
    let renewed = path.clone();
    let gateway = Gateway::responding(&server, move |head| {
        if head.contains("Bearer new\r\n") {
            return ACCEPTED;
        }
        std::fs::write(&renewed, "new\n").unwrap();
        UNAUTHORIZED
    });
    let client = T::try_with(settings(&gateway, &server, TokenSource::file(&path))).unwrap();
    client.send(resume()).unwrap();
    assert_eq!(tokens(&gateway), ["old", "new"]);
}

fn without_a_token_nothing_is_sent<T: Secured>() {
    let server = names("localhost").self_signed();
    let gateway = Gateway::new(&server);
    let sealed = TokenSource::callback(|| Err("the vault is sealed".into()));
    let result = T::try_with(settings(&gateway, &server, sealed)).unwrap().send(resume());
    let (fault, source) = transport(&result);
    assert!(
        matches!(
            (fault, source),
            (TransportErrorKind::NotAttempted(NotAttempted::Credential), HttpError::Token { .. })
        ),
        "{result:?}"
    );
    assert_eq!(source.source().unwrap().source().unwrap().to_string(), "the vault is sealed");
    assert_eq!(gateway.handshakes(), 0);
}

fn a_source_that_hangs_holds_a_call_no_longer_than_its_deadline<T: Secured>() {
    let server = names("localhost").self_signed();
    let gateway = Gateway::new(&server);
    // The source waits until the end of the test.
    let (_never, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let hangs = TokenSource::callback(move || Err(wait.lock().unwrap().recv().unwrap_err().into()));
    let mut settings = settings(&gateway, &server, hangs);
    settings.deadline = Duration::from_millis(250);
    let started = Instant::now();
    let result = T::try_with(settings).unwrap().send(resume());
    let elapsed = started.elapsed();
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
    let (fault, source) = transport(&result);
    assert_eq!(fault, TransportErrorKind::NotAttempted(NotAttempted::Credential));
    assert!(matches!(source, HttpError::Token { .. }), "{source:?}");
    assert_eq!(gateway.handshakes(), 0);
}
