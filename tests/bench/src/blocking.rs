//! The blocking transport, against plain ureq.

use std::time::Duration;

use sf_backup_blocking::Client;
use ureq::Agent;
use ureq::config::AutoHeaderValue;

use crate::calls::{request, resume};
use crate::pair;
use crate::responses::Served;
use crate::row::{Mark, Row, rounds};

const ROUNDS: usize = 15;
const CALLS: usize = 1_000;

pub fn rows() -> Vec<Row> {
    let served = Served::start(&["responses"]);
    let (client, agent) = (Client::new(served.url.parse().unwrap()), agent());
    let figures = pair::rates(rounds(ROUNDS), || ours(&client, CALLS), || bare(&agent, &served.url, CALLS));
    vec![Row::new("blocking calls, kept alive", "plain ureq", "× calls/s", figures, Mark::AtLeast(0.98))]
}

/// Makes this many calls of the transport.
pub fn ours(client: &Client, number: usize) {
    let call = resume();
    (0..number).for_each(|_| client.send(call.clone()).unwrap());
}

/// The same calls with plain ureq.
pub fn bare(agent: &Agent, url: &str, number: usize) {
    let bare = request(url).map(|_| ());
    for _ in 0..number {
        let mut response = agent.run(bare.clone()).unwrap();
        assert_eq!(response.status(), 202);
        response.body_mut().read_to_vec().unwrap();
    }
}

/// An agent with the pool settings of the transport.
pub fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .no_delay(true)
        .accept_encoding(AutoHeaderValue::None)
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_global(Some(Duration::from_secs(70)))
        .max_idle_age(Duration::from_secs(60))
        .build()
        .into()
}
