//! The api-version of inventory queries, and its effects.

use crate::world::refusal::Refusal;
use bytes::Bytes;
use http::Response;
use serde_json::Value;

use crate::http::refusal;
use crate::world::runtime::Runtime;

/// The api-version of a query.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct Version(f64);

impl Version {
    /// # Errors
    /// If it is missing, not a number, or newer than the runtime.
    pub(crate) fn of(text: Option<&str>, runtime: Runtime) -> Result<Self, Refusal> {
        let newest = match runtime {
            Runtime::V6_2 => 6.2,
            Runtime::V6_4 => 6.4,
            Runtime::V11_3 => 11.3,
        };
        let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let number = text.filter(digits).and_then(|text| text.parse::<f64>().ok());
        match number {
            Some(number) if (1.0..=newest).contains(&number) => Ok(Self(number)),
            _ => Err(refusal::gateway_version()),
        }
    }

    /// The id of a full name: without the scheme, and from 6.0 with `~` between levels.
    pub(crate) fn id_of(self, name: &str) -> String {
        let id = name.strip_prefix("fabric:/").unwrap_or(name);
        if self.0 < 6.0 { id.to_owned() } else { id.replace('/', "~") }
    }

    /// Converts a page to a bare array, which lists are below the version `paged_from`.
    pub(crate) fn without_page(self, response: Response<Bytes>, paged_from: f64) -> Response<Bytes> {
        if self.0 >= paged_from || !response.status().is_success() {
            return response;
        }
        let (head, body) = response.into_parts();
        let page = serde_json::from_slice::<Value>(&body).ok();
        let items = page.and_then(|mut page| page.get_mut("Items").map(Value::take));
        Response::from_parts(head, items.map_or(body, |items| items.to_string().into()))
    }
}
