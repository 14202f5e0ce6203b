//! Rules for storage accounts with a managed identity.

use sf_backup_proto::model::storage::{ManagedIdentityAzureBlobBackupStorageDescription, ManagedIdentityType};

use super::connection_string::is_placeholder;
use super::{Facts, Push, RuntimeVersion, Severity, finding};

/// The first release with this kind of storage.
const FIRST: RuntimeVersion = RuntimeVersion::new(8, 0);
/// The first release with `ManagedIdentityClientId` in an update.
const FIRST_CLIENT_ID: RuntimeVersion = RuntimeVersion::new(9, 1);
/// The first release in which the identity also reads the account's properties.
const FIRST_ACCOUNT_ROLE: RuntimeVersion = RuntimeVersion::new(11, 1);

pub(super) fn findings(
    store: &ManagedIdentityAzureBlobBackupStorageDescription,
    place: &str,
    facts: &Facts<'_>,
    push: &mut Push<'_>,
) {
    let mut found = |severity, rule, name: &str, problem: String, advice: &str| {
        let member = if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
        push(finding(severity, rule, member, problem, advice));
    };
    if let Some(runtime) = facts.runtime.filter(|runtime| *runtime < FIRST) {
        found(
            Severity::Error,
            "storage-kind-too-new",
            "StorageKind",
            format!("ManagedIdentityAzureBlobStore requires runtime 8.0, and the cluster has {runtime}"),
            "use a connection string, or upgrade the cluster first",
        );
    }
    if !matches!(
        store.managed_identity_type,
        ManagedIdentityType::Vmss | ManagedIdentityType::Cluster | ManagedIdentityType::Invalid
    ) {
        found(
            Severity::Error,
            "identity-type",
            "ManagedIdentityType",
            "is not a type that the backup service knows".to_owned(),
            "write VMSS for the scale set's identity or Cluster for the cluster's",
        );
    }
    blob_service(&store.blob_service_uri, &mut found);
    let runtime = facts.runtime;
    if store.managed_identity_client_id.is_none() {
        if runtime.is_none_or(|runtime| runtime >= FIRST_CLIENT_ID) {
            found(
                Severity::Info,
                "identity-without-client-id",
                "ManagedIdentityClientId",
                "is absent: if the nodes have several user-assigned identities, it is undefined which one is used"
                    .to_owned(),
                "name the identity; requires runtime 9.1 CU12, 10.0 CU6, 10.1 CU5 or later",
            );
        }
    } else if let Some(runtime) = runtime.filter(|runtime| *runtime < FIRST_CLIENT_ID) {
        found(
            Severity::Warning,
            "client-id-too-new",
            "ManagedIdentityClientId",
            format!("requires 9.1 CU12, 10.0 CU6 or 10.1 CU5; runtime {runtime} ignores it"),
            "leave it out, or upgrade the cluster first",
        );
    }
    if runtime.is_none_or(|runtime| runtime >= FIRST_ACCOUNT_ROLE) {
        found(
            Severity::Info,
            "identity-roles",
            "ManagedIdentityType",
            "needs two roles since runtime 11.1: Storage Blob Data Contributor and Storage Account Contributor"
                .to_owned(),
            "assign both on the storage account; before 11.1 the first is enough",
        );
    }
}

type Found<'a> = dyn FnMut(Severity, &'static str, &str, String, &str) + 'a;

fn blob_service(uri: &str, found: &mut Found<'_>) {
    const MEMBER: &str = "BlobServiceUri";
    const EXPECTED: &str = "write https://ACCOUNT.blob.core.windows.net";
    let uri = uri.trim();
    if uri.is_empty() {
        return;
    }
    let (scheme, rest) = uri.split_once("://").unwrap_or_default();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, behind) = rest.split_at_checked(end).unwrap_or_default();
    let placeholder = host.split('.').any(is_placeholder) || is_placeholder(uri);
    if placeholder {
        found(Severity::Error, "placeholder", MEMBER, "contains a placeholder, as in examples".to_owned(), EXPECTED);
    } else if scheme.eq_ignore_ascii_case("http") {
        let problem = "uses http: backups would cross the network unencrypted, and managed identities are refused \
            over http";
        found(Severity::Error, "blob-service-over-http", MEMBER, problem.to_owned(), EXPECTED);
    } else if !scheme.eq_ignore_ascii_case("https") || host.is_empty() || host.contains(char::is_whitespace) {
        found(Severity::Error, "blob-service-address", MEMBER, "is not an https address".to_owned(), EXPECTED);
    } else if [".file.", ".dfs.", ".queue.", ".table."].iter().any(|part| host.to_ascii_lowercase().contains(part)) {
        let problem = "is the address of another service of the account: backups go to blobs";
        found(Severity::Error, "blob-service-address", MEMBER, problem.to_owned(), EXPECTED);
    }
    if behind.contains('?') {
        found(
            Severity::Warning,
            "signature-in-address",
            MEMBER,
            "has a query, which may contain a signature: the cluster shows it to anyone with read access".to_owned(),
            "write only the account's address: the identity grants access",
        );
    } else if !behind.trim_matches('/').is_empty() {
        found(
            Severity::Warning,
            "blob-service-with-path",
            MEMBER,
            "has a path: it is the address of the account's blob service".to_owned(),
            "write https://ACCOUNT.blob.core.windows.net, and the container as ContainerName",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(kind: ManagedIdentityType, uri: &str, runtime: Option<RuntimeVersion>) -> Vec<&'static str> {
        let store = ManagedIdentityAzureBlobBackupStorageDescription::new(kind, uri, "backups");
        let mut rules = Vec::new();
        let facts = Facts { runtime, ..Facts::default() };
        findings(&store, "Storage", &facts, &mut |finding| rules.push(finding.rule));
        rules
    }

    #[test]
    fn addresses_and_types_are_checked() {
        let at = |uri: &str| rules(ManagedIdentityType::Vmss, uri, Some(RuntimeVersion::new(9, 0)));
        for (uri, expected) in [
            ("https://acct.blob.core.windows.net", &[][..]),
            ("https://acct.blob.core.windows.net/", &[]),
            ("HTTPS://acct.z12.blob.storage.azure.net/", &[]),
            ("http://acct.blob.core.windows.net", &["blob-service-over-http"]),
            ("acct.blob.core.windows.net", &["blob-service-address"]),
            ("acct", &["blob-service-address"]),
            ("https://", &["blob-service-address"]),
            ("https://acct.file.core.windows.net", &["blob-service-address"]),
            ("https://<account>.blob.core.windows.net", &["placeholder"]),
            ("https://acct.blob.core.windows.net/backups", &["blob-service-with-path"]),
            ("https://acct.blob.core.windows.net/?sig=x", &["signature-in-address"]),
        ] {
            assert_eq!(at(uri), expected, "{uri}");
        }
        let odd = ManagedIdentityType::from("SystemAssigned");
        assert_eq!(rules(odd, "https://a.blob.core.windows.net", Some(FIRST)), ["identity-type"]);
    }

    #[test]
    fn rules_of_a_release_apply_to_that_release() {
        let at = |major, minor| {
            rules(
                ManagedIdentityType::Cluster,
                "https://a.blob.core.windows.net",
                Some(RuntimeVersion::new(major, minor)),
            )
        };
        assert_eq!(at(6, 4), ["storage-kind-too-new"]);
        assert_eq!(at(8, 0), [""; 0]);
        assert_eq!(at(9, 1), ["identity-without-client-id"]);
        assert_eq!(at(11, 3), ["identity-without-client-id", "identity-roles"]);
    }
}
