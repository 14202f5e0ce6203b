//! Client certificates in the certificate stores of Windows, whose keys often cannot be exported.

mod choice;

use std::fmt;
use std::io;
use std::str::FromStr;
use std::time::SystemTime;

pub use choice::{StoreCandidate, StoreMatch, StoreProblem, StoreQuery};

use crate::tls::identity::ClientIdentity;

/// A certificate store of Windows: a location and the name of a store there, such as `CurrentUser\My`.
///
/// Can be parsed on every platform, but opened only on Windows.
///
/// ```
/// use sf_backup_transport::tls::{CertificateStore, StoreLocation};
///
/// let store: CertificateStore = r"Cert:\localmachine\My".parse()?;
/// assert_eq!(store, CertificateStore::new(StoreLocation::LocalMachine, "My"));
/// assert_eq!(store.to_string(), r"LocalMachine\My");
/// assert_eq!(CertificateStore::default().to_string(), r"CurrentUser\My");
/// assert!("My".parse::<CertificateStore>().is_err());
/// # Ok::<(), sf_backup_transport::tls::CertificateStoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateStore {
    location: StoreLocation,
    name: String,
}

/// The owner of a certificate store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreLocation {
    /// The certificates of the current user.
    CurrentUser,
    /// The certificates of the machine. Reading their keys may need administrator rights.
    LocalMachine,
}

/// Text that does not name a certificate store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(r"certificate store {text:?}: must be CurrentUser\NAME or LocalMachine\NAME, such as CurrentUser\My")]
pub struct CertificateStoreError {
    text: String,
}

impl CertificateStore {
    /// Creates the store `name` at `location`.
    pub fn new(location: StoreLocation, name: impl Into<String>) -> Self {
        Self { location, name: name.into() }
    }

    /// The location.
    pub fn location(&self) -> StoreLocation {
        self.location
    }

    /// The name, such as `My`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Looks for a client certificate as [`ClientIdentity::from_store`] does, and describes it.
    ///
    /// # Errors
    /// On platforms without certificate stores; if the store cannot be opened, or none or several certificates match.
    pub fn find(&self, query: &StoreQuery, now: SystemTime) -> Result<StoreMatch, StoreError> {
        take(self, query, now).map(|(_, found)| found)
    }

    fn parse(text: &str) -> Option<Self> {
        const SEPARATORS: [char; 2] = ['\\', '/'];
        let text = text.trim();
        let text = match text.split_once(':') {
            // As entered in PowerShell, and as PowerShell prints it above a list.
            Some((drive, rest)) if drive.eq_ignore_ascii_case("cert") => rest.trim_start_matches(SEPARATORS),
            Some((r"Microsoft.PowerShell.Security\Certificate", rest)) => rest.trim_start_matches(':'),
            _ => text,
        };
        let (location, name) = text.split_once(SEPARATORS)?;
        let name = name.trim_end_matches(SEPARATORS);
        let locations = [StoreLocation::CurrentUser, StoreLocation::LocalMachine];
        let location = locations.into_iter().find(|it| it.as_str().eq_ignore_ascii_case(location))?;
        let plain = !name.is_empty() && !name.contains(SEPARATORS) && !name.contains(char::is_control);
        plain.then(|| Self::new(location, name))
    }
}

impl Default for CertificateStore {
    /// `CurrentUser\My`, where client certificates usually are.
    fn default() -> Self {
        Self::new(StoreLocation::CurrentUser, "My")
    }
}

impl StoreLocation {
    fn as_str(self) -> &'static str {
        match self {
            Self::CurrentUser => "CurrentUser",
            Self::LocalMachine => "LocalMachine",
        }
    }
}

impl FromStr for CertificateStore {
    type Err = CertificateStoreError;

    fn from_str(text: &str) -> Result<Self, CertificateStoreError> {
        Self::parse(text).ok_or_else(|| CertificateStoreError { text: text.chars().take(100).collect() })
    }
}

impl fmt::Display for CertificateStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\\{}", self.location.as_str(), self.name)
    }
}

/// The reason why no client certificate was loaded from a store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// This platform has no certificate stores.
    #[error("certificate stores exist only on Windows: use a PEM or PKCS#12 file")]
    Unsupported,
    /// The store cannot be opened.
    #[error("cannot open the certificate store {store}")]
    Open {
        /// The store.
        store: CertificateStore,
        /// The error of the system.
        source: io::Error,
    },
    /// Not exactly one certificate matches and can be used.
    #[error("{}", choice::explain(.store, .query, .candidates, *.now))]
    NoSingleMatch {
        /// The store.
        store: CertificateStore,
        /// The certificate to look for.
        query: StoreQuery,
        /// The certificates that match; all of the store, if none matches.
        candidates: Vec<StoreCandidate>,
        /// The time at which validity was checked.
        now: SystemTime,
    },
}

impl StoreError {
    /// The kind of the error, to advise on it.
    pub fn problem(&self) -> StoreProblem {
        match self {
            Self::Unsupported => StoreProblem::Unsupported,
            Self::Open { .. } => StoreProblem::NotOpened,
            Self::NoSingleMatch { query, candidates, now, .. } => choice::problem(query, candidates, *now),
        }
    }
}

impl ClientIdentity {
    /// Loads a client certificate from a certificate store of Windows. Its key stays there.
    ///
    /// Exactly one certificate must match that is valid at `now` and has a private key.
    ///
    /// ```no_run
    /// use std::time::SystemTime;
    /// use sf_backup_transport::tls::{CertificateStore, ClientIdentity, StoreQuery, TlsConfig};
    ///
    /// let query = StoreQuery::Thumbprint("349A95382E3A4D8FD6D42B36B4C04ABFF35BD421".parse()?);
    /// let identity = ClientIdentity::from_store(&CertificateStore::default(), &query, SystemTime::now())?;
    /// let config = TlsConfig::new().client(identity);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// On platforms without certificate stores; if the store cannot be opened, or none or several certificates match.
    pub fn from_store(store: &CertificateStore, query: &StoreQuery, now: SystemTime) -> Result<Self, StoreError> {
        take(store, query, now).map(|(identity, _)| identity)
    }
}

#[cfg(windows)]
fn take(
    store: &CertificateStore,
    query: &StoreQuery,
    now: SystemTime,
) -> Result<(ClientIdentity, StoreMatch), StoreError> {
    let mut stored = crate::tls::native::stored(store.location == StoreLocation::LocalMachine, &store.name)
        .map_err(|source| StoreError::Open { store: store.clone(), source })?;
    let candidates: Vec<_> = stored.iter().map(|it| StoreCandidate::new(&it.der, it.has_key)).collect();
    match choice::choose(candidates, query, now) {
        Ok((place, found)) => Ok((ClientIdentity::new(stored.swap_remove(place).identity, store.to_string()), found)),
        Err(candidates) => {
            Err(StoreError::NoSingleMatch { store: store.clone(), query: query.clone(), candidates, now })
        }
    }
}

/// This platform has no certificate stores.
#[cfg(not(windows))]
fn take(_: &CertificateStore, _: &StoreQuery, _: SystemTime) -> Result<(ClientIdentity, StoreMatch), StoreError> {
    Err(StoreError::Unsupported)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The heading of `Get-ChildItem Cert:\CurrentUser\My`.
    const PRINTED: &str = r"Microsoft.PowerShell.Security\Certificate::CurrentUser\My";

    #[test]
    fn stores_are_named_as_people_name_them() {
        for text in [r"CurrentUser\My", "currentuser/My", r"Cert:\CurrentUser\My", " cert:/CURRENTUSER/My/ ", PRINTED] {
            assert_eq!(text.parse(), Ok(CertificateStore::default()), "{text}");
        }
        let other = CertificateStore::new(StoreLocation::LocalMachine, "Remote Desktop");
        assert_eq!(r"LocalMachine\Remote Desktop".parse(), Ok(other));
        for wrong in ["", "My", "CurrentUser", "CurrentUser\\", r"Services\My", r"CurrentUser\My\349A", "C:\\My"] {
            let error = wrong.parse::<CertificateStore>().unwrap_err();
            assert!(error.to_string().contains(r"must be CurrentUser\NAME"), "{error}");
        }
    }

    #[cfg(not(windows))]
    #[test]
    fn other_platforms_have_no_stores() {
        let query = StoreQuery::Subject("operator".to_owned());
        let error = ClientIdentity::from_store(&CertificateStore::default(), &query, SystemTime::UNIX_EPOCH);
        let error = error.unwrap_err().to_string();
        assert_eq!(error, "certificate stores exist only on Windows: use a PEM or PKCS#12 file");
        let searched = CertificateStore::default().find(&query, SystemTime::UNIX_EPOCH);
        assert_eq!(searched.unwrap_err().problem(), StoreProblem::Unsupported);
    }
}
