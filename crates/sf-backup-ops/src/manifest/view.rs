//! Two versions of a policy for comparison: what cannot be compared is made equal.

use std::convert::Infallible;

use serde_json::Value;
use sf_backup_proto::Secret;
use sf_backup_proto::model::Extra;
use sf_backup_proto::model::policy::{BackupPolicyDescription, CompressionType, QuickRecovery};
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::secret::MASK;

use crate::secret_ref::SecretRef;
use crate::secrets::{self, Kind};

/// Replaces a secret that only one side has.
const NOT_SHOWN: &str = "(not shown)";
/// Replaces secrets that differ.
const ANOTHER: &str = "(hidden, but different)";

/// A policy in the cluster and in a file, without secrets. They are equal if the file would change nothing visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    pub(super) before: BackupPolicyDescription,
    pub(super) after: BackupPolicyDescription,
    /// Members of the file's policy that the cluster does not return.
    pub(super) unreported: Vec<String>,
}

impl View {
    pub(super) fn new(
        theirs: &BackupPolicyDescription,
        ours: &BackupPolicyDescription,
        returns_later_members: bool,
    ) -> Self {
        let before = unmasked(theirs.clone().canonicalized(), NOT_SHOWN);
        let after = ours.clone().canonicalized();
        let mut view = Self { before, after, unreported: Vec::new() };
        view.later_members(returns_later_members);
        view.secrets();
        view.unknown_members(theirs);
        view
    }

    /// Compares members of runtime 11.3. They make no difference to a cluster that does not know them; nor do their
    /// defaults.
    fn later_members(&mut self, returned: bool) {
        let Self { before, after, unreported } = self;
        for policy in [&mut *before, &mut *after] {
            policy.compression_type.take_if(|kind| *kind == CompressionType::ClusterDefined);
            policy.quick_recovery.take_if(|kind| *kind == QuickRecovery::Disabled);
        }
        if returned {
            return;
        }
        let mut drop = |name: &str, theirs: bool, ours: bool| {
            let lost = ours && !theirs;
            unreported.extend(lost.then(|| name.to_owned()));
            lost
        };
        if drop("CompressionType", before.compression_type.is_some(), after.compression_type.is_some()) {
            after.compression_type = None;
        }
        if drop("QuickRecovery", before.quick_recovery.is_some(), after.quick_recovery.is_some()) {
            after.quick_recovery = None;
        }
        if let (
            BackupStorageDescription::ManagedIdentityAzureBlobStore(theirs),
            BackupStorageDescription::ManagedIdentityAzureBlobStore(ours),
        ) = (&before.storage, &mut after.storage)
        {
            let (theirs, ours) = (theirs.managed_identity_client_id, &mut ours.managed_identity_client_id);
            if drop("Storage.ManagedIdentityClientId", theirs.is_some(), ours.is_some()) {
                *ours = None;
            }
        }
    }

    /// The cluster returns no secrets, so they never differ.
    fn secrets(&mut self) {
        match (&mut self.before.storage, &self.after.storage) {
            (BackupStorageDescription::AzureBlobStore(theirs), BackupStorageDescription::AzureBlobStore(ours)) => {
                theirs.connection_string = ours.connection_string.clone();
            }
            (BackupStorageDescription::FileShare(theirs), BackupStorageDescription::FileShare(ours)) => {
                theirs.primary_password = ours.primary_password.clone();
                theirs.secondary_password = ours.secondary_password.clone();
            }
            _ => {}
        }
    }

    /// A member that only one side has is no difference: the server may drop it, or be newer and add it. Members of
    /// both are compared; those of a storage are not displayed, because they may be secrets.
    fn unknown_members(&mut self, theirs: &BackupPolicyDescription) {
        let mut masked = theirs.clone();
        let masked = secrets::extras(&mut masked).into_iter().map(|(place, _, extra)| (place, extra.clone()));
        let masked: Vec<(&str, Extra)> = masked.collect();
        let before = secrets::extras(&mut self.before);
        let mut after = secrets::extras(&mut self.after);
        for (place, kind, theirs) in before {
            let returned = masked.iter().find(|(other, _)| *other == place);
            let ours = after.iter_mut().find(|(other, _, _)| *other == place);
            let (mut left, mut right) = (Extra::default(), Extra::default());
            if let (Some((_, returned)), Some((_, _, ours))) = (returned, ours) {
                for name in ours.names() {
                    let (Some(a), Some(b)) = (returned.json(name), ours.json(name)) else {
                        self.unreported.push(if place.is_empty() {
                            name.to_owned()
                        } else {
                            format!("{place}.{name}")
                        });
                        continue;
                    };
                    if a == b || cannot_be_compared(kind, &a, &b) {
                        continue;
                    }
                    let withheld = |json: &str, instead: &str| match kind {
                        Kind::Unknown => json.to_owned(),
                        _ => Value::from(instead).to_string(),
                    };
                    // The value is JSON, because it was read from JSON.
                    let _ = left.set_json(name, &withheld(&a, NOT_SHOWN));
                    let _ = right.set_json(name, &withheld(&b, ANOTHER));
                }
                **ours = right;
            }
            *theirs = left;
        }
        // An object that only the file's policy has is of another kind or additional, which other members show.
        for (place, _, extra) in after {
            if !masked.iter().any(|(other, _)| *other == place) {
                *extra = Extra::default();
            }
        }
    }
}

/// Whether a value is masked on one side, or a reference on the other.
fn cannot_be_compared(kind: Kind, theirs: &str, ours: &str) -> bool {
    let mut found = false;
    let mut visit = |json: &str, hit: &dyn Fn(&str) -> bool| {
        if let Ok(value) = serde_json::from_str::<Value>(json) {
            found |= any_text(&value, hit);
        }
    };
    visit(theirs, &|text| text == MASK);
    visit(ours, &|text| kind == Kind::UnknownOfStorage && text.parse::<SecretRef>().is_ok());
    found
}

fn any_text(value: &Value, hit: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => hit(text),
        Value::Array(items) => items.iter().any(|item| any_text(item, hit)),
        Value::Object(members) => members.values().any(|member| any_text(member, hit)),
        _ => false,
    }
}

/// A policy for display without a counterpart: hides values in unknown members of a storage, because they may be
/// secrets.
pub(super) fn alone(mut policy: BackupPolicyDescription) -> BackupPolicyDescription {
    policy = policy.canonicalized();
    for (_, kind, extra) in secrets::extras(&mut policy) {
        if kind == Kind::UnknownOfStorage {
            let names: Vec<String> = extra.names().map(str::to_owned).collect();
            for name in names {
                // A text is valid JSON.
                let _ = extra.set_json(&name, &Value::from(NOT_SHOWN).to_string());
            }
        }
    }
    policy
}

/// A policy of the cluster with another text for its masks. The password of an absent user is removed: the cluster
/// masks it whether it is set or not.
pub(super) fn unmasked(mut policy: BackupPolicyDescription, instead: &str) -> BackupPolicyDescription {
    if let BackupStorageDescription::FileShare(share) = &mut policy.storage {
        if share.primary_user_name.is_none() {
            share.primary_password = None;
        }
        if share.secondary_user_name.is_none() {
            share.secondary_password = None;
        }
    }
    let rewritten: Result<(), Infallible> = secrets::rewrite(&mut policy, &mut |_, kind, text| {
        // Hides a secret even if the server does not mask it.
        Ok((kind == Kind::Secret || text == MASK).then(|| Secret::from(instead)))
    });
    let Ok(()) = rewritten;
    policy
}
