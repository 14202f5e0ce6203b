//! The HTTP gateway in front of the backup service: which requests it passes on, and how it reads their paths.

use std::num::ParseIntError;
use std::time::Duration;

use crate::world::refusal::Refusal;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use sf_backup_proto::{OPERATIONS, OperationSpec};

use crate::http::date_header::{DateHeader, LastDate};
use crate::http::fault::Faults;
use crate::http::inventory::Match;
use crate::http::pipeline;
use crate::http::received::Received;
use crate::http::refusal;
use crate::http::server::{NoRoute, route};
use crate::world::random::Random;
use crate::world::runtime::Role;
use crate::world::service_error;
use crate::world::state::State;
use crate::world::state::presence::Presence;

/// The gateway of a cluster, with the cluster behind it.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) world: State,
    /// The role of all callers.
    pub(crate) role: Role,
    /// The `Date` header of responses.
    pub(crate) date_header: DateHeader,
    last_date: LastDate,
    /// The faults of the next requests.
    pub(crate) faults: Faults,
    /// The numbers of requests of the expected operations.
    pub(crate) received: Received,
    /// Random pauses of the proxy, from a source of their own so that a read changes nothing else.
    pub(crate) random_pauses: Random,
}

impl Gateway {
    pub(crate) fn new(world: State, role: Role, date_header: DateHeader, faults: Faults, seed: u64) -> Self {
        let random_pauses = Random::new(seed.rotate_left(32));
        let (last_date, received) = (LastDate::default(), Received::default());
        Self { world, role, date_header, last_date, faults, received, random_pauses }
    }

    /// Sets the `Date` header of a response.
    pub(crate) fn set_date(&self, response: &mut Response<Bytes>) {
        self.date_header.set(self.world.clock.now(), &self.last_date, response);
    }
}

/// From this size on, bodies on entity routes are refused.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// The time budget of the proxy in seconds, unless the request sets one.
const DEFAULT_BUDGET: u64 = 120;

/// A request that the gateway accepts.
#[derive(Debug)]
pub(crate) enum Passed {
    /// A query that the gateway itself responds to.
    Query(Match),
    /// A request that the gateway passes on to the backup service.
    Service {
        operation: &'static OperationSpec,
        /// The id in the path as the backup service receives it; `None` if the caller bypassed the gateway's templates without
        /// naming an entity.
        id: Option<String>,
    },
}

impl Passed {
    /// The operation of the request, if the protocol crate has it.
    pub(crate) fn operation(&self) -> Option<&'static OperationSpec> {
        match self {
            Self::Query(found) => found.operation(),
            Self::Service { operation, .. } => Some(operation),
        }
    }
}

/// The header in which the gateway passes the entity to the backup service.
const METADATA: &str = "x-request-metadata";

/// The response to `GET /`, which other tools use as a check for a gateway. A real gateway shows its explorer.
pub(crate) fn start_page(request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let is_root = request.method() == Method::GET && request.uri().path() == "/";
    is_root.then(|| {
        let mut page = Response::new(Bytes::from_static(b"<!doctype html><title>A simulated cluster</title>\n"));
        page.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        page
    })
}

/// Why a request reaches no operation.
#[derive(Debug)]
pub(crate) enum NotPassed {
    Refused(Refusal),
    /// The service has moved, or seems to have moved: the proxy retries.
    Moved,
}

impl<R: Into<Refusal>> From<R> for NotPassed {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal.into())
    }
}

/// Finds the operation of a request.
///
/// # Errors
/// The refusal, if the gateway does not pass the request on or the backup service has no operation for it.
pub(crate) fn pass(request: &Request<Bytes>, gateway: &Gateway) -> Result<Passed, NotPassed> {
    let path = request.uri().path();
    if proxy_timeout(request.uri().query().unwrap_or_default()).is_some_and(|timeout| timeout.is_err()) {
        return Err(Refusal::Empty(StatusCode::BAD_REQUEST).into());
    }
    if let Some(query) = Match::of(request) {
        return Ok(Passed::Query(query));
    }
    let (operation, id) = match path.strip_prefix("/BackupRestore/") {
        Some(rest) => to_service(request, rest, gateway)?,
        None => {
            let (operation, id) = entity(request, path)?;
            reach(request.method(), &gateway.world)?;
            (operation, Some(id))
        }
    };
    if !gateway.world.runtime.has(operation) {
        return Err(refusal::no_template().into());
    }
    pipeline::check_role(gateway.role, request.method())?;
    Ok(Passed::Service { operation, id })
}

/// The operation and the id of a request for the backup service.
type Routed = (&'static OperationSpec, Option<String>);

/// Fails if there is no backup service to pass the request on to.
fn reach(method: &Method, world: &State) -> Result<(), NotPassed> {
    match world.presence {
        Presence::Absent => Err(Refusal::Empty(StatusCode::NOT_FOUND).into()),
        Presence::MovesUntil(there) if world.clock.now() < there => {
            // The proxy retries until there is a new primary, but only requests without effect.
            Err(if *method == Method::GET { NotPassed::Moved } else { service_error::NOT_PRIMARY.into() })
        }
        Presence::MovesUntil(_) | Presence::Present => Ok(()),
    }
}

/// The time budget of the proxy.
pub(crate) fn budget(query: &str) -> Duration {
    let seconds = proxy_timeout(query).and_then(Result::ok).map_or(DEFAULT_BUDGET, u64::from);
    Duration::from_secs(seconds)
}

/// `Timeout` with a capital T is for the proxy; in lower case it is for the service.
fn proxy_timeout(query: &str) -> Option<Result<u32, ParseIntError>> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| *name == "Timeout").map(|(_, value)| value.parse())
}

fn entity(request: &Request<Bytes>, path: &str) -> Result<(&'static OperationSpec, String), Refusal> {
    // The template also matches with a trailing slash, but then the entity of a backup call is cut at the wrong place.
    let (trimmed, slash) = match path.strip_suffix('/') {
        Some(trimmed) => (trimmed, true),
        None => (path, false),
    };
    let route = route(request.method(), trimmed).map_err(|_: NoRoute| refusal::no_template())?;
    if request.body().len() >= BODY_LIMIT {
        return Err(refusal::body_too_large());
    }
    let mut id = decoded(route.id);
    if slash {
        let action = trimmed.rsplit('/').next().unwrap_or_default();
        let kept = action.len().saturating_sub(2);
        id = format!("{id}/$/{}", action.get(..kept).unwrap_or_default());
    }
    Ok((route.operation, id))
}

/// The id in a path.
fn decoded(id: &str) -> String {
    percent_decode_str(id).decode_utf8_lossy().into_owned()
}

/// Everything below `/BackupRestore/` goes to the backup service, which has its own routes and ignores case.
fn to_service(request: &Request<Bytes>, rest: &str, gateway: &Gateway) -> Result<Routed, NotPassed> {
    if ![Method::GET, Method::POST].contains(request.method()) {
        return Err(refusal::no_template().into());
    }
    reach(request.method(), &gateway.world)?;
    pipeline::check_role(gateway.role, request.method())?;
    let found = service_route(request.method(), rest).or_else(|missed| route_by_header(request, rest).ok_or(missed));
    found.map_err(|missed| match missed {
        NoRoute::Method => {
            let message = format!("The requested resource does not support http method '{}'.", request.method());
            Refusal::Message(StatusCode::METHOD_NOT_ALLOWED, message).into()
        }
        // To the proxy, a 404 without its marker means that the service has moved.
        NoRoute::Path if request.method() == Method::GET => NotPassed::Moved,
        NoRoute::Path => Refusal::Empty(StatusCode::NOT_FOUND).into(),
    })
}

fn service_route(method: &Method, rest: &str) -> Result<Routed, NoRoute> {
    let path = canonical(&format!("/BackupRestore/{}", rest.trim_end_matches('/')));
    let route = route(method, &path)?;
    Ok((route.operation, Some(decoded(route.id))))
}

/// The path with its literals spelled as in the table.
fn canonical(path: &str) -> String {
    let own = OPERATIONS.iter().filter(|spec| spec.path.starts_with("/BackupRestore"));
    let mut spelled = own.filter_map(|spec| {
        let (prefix, suffix) = spec.around_id();
        let id = middle(path, prefix, suffix)?;
        let fits = if spec.placeholder.is_some() { !id.is_empty() && !id.contains('/') } else { id.is_empty() };
        fits.then(|| format!("{prefix}{id}{suffix}"))
    });
    spelled.next().unwrap_or_else(|| path.to_owned())
}

fn middle<'p>(path: &'p str, prefix: &str, suffix: &str) -> Option<&'p str> {
    let end = path.len().checked_sub(suffix.len())?;
    let head = path.get(..prefix.len())?;
    let tail = path.get(end..)?;
    let fits = head.eq_ignore_ascii_case(prefix) && tail.eq_ignore_ascii_case(suffix);
    if fits { path.get(prefix.len()..end) } else { None }
}

/// The undocumented routes such as `/BackupRestore/EnableBackup`, with the entity in the header that the gateway would set.
fn route_by_header(request: &Request<Bytes>, action: &str) -> Option<Routed> {
    let metadata = request.headers().get(METADATA).and_then(|value| value.to_str().ok());
    let (folder, id) = metadata.and_then(|entity| entity.trim_start_matches('/').split_once('/')).unzip();
    // Without an entity, the row of any level has the action.
    let folder = folder.unwrap_or("Partitions");
    let spec = OPERATIONS.iter().find(|spec| {
        let template = spec.path.split_once("/$/").filter(|_| !spec.path.starts_with("/BackupRestore"));
        spec.method() == *request.method()
            && template.is_some_and(|(entity, known)| {
                known.eq_ignore_ascii_case(action) && entity.trim_start_matches('/').split('/').next() == Some(folder)
            })
    })?;
    spec.placeholder.map(|_| (*spec, id.map(ToOwned::to_owned)))
}

const NOSNIFF: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
/// Marks a 404 of the service itself, so that the proxy does not retry on another replica.
const OWN_404: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-servicefabric"), HeaderValue::from_static("ResourceNotFound"));

/// Adds the headers that every response has, except the refusal of a role.
pub(crate) fn with_headers(mut response: Response<Bytes>) -> Response<Bytes> {
    let length = response.body().len();
    let (status, headers) = (response.status(), response.headers());
    let text = headers.get(CONTENT_TYPE).is_some_and(|label| label.as_bytes().starts_with(b"text/plain"));
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, length.into());
    if status != StatusCode::FORBIDDEN {
        headers.insert(NOSNIFF.0, NOSNIFF.1);
    }
    if status == StatusCode::NOT_FOUND && text {
        headers.insert(OWN_404.0, OWN_404.1);
    }
    response
}
