//! From method and path to the operation.

use http::Method;

use crate::operation::OperationSpec;
use crate::operations::OPERATIONS;
use crate::operations::inventory::INVENTORY;

/// The operation of a path, and what stood in the placeholders, still percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Which operation.
    pub operation: &'static OperationSpec,
    pub(crate) path: Vec<String>,
}

/// Why no operation was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRoute {
    /// The path is one of the API's, under another method.
    Method,
    /// The path is none of the API's.
    Path,
}

/// Finds the operation of a request line. Literals are compared by case, as the gateway does; a placeholder takes one or
/// more segments, up to the literal that follows it.
///
/// # Errors
/// If there is none.
pub fn route(method: &Method, path: &str) -> Result<Route, NoRoute> {
    let mut found = NoRoute::Path;
    for spec in OPERATIONS.iter().chain(INVENTORY).copied() {
        if let Some(captured) = capture(spec.path, path) {
            if spec.method() == *method {
                return Ok(Route { operation: spec, path: captured });
            }
            found = NoRoute::Method;
        }
    }
    Err(found)
}

/// Every template has at most one placeholder, between a prefix and a suffix.
fn capture(template: &str, path: &str) -> Option<Vec<String>> {
    let Some((prefix, rest)) = template.split_once('{') else {
        return (template == path).then(Vec::new);
    };
    let (_, suffix) = rest.split_once('}')?;
    let id = path.strip_prefix(prefix)?.strip_suffix(suffix)?;
    // `$` stands alone in a segment only where the template says so.
    let free = !id.is_empty() && id.split('/').all(|segment| segment != "$");
    free.then(|| vec![id.to_owned()])
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    fn name(method: Method, path: &str) -> Result<&'static str, NoRoute> {
        route(&method, path).map(|route| route.operation.name)
    }

    #[test]
    fn every_row_finds_itself_and_nothing_else() {
        for spec in OPERATIONS.iter().chain(INVENTORY) {
            let path = spec.path.replace(['{', '}'], "");
            assert_eq!(name(spec.method(), &path), Ok(spec.name));
            let other = if spec.method() == Method::GET { Method::POST } else { Method::GET };
            assert_eq!(name(other, &path), Err(NoRoute::Method), "{path}");
            if !spec.path.ends_with('}') {
                assert_eq!(name(spec.method(), &format!("{path}/")), Err(NoRoute::Path), "{path}/");
            }
            assert_eq!(name(spec.method(), &path.to_uppercase()), Err(NoRoute::Path), "{path} in capitals");
        }
    }

    #[test]
    fn an_id_may_span_segments_and_hold_no_lone_dollar() {
        let found = route(&Method::POST, "/Services/A/B%20C/D/$/EnableBackup").unwrap();
        assert_eq!(found.path, ["A/B%20C/D"]);
        assert_eq!(name(Method::GET, "/BackupRestore/BackupPolicies/%24"), Ok("GetBackupPolicyByName"));
        for path in [
            "/Services//$/EnableBackup",
            "/Services/$/EnableBackup",
            "/Services/A/$/B/$/EnableBackup",
            "/BackupRestore/BackupPolicies/",
            "/BackupRestore/BackupPolicies/$/Delete",
            "/BackupRestore/BackupPolicies/p/$/Remove",
            "/",
            "",
        ] {
            assert_eq!(name(Method::POST, path), Err(NoRoute::Path), "{path}");
        }
    }
}
