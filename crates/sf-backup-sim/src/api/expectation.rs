//! Expected requests, for tests of clients.

use std::fmt;

use sf_backup_proto::OperationSpec;

use crate::api::cluster::Cluster;

/// A number of expected requests of one operation, from [`Cluster::expect`].
///
/// ```
/// use sf_backup_proto::{GetBackupPolicyList, Operation, Target};
/// use sf_backup_sim::Cluster;
///
/// let cluster = Cluster::builder().build();
/// let expected = cluster.expect(GetBackupPolicyList::spec()).times(1);
/// let request = GetBackupPolicyList::new().to_request(&Target::new("http://localhost:19080".parse()?))?;
/// assert_eq!(expected.check().unwrap_err().to_string(), "GetBackupPolicyList: expected 1 request, received 0");
/// cluster.respond(request.map(Into::into));
/// expected.check()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "an expectation is checked only by check()"]
pub struct Expectation {
    cluster: Cluster,
    operation: &'static OperationSpec,
    /// Number of requests before the expectation.
    before: u64,
    least: u64,
    most: u64,
}

impl Cluster {
    /// Starts to count the requests of an operation, to check their number later.
    pub fn expect(&self, operation: &'static OperationSpec) -> Expectation {
        let before = self.start_counting(operation);
        Expectation::new(self.clone(), operation, before)
    }
}

impl Expectation {
    fn new(cluster: Cluster, operation: &'static OperationSpec, before: u64) -> Self {
        Self { cluster, operation, before, least: 1, most: u64::MAX }
    }

    /// Expects exactly this number of requests; the default is at least one.
    pub fn times(mut self, number: u64) -> Self {
        (self.least, self.most) = (number, number);
        self
    }

    /// Expects this number of requests or more.
    pub fn at_least(mut self, number: u64) -> Self {
        self.least = number;
        self.most = self.most.max(number);
        self
    }

    /// Expects this number of requests or fewer, and possibly none unless [`Self::at_least`] follows.
    pub fn at_most(mut self, number: u64) -> Self {
        (self.least, self.most) = (0, number);
        self
    }

    /// The number of requests since [`Cluster::expect`]. A request counts once, even if the gateway retries it.
    pub fn received(&self) -> u64 {
        self.cluster.received(self.operation).saturating_sub(self.before)
    }

    /// Checks the number of requests so far.
    ///
    /// # Errors
    /// If it is not the expected one.
    pub fn check(&self) -> Result<(), UnmetExpectation> {
        let received = self.received();
        if (self.least..=self.most).contains(&received) {
            return Ok(());
        }
        Err(UnmetExpectation { operation: self.operation.name, least: self.least, most: self.most, received })
    }
}

/// A number of requests that was not expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmetExpectation {
    operation: &'static str,
    least: u64,
    most: u64,
    received: u64,
}

impl std::error::Error for UnmetExpectation {}

impl fmt::Display for UnmetExpectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, least, most, received } = self;
        let requests = |number: &u64| if *number == 1 { "request" } else { "requests" };
        let expected = match (least, most) {
            (least, most) if least == most => format!("{least} {}", requests(least)),
            (least, &u64::MAX) => format!("at least {least} {}", requests(least)),
            (0, most) => format!("at most {most} {}", requests(most)),
            (least, most) => format!("{least} to {most} requests"),
        };
        write!(f, "{operation}: expected {expected}, received {received}")
    }
}
