use std::fmt;
use std::str::FromStr;

use super::{Endpoint, EndpointError};

/// The endpoints of one cluster, at least one. All are equivalent.
///
/// ```
/// # use sf_backup_proto::Endpoints;
/// let endpoints: Endpoints = "https://n1:19080, https://n2:19080".parse()?;
/// assert_eq!(endpoints.iter().count(), 2);
/// # Ok::<(), sf_backup_proto::EndpointError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    first: Endpoint,
    others: Vec<Endpoint>,
}

impl Endpoints {
    /// Creates the list of one endpoint and others of the same cluster.
    pub fn new(first: Endpoint, others: impl IntoIterator<Item = Endpoint>) -> Self {
        Self { first, others: others.into_iter().collect() }
    }

    /// The endpoint that was given first.
    pub fn first(&self) -> &Endpoint {
        &self.first
    }

    /// All endpoints, in the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = &Endpoint> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl Extend<Endpoint> for Endpoints {
    fn extend<I: IntoIterator<Item = Endpoint>>(&mut self, others: I) {
        self.others.extend(others);
    }
}

impl From<Endpoint> for Endpoints {
    fn from(endpoint: Endpoint) -> Self {
        Self::new(endpoint, [])
    }
}

/// Parses a comma-separated list.
impl FromStr for Endpoints {
    type Err = EndpointError;
    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let mut parts = text.split(',').map(str::trim);
        let first = parts.next().unwrap_or_default().parse()?;
        Ok(Self { first, others: parts.map(str::parse).collect::<Result<_, _>>()? })
    }
}

impl fmt::Display for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.others.iter().try_for_each(|other| write!(f, ",{other}"))
    }
}
