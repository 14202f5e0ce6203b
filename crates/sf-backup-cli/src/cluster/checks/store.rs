//! The first step if the client certificate is in a certificate store of Windows: whether it is there.

use std::error::Error as _;
use std::time::SystemTime;

use sf_backup_hyper::tls::{CertificateStore, StoreError, StoreLocation, StoreProblem, StoreQuery};

use super::step::{Name, Step};
use crate::output::exit::Exit;
use crate::output::failure::append_sources;
use crate::output::shell::word;

/// Looks for the certificate.
pub(super) fn step(store: &CertificateStore, query: &StoreQuery, now: SystemTime) -> Step {
    match store.find(query, now) {
        Ok(found) => Step::passed(Name::CertificateStore, format!("{store}: {found}")),
        Err(error) => {
            let problem = append_sources(error.to_string(), error.source());
            let step = Step::failed(Name::CertificateStore, Exit::Usage, problem);
            step.advice(advice(error.problem(), store)).command(command(&error, store, query))
        }
    }
}

fn advice(problem: StoreProblem, store: &CertificateStore) -> String {
    let (snap_in, import) = match store.location() {
        StoreLocation::CurrentUser => ("certmgr.msc", "certutil -user -importpfx FILE.pfx"),
        StoreLocation::LocalMachine => ("certlm.msc", "certutil -importpfx FILE.pfx"),
    };
    match problem {
        StoreProblem::Unsupported => "use --cert and --key, or --pkcs12".to_owned(),
        StoreProblem::NotOpened => {
            format!("check the name of the store; PowerShell lists all: Get-ChildItem {}", word("Cert:\\CurrentUser"))
        }
        StoreProblem::NoMatch => {
            let listing = word(&format!("Cert:\\{store}"));
            format!("check thumbprint and store; PowerShell lists the certificates: Get-ChildItem {listing}")
        }
        StoreProblem::NotValid => {
            format!("renew the certificate and import it with its key ({import}), or set this machine's clock")
        }
        StoreProblem::NoPrivateKey => format!(
            "import the certificate with its private key: {import}; if the key is there, let this user read it: \
             {snap_in}, All Tasks, Manage Private Keys"
        ),
        StoreProblem::Several => "name one of them by its thumbprint".to_owned(),
        other => format!("unknown problem: {other:?}"),
    }
}

/// The options that may work instead.
fn command(error: &StoreError, store: &CertificateStore, query: &StoreQuery) -> Option<String> {
    let candidates = match error {
        StoreError::NoSingleMatch { candidates, now, .. } => {
            candidates.iter().filter(|candidate| candidate.is_usable(*now)).collect()
        }
        _ => Vec::new(),
    };
    let (store, thumbprint) = match (error.problem(), query) {
        (StoreProblem::Several, _) => (store.clone(), candidates.first()?.certificate().sha1()),
        // Certificates of services are in the other location.
        (StoreProblem::NoMatch, StoreQuery::Thumbprint(thumbprint)) => (elsewhere(store), *thumbprint),
        _ => return None,
    };
    Some(format!("sf-backup --cert-store {} --cert-thumbprint {thumbprint} doctor", word(&store.to_string())))
}

fn elsewhere(store: &CertificateStore) -> CertificateStore {
    let location = match store.location() {
        StoreLocation::CurrentUser => StoreLocation::LocalMachine,
        StoreLocation::LocalMachine => StoreLocation::CurrentUser,
    };
    CertificateStore::new(location, store.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_match(query: StoreQuery) -> StoreError {
        let (store, candidates) = (CertificateStore::default(), Vec::new());
        StoreError::NoSingleMatch { store, query, candidates, now: SystemTime::UNIX_EPOCH }
    }

    #[test]
    fn a_missing_thumbprint_is_searched_in_the_other_store() {
        let store = CertificateStore::default();
        let thumbprint: StoreQuery =
            StoreQuery::Thumbprint("349A95382E3A4D8FD6D42B36B4C04ABFF35BD421".parse().unwrap());
        let command_for = |query: &StoreQuery| command(&no_match(query.clone()), &store, query);
        let command = command_for(&thumbprint).unwrap();
        assert!(command.contains(&word("LocalMachine\\My")), "{command}");
        assert!(command.ends_with("--cert-thumbprint 349A95382E3A4D8FD6D42B36B4C04ABFF35BD421 doctor"), "{command}");
        assert_eq!(command_for(&StoreQuery::Subject("operator".to_owned())), None);
        assert_eq!(elsewhere(&elsewhere(&store)), store);
    }

    #[test]
    fn every_problem_has_its_advice() {
        use StoreProblem::{NoMatch, NoPrivateKey, NotOpened, NotValid, Several, Unsupported};
        let machine = CertificateStore::new(StoreLocation::LocalMachine, "My");
        for (problem, words) in [
            (Unsupported, "--pkcs12"),
            (NotOpened, "name of the store"),
            (NoMatch, "LocalMachine\\My"),
            (NotValid, "certutil -importpfx"),
            (NoPrivateKey, "certlm.msc"),
            (Several, "thumbprint"),
        ] {
            let advice = advice(problem, &machine);
            assert!(advice.contains(words), "{advice}");
        }
        assert!(advice(NoPrivateKey, &CertificateStore::default()).contains("certutil -user -importpfx"));
    }
}
