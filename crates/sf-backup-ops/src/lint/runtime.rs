//! The release of a cluster's runtime.

use std::fmt;
use std::str::FromStr;

/// A release of the Service Fabric runtime: its first two numbers.
///
/// ```
/// use sf_backup_ops::lint::RuntimeVersion;
///
/// let version: RuntimeVersion = "9.1.1436.9590".parse()?;
/// assert!(version >= RuntimeVersion::new(9, 1) && version < RuntimeVersion::new(10, 0));
/// assert_eq!(version.to_string(), "9.1");
/// # Ok::<(), sf_backup_ops::lint::RuntimeVersionError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuntimeVersion {
    major: u32,
    minor: u32,
}

/// Text that is not a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a runtime version such as 9.1 or 9.1.1436.9590")]
pub struct RuntimeVersionError;

impl RuntimeVersion {
    /// Creates a release from its first two numbers.
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }
}

impl FromStr for RuntimeVersion {
    type Err = RuntimeVersionError;

    fn from_str(text: &str) -> Result<Self, RuntimeVersionError> {
        let mut numbers = text.trim().split('.').map(|number| {
            let digits = number.bytes().all(|byte| byte.is_ascii_digit());
            number.parse::<u32>().ok().filter(|_| digits)
        });
        let (Some(Some(major)), Some(Some(minor))) = (numbers.next(), numbers.next()) else {
            return Err(RuntimeVersionError);
        };
        if numbers.all(|number| number.is_some()) { Ok(Self { major, minor }) } else { Err(RuntimeVersionError) }
    }
}

impl fmt::Display for RuntimeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        let read = |text: &str| text.parse::<RuntimeVersion>();
        assert!(read("10.0").unwrap() > read("9.1.2718.9590").unwrap());
        for none in ["", "9", "nine.one", "9.x", "9.1.", "-9.1", "9.+1", "9.1.x"] {
            assert_eq!(read(none), Err(RuntimeVersionError), "{none}");
        }
    }
}
