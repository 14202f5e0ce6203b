//! Routing of a method and path to an operation.

use http::Method;
use sf_backup_proto::OperationSpec;
use sf_backup_proto::operations::OPERATIONS;
use sf_backup_proto::operations::inventory::INVENTORY;

/// The operation of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Route<'p> {
    /// The operation that the request calls.
    pub(crate) operation: &'static OperationSpec,
    /// The id in the path, still percent-encoded; empty if the operation has none.
    pub(crate) id: &'p str,
}

/// The reason why no operation was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoRoute {
    /// The path exists in the API, but not with this method.
    Method,
    /// The path does not exist in the API.
    Path,
}

/// Finds the operation of a method and path.
///
/// Literal segments are case-sensitive, as at the gateway. A placeholder matches one or more segments, up to the next
/// literal.
///
/// # Errors
/// If no operation matches.
pub(crate) fn route<'p>(method: &Method, path: &'p str) -> Result<Route<'p>, NoRoute> {
    let mut found = NoRoute::Path;
    for operation in OPERATIONS.iter().chain(INVENTORY).copied() {
        if let Some(id) = operation.id_in(path) {
            if operation.method() == *method {
                return Ok(Route { operation, id });
            }
            found = NoRoute::Method;
        }
    }
    Err(found)
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    fn name(method: Method, path: &str) -> Result<&'static str, NoRoute> {
        route(&method, path).map(|route| route.operation.name)
    }

    #[test]
    fn every_row_is_found_by_its_own_method_and_path_only() {
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
    fn an_id_may_span_segments_but_not_contain_a_dollar_segment() {
        let found = route(&Method::POST, "/Services/A/B%20C/D/$/EnableBackup").unwrap();
        assert_eq!(found.id, "A/B%20C/D");
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
