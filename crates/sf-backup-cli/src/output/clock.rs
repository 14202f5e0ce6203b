//! The current time by the cluster's clock, once a response has shown it, because backups have its times.

use std::fmt;
use std::time::SystemTime;

use sf_backup_hyper::Client;
use sf_backup_ops::audit;
use sf_backup_proto::Timestamp;

/// The source of the current time for a command.
#[derive(Clone)]
pub(crate) struct Clock {
    local: fn() -> SystemTime,
    cluster: Option<Client>,
}

impl Clock {
    /// This machine's clock, until there is a cluster.
    pub(crate) fn new(local: fn() -> SystemTime) -> Self {
        Self { local, cluster: None }
    }

    /// Uses the cluster's clock from now on, if the cluster returns it.
    pub(crate) fn follow(&mut self, client: Client) {
        self.cluster = Some(client);
    }

    /// The current time.
    pub(crate) fn now(&self) -> Timestamp {
        self.cluster.as_ref().and_then(Client::server_now).unwrap_or_else(|| self.local_now())
    }

    /// The current time in whole seconds, like the cluster's times.
    pub(crate) fn whole(&self) -> Timestamp {
        let now = self.now();
        Timestamp::from_unix(now.unix()).unwrap_or(now)
    }

    /// The clock of the current time.
    pub(crate) fn source(&self) -> audit::Clock {
        match self.cluster.as_ref().and_then(Client::clock) {
            // A `Date` header is accurate to half a second.
            Some(clock) => audit::Clock::Cluster { ahead: clock.offset_seconds() },
            None => audit::Clock::Local,
        }
    }

    fn local_now(&self) -> Timestamp {
        // No clock is beyond the year 9999.
        Timestamp::try_from((self.local)()).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("source", &self.source()).finish_non_exhaustive()
    }
}
