//! The size of a generated cluster.

use std::fmt;
use std::str::FromStr;

/// Applications, services of each, and partitions of each service: `10x100x100`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    /// Number of applications.
    pub applications: u32,
    /// Number of services of each application.
    pub services: u32,
    /// Number of partitions of each service.
    pub partitions: u32,
}

/// An invalid size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("size {0:?}: must be APPLICATIONSxSERVICESxPARTITIONS such as 10x100x100, at most 2000000 partitions")]
pub struct SizeError(String);

/// The maximum number of partitions of a cluster.
pub(super) const MAX_PARTITIONS: u64 = 2_000_000;

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        let error = || SizeError(text.to_owned());
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten();
        let numbers: Option<Vec<u32>> = text.split('x').map(digits).collect();
        let Some([applications, services, partitions]) = numbers.as_deref() else { return Err(error()) };
        let product = [applications, services, partitions]
            .into_iter()
            .try_fold(1_u64, |product, number| product.checked_mul(u64::from(*number)));
        match product {
            Some(1..=MAX_PARTITIONS) => {
                Ok(Self { applications: *applications, services: *services, partitions: *partitions })
            }
            _ => Err(error()),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}", self.applications, self.services, self.partitions)
    }
}
