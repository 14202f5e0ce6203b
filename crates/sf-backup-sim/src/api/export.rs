//! Export and import of the state of a running cluster, at `/$sim/state`.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Response};

use crate::api::control;
use crate::api::restore;
use crate::api::simulation::Simulation;
use crate::api::state_file;
use crate::http::gateway::with_headers;
use crate::http::in_flight::InFlightRequest;

/// The path of the state.
pub(crate) const PATH: &str = "/$sim/state";

/// Responds to an export or an import; `None` for all other requests.
pub(crate) fn respond(simulation: &mut Simulation, request: &mut InFlightRequest) -> Option<Response<Bytes>> {
    if !simulation.control || request.request().uri().path() != PATH {
        return None;
    }
    let now = simulation.gateway.world.clock.now();
    let method = request.request().method();
    Some(match &simulation.journal {
        None => control::refused("this cluster does not record its state".into()),
        Some(journal) if *method == Method::GET => {
            let mut exported = Response::new(Bytes::from(state_file::encode(&journal.lines(now))));
            exported.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/jsonl; charset=utf-8"));
            with_headers(exported)
        }
        Some(_) if *method == Method::POST => match restore::import(simulation, request.request().body()) {
            Ok(()) => {
                request.is_change = true;
                control::done()
            }
            Err(error) => control::refused(format!("the body is {error}")),
        },
        Some(_) => control::refused(format!("{PATH} accepts GET and POST")),
    })
}
