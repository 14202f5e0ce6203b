//! Pages for browsers: the simulator's own, and a folder with Service Fabric Explorer.

use std::path::{Component, Path, PathBuf};

use bytes::Bytes;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;

use crate::api::simulation::Simulation;
use crate::http::gateway::with_headers;

/// The page: one file without outside assets. It works with the control interface.
const PAGE: &str = include_str!("page.html");
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'";

/// Maximum size of a file of an explorer.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Content types by extension.
const TYPES: &[(&str, &str)] = &[
    ("css", "text/css; charset=utf-8"),
    ("gif", "image/gif"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/x-icon"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json; charset=utf-8"),
    ("map", "application/json; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("ttf", "font/ttf"),
    ("txt", "text/plain; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
];

/// Responds to a request for a page; `None` for all other requests.
pub(crate) fn respond(simulation: &Simulation, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    if *request.method() != Method::GET {
        return None;
    }
    let mut response = match (request.uri().path(), &simulation.explorer) {
        ("/", _) if simulation.control => page(),
        ("/Explorer", Some(_)) => moved(),
        (path, Some(folder)) => file(folder, path.strip_prefix("/Explorer/")?),
        _ => return None,
    };
    response = with_headers(response);
    simulation.gateway.set_date(&mut response);
    Some(response)
}

fn page() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(PAGE.as_bytes()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    response
}

fn moved() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::MOVED_PERMANENTLY;
    response.headers_mut().insert(LOCATION, HeaderValue::from_static("/Explorer/index.html"));
    response
}

fn file(folder: &Path, path: &str) -> Response<Bytes> {
    let path = if path.is_empty() { "index.html" } else { path };
    let content = found(folder, path).and_then(|file| {
        file.metadata().ok().filter(|about| about.is_file() && about.len() <= LARGEST)?;
        Some((std::fs::read(&file).ok()?, file))
    });
    let Some((content, file)) = content else {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    let known = TYPES.iter().find(|(known, _)| *known == extension).map(|(_, kind)| *kind);
    let mut response = Response::new(Bytes::from(content));
    let kind = HeaderValue::from_static(known.unwrap_or("application/octet-stream"));
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// The file of a path below the folder; `None` if it leads out of the folder, also by a link.
fn found(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = percent_decode_str(path).decode_utf8().ok()?;
    // A colon and a backslash have a meaning on Windows.
    if path.contains(['\\', ':', '\0'])
        || !Path::new(&*path).components().all(|part| matches!(part, Component::Normal(_)))
    {
        return None;
    }
    let folder = folder.canonicalize().ok()?;
    let file = folder.join(&*path).canonicalize().ok()?;
    file.starts_with(&folder).then_some(file)
}
