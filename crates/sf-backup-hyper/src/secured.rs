//! The settings that need TLS: who the server must be, who we are, tokens, proxies.

use std::sync::Arc;

use sf_backup_proto::error::HttpError;
use sf_backup_proto::{Endpoints, Secret};
use sf_backup_tls::{Proxy, TlsConfig, TokenSource, Tokens};
pub(crate) use sf_backup_tls::{Security, SettingsError};
use tokio::task::spawn_blocking;

use crate::builder::ClientBuilder;
use crate::client::Client;

#[derive(Debug, Clone, Default)]
pub(crate) struct Secured {
    tls: TlsConfig,
    proxy: Option<Proxy>,
    tokens: Option<TokenSource>,
}

impl Secured {
    pub(crate) fn security(&self, endpoints: &Endpoints) -> Result<Security, SettingsError> {
        Security::new(&self.tls, self.proxy.as_ref(), endpoints, self.tokens.is_some())
    }

    pub(crate) fn bearer(&self) -> Bearer {
        Bearer(self.tokens.clone().map(|source| Arc::new(Tokens::new(source))))
    }
}

/// These need the feature `tls`, which is on by default.
impl ClientBuilder {
    /// Sets how to speak TLS with `https` endpoints: who the server must be, which certificate we show. Unless set, the
    /// platform's trust store decides, and we show none.
    pub fn tls(mut self, config: TlsConfig) -> Self {
        self.secured.tls = config;
        self
    }

    /// Sets the proxy on the way to `https` endpoints. Unless set, the environment does: see
    /// [`Proxy::from_env`](crate::tls::Proxy::from_env).
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.secured.proxy = Some(proxy);
        self
    }

    /// Sends `Authorization: Bearer …` with every request, always the same. `https` only.
    pub fn bearer(self, token: Secret) -> Self {
        self.token_source(TokenSource::fixed(token))
    }

    /// Sends `Authorization: Bearer …` with every request, and asks `source` for the token: before the first call, and once
    /// more for a call that is answered with 401 or 403, which is then sent again. It is asked on a thread where it may block. `https` only.
    pub fn token_source(mut self, source: TokenSource) -> Self {
        self.secured.tokens = Some(source);
        self
    }

    /// As [`build`](Self::build), but tells at once what cannot be used.
    ///
    /// # Errors
    /// Plain `http` with a token, a client certificate or a server that is to be recognised; TLS settings that the platform
    /// does not take; a proxy in the environment that cannot be used.
    pub fn try_build(self) -> Result<Client, SettingsError> {
        let security = self.secured.security(self.session.endpoints())?;
        Ok(Client::with(self, Ok(security)))
    }
}

/// Where a client's tokens come from, if it has any.
#[derive(Debug)]
pub(crate) struct Bearer(Option<Arc<Tokens>>);

impl Bearer {
    /// The token to begin a call with.
    pub(crate) async fn token(&self) -> Result<Option<Secret>, HttpError> {
        let Some(tokens) = &self.0 else { return Ok(None) };
        if let Some(token) = tokens.current() {
            return Ok(Some(token));
        }
        let tokens = Arc::clone(tokens);
        let asked = match spawn_blocking(move || tokens.get()).await {
            Ok(asked) => asked.map_err(Into::into),
            Err(panicked) => Err(panicked.into()),
        };
        asked.map(Some).map_err(|source| HttpError::Token { source })
    }

    /// Another token than the one that was refused, if there is one to be had.
    pub(crate) async fn fresh(&self, refused: Option<&Secret>) -> Option<Secret> {
        let (tokens, refused) = (Arc::clone(self.0.as_ref()?), refused?.clone());
        spawn_blocking(move || tokens.fresh(&refused)).await.ok()?.ok()?
    }
}
