//! Content negotiation, as in the service's web framework: JSON, unless the client prefers XML.
//!
//! Typed responses and errors of the framework are negotiated. `FabricError`s of the service are always JSON.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use serde_json::Value;
use sf_backup_proto::OperationSpec;

const XML: HeaderValue = HeaderValue::from_static("application/xml; charset=utf-8");
const JSON: &[u8] = b"application/json";
const TYPES: &str = "http://schemas.datacontract.org/2004/07/System.Fabric.BackupRestore.BackupRestoreTypes";
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Converts a typed response to the form that the request accepts.
pub(crate) fn negotiated(
    request: &Request<Bytes>,
    operation: &OperationSpec,
    response: Response<Bytes>,
) -> Response<Bytes> {
    if response.status() != StatusCode::OK || !wants_xml(request) {
        return response;
    }
    let types = format!(" xmlns:i=\"{INSTANCE}\" xmlns=\"{TYPES}\"");
    translated(response, root_of(operation), &types)
}

/// Converts an error of the framework, `{"Message":…}`, to the form that the request accepts.
pub(crate) fn error(request: &Request<Bytes>, response: Response<Bytes>) -> Response<Bytes> {
    if response.body().starts_with(b"{\"Message\":") && wants_xml(request) {
        return crate::http::gateway::with_headers(translated(response, "Error", ""));
    }
    response
}

/// The service's name of the response type.
fn root_of(operation: &OperationSpec) -> &'static str {
    match operation.name {
        "GetBackupPolicyList" => "PagedBackupPolicyDescriptionList",
        "GetBackupPolicyByName" => "BackupPolicy",
        "GetAllEntitiesBackedUpByPolicy" => "PagedBackupEntityList",
        "GetPartitionBackupProgress" => "BackupProgress",
        "GetPartitionRestoreProgress" => "RestoreProgress",
        "GetPartitionBackupConfigurationInfo" => "PartitionBackupConfigurationInfo",
        name if name.ends_with("ConfigurationInfo") => "PagedBackupConfigurationInfoList",
        _ => "PagedBackupInfoList",
    }
}

/// Whether the `Accept` header prefers XML: compares the best qualities of XML, JSON and ranges that contain both.
fn wants_xml(request: &Request<Bytes>) -> bool {
    let [mut xml, mut other] = [0.0_f32; 2];
    let headers = request.headers().get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    for entry in headers.flat_map(|header| header.split(',')) {
        let mut parts = entry.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |text| text.parse().ok());
        let quality: f32 = quality.unwrap_or(0.0);
        match media_type.as_str() {
            "application/xml" | "text/xml" => xml = xml.max(quality),
            "application/json" | "text/json" => other = other.max(quality),
            // A named type takes precedence over a range of the same quality.
            "*/*" | "application/*" | "text/*" => other = other.max(quality - f32::EPSILON),
            _ => {}
        }
    }
    xml > other
}

fn translated(response: Response<Bytes>, root: &str, attributes: &str) -> Response<Bytes> {
    let json = response.headers().get(CONTENT_TYPE).is_some_and(|label| label.as_bytes().starts_with(JSON));
    let value = serde_json::from_slice(response.body()).ok().filter(|_| json);
    let Some(value): Option<Value> = value else { return response };
    let (mut head, _) = response.into_parts();
    head.headers.insert(CONTENT_TYPE, XML);
    let mut text = String::new();
    element(&mut text, root, attributes, &value);
    Response::from_parts(head, text.into())
}

/// Writes an element for a value. Members are sorted by name, as the framework's serializer writes them.
fn element(text: &mut String, name: &str, attributes: &str, value: &Value) {
    let (nil, content) = match value {
        Value::Null => (" i:nil=\"true\"", String::new()),
        Value::String(string) => ("", escaped(string)),
        Value::Bool(_) | Value::Number(_) => ("", value.to_string()),
        Value::Array(items) => {
            ("", items.iter().fold(String::new(), |inner, item| child(inner, item_name(item), item)))
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            ("", sorted.into_iter().fold(String::new(), |inner, (name, member)| child(inner, name, member)))
        }
    };
    let end = if content.is_empty() { " />".to_owned() } else { format!(">{content}</{name}>") };
    text.push_str(&format!("<{name}{attributes}{nil}{end}"));
}

fn child(mut inner: String, name: &str, value: &Value) -> String {
    element(&mut inner, name, "", value);
    inner
}

fn item_name(item: &Value) -> &'static str {
    if item.is_string() { "string" } else { "Item" }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // References to control characters are not well-formed in XML 1.0, but the framework writes them.
            control if control < ' ' => escaped.push_str(&format!("&#x{:X};", u32::from(control))),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xml_for(accept: &str) -> bool {
        wants_xml(&Request::get("/").header(ACCEPT, accept).body(Bytes::new()).unwrap())
    }

    #[test]
    fn rule_named_types_are_preferred_to_ranges_and_json_to_xml() {
        for accept in [
            "application/xml",
            "text/xml",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "application/json;q=0.5, application/xml",
            "*/*, application/xml",
        ] {
            assert!(xml_for(accept), "{accept}");
        }
        for accept in [
            "",
            "*/*",
            "application/json",
            "application/json, application/xml",
            "application/xml;q=0.5, */*;q=0.8",
            "application/xml;q=0",
            "text/html",
        ] {
            assert!(!xml_for(accept), "{accept}");
        }
    }

    #[test]
    fn a_value_becomes_elements_sorted_by_name() {
        let value = serde_json::json!({ "Name": "<a & b>", "Items": [{ "X": 1 }], "At": null, "Days": ["Monday"] });
        let mut text = String::new();
        element(&mut text, "R", " xmlns:i=\"x\"", &value);
        assert_eq!(
            text,
            "<R xmlns:i=\"x\"><At i:nil=\"true\" /><Days><string>Monday</string></Days><Items><Item><X>1</X></Item></Items>\
             <Name>&lt;a &amp; b&gt;</Name></R>"
        );
    }
}
