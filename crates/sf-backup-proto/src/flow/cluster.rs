//! What is known of a cluster across calls.

use std::time::Duration;

use http::{Response, Uri};

use super::clock::{self, EndpointClock, ServerClock};
use crate::cluster::{ApiVersion, Endpoint, Endpoints};
use crate::time::Timestamp;

/// What is known of a cluster across calls: the api-version it takes, how far its clock is from the local one, and which
/// endpoints have failed lately. The driver
/// owns it, seeds it, and hands it to every step; time comes in as what has passed since any fixed moment.
///
/// Calls begin at an endpoint chosen at random once, and stay with it. One that fails is left alone for 30 s, longer after
/// each further outage, and then returned to.
#[derive(Debug, Clone)]
pub struct ClusterState {
    version: Option<ApiVersion>,
    first: Endpoint,
    endpoints: Vec<Candidate>,
    rolls: Rolls,
}

#[derive(Debug, Clone)]
struct Candidate {
    endpoint: Endpoint,
    failures: u32,
    /// Left alone until then.
    until: Duration,
    clock: EndpointClock,
}

/// How long a failed endpoint is left alone at first, and at most.
const FIRST_BAN: Duration = Duration::from_secs(30);
const LONGEST_BAN: Duration = Duration::from_secs(300);

impl ClusterState {
    /// A cluster of which nothing is known but its endpoints. The same seed gives the same choices.
    pub fn new(endpoints: &Endpoints, seed: u64) -> Self {
        let mut rolls = Rolls(seed);
        let first = endpoints.first().clone();
        let fresh = |endpoint: &Endpoint| Candidate {
            endpoint: endpoint.clone(),
            failures: 0,
            until: Duration::ZERO,
            clock: EndpointClock::default(),
        };
        let mut endpoints: Vec<_> = endpoints.iter().map(fresh).collect();
        for remaining in (2..=endpoints.len()).rev() {
            endpoints.swap(remaining - 1, rolls.below(remaining));
        }
        Self { version: None, first, endpoints, rolls }
    }

    /// The api-version that the cluster was found to take.
    pub fn version(&self) -> Option<ApiVersion> {
        self.version
    }

    /// Learns the server's clock from the `Date` header of a response to a request for `uri`: `sent` and `received` are the
    /// local wall-clock times around the exchange, `now` is on the same clock as in [`Exchange::step`](super::Exchange::step).
    /// Responses without a usable date, and of endpoints that are not the cluster's, are ignored.
    pub fn observe_clock<B>(
        &mut self,
        uri: &Uri,
        response: &Response<B>,
        sent: Timestamp,
        received: Timestamp,
        now: Duration,
    ) {
        let Some(measured) = ServerClock::from_headers(response.headers(), sent, received) else { return };
        if let Some(candidate) = self.endpoints.iter_mut().find(|candidate| candidate.endpoint.serves(uri)) {
            candidate.clock.learn(measured, now);
        }
    }

    /// How far the cluster's clock is from the local one; `None` until a response with a `Date` header has come. Each
    /// endpoint's best recent measurement counts; of several endpoints, the one in the middle.
    pub fn clock(&self, now: Duration) -> Option<ServerClock> {
        clock::median(self.endpoints.iter().map(|candidate| candidate.clock), now)
    }

    pub(super) fn learn(&mut self, version: ApiVersion) {
        self.version = Some(version);
    }

    /// The next endpoint: one that is not to be avoided nor left alone, else the one that is left alone the shortest.
    pub(super) fn choose(&self, avoided: &[usize], now: Duration) -> (usize, Endpoint) {
        let by_merit =
            |(index, candidate): &(usize, &Candidate)| (avoided.contains(index), candidate.until.saturating_sub(now));
        let best = self.endpoints.iter().enumerate().min_by_key(by_merit);
        best.map_or_else(|| (0, self.first.clone()), |(index, candidate)| (index, candidate.endpoint.clone()))
    }

    /// Whether there is an endpoint not to be avoided.
    pub(super) fn has_other_than(&self, avoided: &[usize]) -> bool {
        (0..self.endpoints.len()).any(|index| !avoided.contains(&index))
    }

    /// A request that was sent at `sent_at` has failed at this endpoint. What was sent before the endpoint is to be used
    /// again tells of the same outage, however many calls it met.
    pub(super) fn failed(&mut self, index: usize, sent_at: Duration, now: Duration) {
        if let Some(candidate) = self.endpoints.get_mut(index).filter(|candidate| sent_at >= candidate.until) {
            let ban = FIRST_BAN.saturating_mul(1 << candidate.failures.min(4)).min(LONGEST_BAN);
            candidate.failures = candidate.failures.saturating_add(1);
            candidate.until = now.saturating_add(ban);
        }
    }

    pub(super) fn answered(&mut self, index: usize) {
        if let Some(candidate) = self.endpoints.get_mut(index) {
            (candidate.failures, candidate.until) = (0, Duration::ZERO);
        }
    }

    pub(super) fn roll(&mut self) -> u64 {
        self.rolls.next()
    }

    /// A new request id: a GUID, as other clients send.
    pub(super) fn request_id(&mut self) -> String {
        let bits = (u128::from(self.roll()) << 64) | u128::from(self.roll());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string()
    }
}

/// SplitMix64: evenly spread numbers from one seed. Not for secrets.
#[derive(Debug, Clone)]
struct Rolls(u64);

impl Rolls {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Evenly below `bound`, by the high half of a product.
    fn below(&mut self, bound: usize) -> usize {
        let product = u128::from(self.next()) * (bound as u128);
        usize::try_from(product >> 64).unwrap_or_default()
    }
}
