//! The meanings of this program's own terms: exit codes, states of the audit, and rules of `policy lint`.

use serde::Serialize;

use crate::output::render::table::Record;

/// A term with its explanation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Term {
    pub(super) term: &'static str,
    pub(super) kind: Kind,
    pub(super) meaning: &'static str,
    pub(super) action: &'static str,
}

/// The kind of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Kind {
    ExitCode,
    State,
    LintRule,
}

impl Term {
    /// Finds a term, ignoring case; an exit code may follow `exit`.
    pub(super) fn of(text: &str) -> Option<&'static Self> {
        let text = text.trim();
        let number = text.strip_prefix("exit").map(str::trim_start).filter(|rest| !rest.is_empty()).unwrap_or(text);
        TERMS.iter().find(|term| match term.kind {
            Kind::ExitCode => term.term == number,
            Kind::State | Kind::LintRule => term.term.eq_ignore_ascii_case(text),
        })
    }

    /// All terms.
    pub(super) fn all() -> &'static [Self] {
        TERMS
    }

    pub(super) fn record(&self) -> Record {
        let label = match self.kind {
            Kind::ExitCode => "Exit code",
            Kind::State => "State",
            Kind::LintRule => "Lint rule",
        };
        Record::default()
            .with(label, Some(self.term))
            .prose("Meaning", Some(self.meaning))
            .prose("What to do", Some(self.action))
    }
}

macro_rules! terms {
    ($($kind:ident { $($term:literal: $meaning:literal, $action:literal;)+ })+) => {
        const TERMS: &[Term] = &[
            $($(Term { term: $term, kind: Kind::$kind, meaning: $meaning, action: $action },)+)+
        ];
    };
}

terms! {
    ExitCode {
        "0": "The command succeeded. For an audit: everything that can be backed up is protected.", "Nothing.";
        "1": "An error without an exit code of its own.", "Read the error message; --verbose shows the requests.";
        "2": "An argument or a file is wrong, or a change was refused. Nothing was sent.",
            "Correct what the message names; --help shows examples.";
        "3": "The entity, policy or backup does not exist, or backup is not enabled on it.",
            "Check the name with 'sf-backup app list', 'service list', 'partition list' or 'policy list'.";
        "4": "The entity is not in the state that the command requires, or an entity of this name exists.",
            "Read the state with 'sf-backup why ID', and repeat the command once it has changed.";
        "5": "The cluster refused access, or its identity is not the expected one.",
            "Run 'sf-backup doctor': it shows what the cluster asks for and which permissions you have.";
        "6": "The time limit was reached. What was started may still be running.",
            "Check with 'sf-backup why ID' or the progress commands; a longer --timeout or --wait-timeout may help.";
        "7": "No endpoint of the cluster could be reached.", "Check -e and the network; 'sf-backup doctor' checks \
            step by step.";
        "8": "The cluster ran the backup or restore, and it failed.",
            "The message has the cluster's error code; 'sf-backup explain CODE' explains it.";
        "9": "The response to a change was lost, and whether the change took effect could not be determined.",
            "Check with 'sf-backup why ID' or 'policy show NAME' before you repeat the command.";
        "10": "The cluster does not run a service that the command needs.",
            "Add BackupRestoreService (or FaultAnalysisService) to the cluster's configuration.";
        "20": "An audit: at least one partition is not protected.",
            "Run 'sf-backup audit' to see which, and 'sf-backup why SERVICE' for the cause.";
        "21": "An audit: nothing is known to be unprotected, but the state of something is unknown or its first \
            backup is pending.",
            "Run 'sf-backup audit' to see which, and 'sf-backup why SERVICE' for the cause.";
        "22": "An audit found everything protected, but its notification could not be sent.",
            "Read the warning about the notification; the next run sends it again.";
        "23": "The command succeeded, but the outcome of a change could not be written to the log (--log).",
            "Do not repeat the command. Read the warning, and make room for the log or correct its permissions.";
        "24": "A restore drill restored every partition, but its probe failed.",
            "Check the restored data in the scratch service: the backups can be restored, but their data is not what \
                the probe expects.";
        "130": "The command was interrupted.", "Run it again; 'restore run' resumes from its journal.";
    }
    State {
        "Failing": "Backups fail, cannot be read, or cannot be restored.",
            "'sf-backup why PARTITION' shows the cause; check the storage and its credentials.";
        "Stale": "The newest backup is older than the schedule allows, or the partition has none, although other \
            partitions of the service have backups.",
            "'sf-backup why PARTITION' shows when it was due; back up now with 'sf-backup partition backup PARTITION \
                --wait'.";
        "NotCovered": "No policy is in effect, so no backups are made.",
            "'sf-backup service enable SERVICE --policy NAME' starts periodic backups.";
        "Suspended": "Backups are suspended on the partition, its service or its application.",
            "'sf-backup why PARTITION' shows where; resume backups there, such as with 'sf-backup service resume SERVICE'.";
        "Unavailable": "The partition is in quorum loss, waits for a restore, or has been reconfiguring for too long.",
            "Bring its replicas back, or restore it: 'sf-backup partition restore PARTITION --latest'.";
        "Unknown": "Something that the audit needs could not be read, so the state is not known.",
            "The reason names the request that failed; 'sf-backup doctor' checks access.";
        "Pending": "The first backup is not due yet, the schedule has just changed, or a backup is running.",
            "Wait for the time in the reason, or back up now with 'sf-backup partition backup PARTITION --wait'.";
        "Protected": "The newest backup is as recent as the schedule requires and can be restored, as far as the list \
            of backups shows.",
            "Nothing.";
        "NotApplicable": "The service keeps no state on disk, so there is nothing to back up.", "Nothing.";
    }
    LintRule {
        "auto-restore": "After data loss the cluster restores the newest backup automatically, and later writes are lost.",
            "Set AutoRestoreOnDataLoss to false: in production a person should decide.";
        "retention-shorter-than-chain": "Backups are deleted as soon as the next full one is made, because a chain \
            takes longer than they are kept.",
            "Keep backups for at least one chain, or allow fewer incremental ones.";
        "no-minimum-number-of-backups": "If backups stop, the last good ones are deleted by age.",
            "Set MinimumNumberOfBackups to at least one chain.";
        "no-retention": "Backups are never deleted, and storage fills up.",
            "Add a RetentionPolicy for clusters of 6.4 and later.";
        "retention-over-24-days": "The backup service of runtimes before 9.1 crashes on a longer retention.",
            "Keep backups for at most 24 days, or upgrade the cluster.";
        "every-backup-full": "Every backup is a full one, many times a day.",
            "Allow incremental backups, or back up less often.";
        "long-chain": "A restore reads many backups, and if one is lost, all later ones of its chain are useless.",
            "Start a new chain at least every day or two: allow fewer incremental backups.";
        "run-days-of-daily-schedule": "A Daily schedule does not use RunDays.", "Leave them out, or make the schedule \
            Weekly.";
        "run-time-with-offset": "A time of day with an offset is sent as UTC.", "Write the time in UTC, with a Z.";
        "run-time-with-fraction": "Fractions of a second are dropped from a time of day.", "Write whole minutes.";
        "run-time-without-zone": "A time of day without a Z is sent as UTC; other programs send it as the server's \
            local time.",
            "Write it with a Z.";
        "unknown-member": "A member is newer than this program, or misspelt. It is sent unchanged.",
            "Compare it with the API's documentation.";
        "invalid-member": "A member breaks a rule of the API.", "Correct it: the policy cannot be sent.";
        "not-in-version": "A member requires a later runtime.", "Leave it out for older clusters.";
        "cannot-be-sent": "The policy cannot be written as a request.", "Correct it.";
        "unreadable": "The file cannot be read as a policy.", "'sf-backup policy create --help' shows a policy.";
        "empty-member": "Members of other kinds of storage or schedule are empty. They are left out.", "Nothing.";
        "masked-secret": "A secret is the cluster's mask (****), which would be stored as the secret.",
            "Write the secret itself, or leave the member out if there is none.";
        "malformed-reference": "A reference to a secret cannot be read.", "Write env:NAME, file:PATH or cmd:PROGRAM \
            ARGUMENTS.";
        "unresolved-secret": "A reference to a secret cannot be resolved on this machine.",
            "Set it where the policy is created; nothing is sent without it.";
        "placeholder-secret": "A secret is a placeholder, as in examples.",
            "Write the real value, or a reference: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS.";
        "connection-string": "A connection string is a long-lived secret in the cluster.",
            "Since runtime 8.0, ManagedIdentityAzureBlobStore needs none.";
        "connection-string-without-account": "The connection string names no storage account.",
            "Copy the account's connection string.";
        "connection-string-without-key": "The connection string has neither AccountKey nor SharedAccessSignature.",
            "Copy the account's connection string with its key.";
        "connection-string-over-http": "Backups would cross the network unencrypted, and storage accounts refuse it \
            by default.",
            "Write DefaultEndpointsProtocol=https.";
        "development-storage": "Only a cluster on a development machine reaches this storage.", "Name a storage \
            account for any other cluster.";
        "expired-signature": "The shared access signature has expired, so backups fail.", "Create a new signature, \
            and update the policy.";
        "signature-expires-soon": "The shared access signature expires soon, and backups stop then.",
            "Create a new signature, and update the policy.";
        "signature-in-address": "The address has a query, which may contain a signature; the cluster shows it to anyone \
            with read access.",
            "Write only the account's address: the identity grants access.";
        "container-name": "The storage account refuses a container of this name.",
            "Use 3 to 63 lowercase letters, digits and single hyphens, with a letter or digit at both ends.";
        "blob-service-address": "This is not the https address of a blob service.", "Write \
            https://ACCOUNT.blob.core.windows.net.";
        "blob-service-over-http": "Managed identities are refused over http.", "Write \
            https://ACCOUNT.blob.core.windows.net.";
        "blob-service-with-path": "The address of a blob service has no path.",
            "Write https://ACCOUNT.blob.core.windows.net, and the container as ContainerName.";
        "identity-type": "The backup service does not know this type of managed identity.", "Write VMSS or Cluster.";
        "identity-roles": "Since runtime 11.1 a managed identity needs two roles.",
            "Assign Storage Blob Data Contributor and Storage Account Contributor on the storage account.";
        "identity-without-client-id": "If the nodes have several user-assigned identities, it is undefined which one is \
            used.",
            "Write ManagedIdentityClientId; it requires runtime 9.1 CU12, 10.0 CU6, 10.1 CU5 or later.";
        "client-id-too-new": "The cluster's runtime ignores ManagedIdentityClientId.", "Leave it out, or upgrade the \
            cluster.";
        "storage-kind-too-new": "ManagedIdentityAzureBlobStore requires runtime 8.0.", "Use a connection string, or \
            upgrade the cluster.";
        "friendly-name-lost": "The cluster loses FriendlyName when the policy is first enabled, disabled or \
            updated.", "Leave it out.";
        "empty-user": "An empty user name or password is not the same as an absent one, and makes the backup service \
            fail.",
            "Leave user name and password out, or give both.";
        "password-without-user": "There is a password without a user name.", "Give both, or neither.";
        "user-without-password": "There is a user name without a password.", "Give both, or neither.";
        "share-path-control-character": "The path has a control character, usually from a single backslash in JSON.", "Write each backslash twice in JSON.";
        "share-path-url": "The path is a URL.", "Write a UNC path: \\\\SERVER\\SHARE.";
        "share-path-drive-letter": "Every node would use its own disk, and backups are lost with the node.",
            "Write the UNC path of a share that all nodes reach: \\\\SERVER\\SHARE.";
        "share-path-not-unc": "Every node would use a path on its own disk.",
            "Write the UNC path of a share that all nodes reach: \\\\SERVER\\SHARE.";
        "share-path-without-share": "The path names a server, but no share.", "Write \\\\SERVER\\SHARE.";
        "share-path-single-backslash": "The path begins with one backslash; a UNC path has two.", "Write each \
            backslash twice in JSON.";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sf_backup_ops::audit::State;

    use super::*;

    fn named(kind: Kind) -> BTreeSet<String> {
        Term::all().iter().filter(|term| term.kind == kind).map(|term| term.term.to_owned()).collect()
    }

    #[test]
    fn every_state_is_explained() {
        assert_eq!(named(Kind::State), State::ALL.map(|state| state.name().to_owned()).into());
        assert_eq!(Term::of(" stale ").map(|term| term.term), Some("Stale"));
    }

    #[test]
    fn every_exit_code_is_explained() {
        for code in named(Kind::ExitCode) {
            assert_eq!(Term::of(&format!("exit {code}")).map(|term| term.term), Some(code.as_str()));
        }
        let source = include_str!("../../output/exit.rs");
        let codes = source.lines().filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = "));
        let codes: BTreeSet<_> = codes.map(|(_, code)| code.to_owned()).collect();
        assert_eq!(codes, named(Kind::ExitCode));
    }

    /// The sources of the rules contain their names as literals with hyphens.
    #[test]
    fn every_lint_rule_is_explained() {
        let folder = "../sf-backup-ops/src/lint";
        let mut rules = BTreeSet::from(["unreadable".to_owned()]);
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        for file in files.chain([format!("{folder}.rs").into()]).filter(|file| !file.ends_with("tests.rs")) {
            let source = std::fs::read_to_string(&file).unwrap();
            let source: Vec<_> = source.lines().take_while(|line| !line.contains("mod tests {")).collect();
            let source: Vec<_> = source.iter().filter(|line| !line.trim_start().starts_with("//")).collect();
            for literal in source.iter().flat_map(|line| line.split('"').skip(1).step_by(2)) {
                let joined = |text: &str| text.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit());
                if literal.contains('-') && literal.split('-').all(|word| !word.is_empty() && joined(word)) {
                    rules.insert(literal.to_owned());
                }
            }
        }
        assert_eq!(rules, named(Kind::LintRule));
    }
}
