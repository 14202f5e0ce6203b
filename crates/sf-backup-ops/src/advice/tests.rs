use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use sf_backup_proto::{DeleteBackupPolicy, EnableServiceBackup, Error, ErrorKind, FabricErrorCode, Operation};

use super::{CodeAdvice, hint, of_kind};

fn change() -> DeleteBackupPolicy {
    DeleteBackupPolicy::new("Daily".parse().unwrap())
}

fn error_of<O: Operation>(operation: &O, status: u16, body: &str) -> Error {
    let response = http::Response::builder().status(status).body(body.to_owned()).unwrap();
    match operation.parse(&response) {
        Ok(_) => panic!("{status} {body} is a success"),
        Err(error) => error,
    }
}

fn coded(code: impl Into<Value>) -> String {
    json!({"Error": {"Code": code.into(), "Message": "text"}}).to_string()
}

#[test]
fn every_known_code_has_advice_and_no_other_code_has() {
    let known: BTreeSet<_> = FabricErrorCode::KNOWN.iter().map(|code| code.facts().unwrap().name).collect();
    let advised: BTreeSet<_> = CodeAdvice::all().map(|advice| advice.name).collect();
    assert_eq!(known.difference(&advised).collect::<Vec<_>>(), Vec::<&&str>::new(), "codes without advice");
    assert_eq!(advised.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "advice without a code");
    assert_eq!(CodeAdvice::all().count(), advised.len(), "two rows for one code");
    for code in FabricErrorCode::KNOWN {
        assert_eq!(CodeAdvice::of(code).unwrap().name, code.to_string());
    }
    assert_eq!(CodeAdvice::of(&FabricErrorCode::from_text("FABRIC_E_OF_TOMORROW")), None);
    assert_eq!(CodeAdvice::of(&FabricErrorCode::Hresult(7)), None);
}

#[test]
fn no_two_codes_share_a_meaning_or_a_cause() {
    let mut causes = BTreeSet::new();
    let mut meanings = BTreeSet::new();
    for advice in CodeAdvice::all() {
        assert!(causes.insert(advice.cause), "{advice:?}");
        assert!(meanings.insert(advice.meaning), "{advice:?}");
    }
}

#[test]
fn every_text_is_one_clean_clause_and_names_no_option() {
    for advice in CodeAdvice::all() {
        for text in [advice.meaning, advice.cause, advice.action] {
            assert!(text.len() >= 10, "{}: {text:?}", advice.name);
            assert!(text.len() <= 260, "{}: {} bytes: {text:?}", advice.name, text.len());
            assert_eq!(text.trim(), text, "{}", advice.name);
            assert!(!text.ends_with(['.', ',', ';', ':']), "{}: {text:?}", advice.name);
            assert!(!text.contains("  ") && !text.chars().any(char::is_control), "{}: {text:?}", advice.name);
            assert!(!text.contains("--") && !text.contains("sf-backup"), "{}: {text:?}", advice.name);
        }
    }
}

#[test]
fn hints_come_from_the_code_and_else_from_the_kind() {
    let hint = |status, body: &str| hint(&error_of(&change(), status, body));
    let exists = hint(409, &coded("FABRIC_E_BACKUP_POLICY_ALREADY_EXISTS")).unwrap();
    assert_eq!(exists, CodeAdvice::of(&FabricErrorCode::BackupPolicyExists).unwrap().action);
    assert!(hint(404, "").unwrap().contains("BackupRestoreService"));
    assert!(hint(403, "").unwrap().contains("client certificate"));
    assert!(hint(504, "").unwrap().contains("before repeating"));
    assert!(hint(409, &coded("SOMETHING_NEW")).unwrap().contains("read the state"));
}

#[test]
fn a_kind_that_is_not_the_codes_own_decides() {
    let named = r#"{"Error":{"Code":"FABRIC_E_SERVICE_DOES_NOT_EXIST",
        "Message":"Service fabric:/System/BackupRestoreService does not exist."}}"#;
    let enable = EnableServiceBackup::new("fabric:/App/Service".parse().unwrap(), "Daily".parse().unwrap());
    let hint = hint(&error_of(&enable, 404, named)).unwrap();
    assert!(hint.contains("runs no backup service"), "{hint}");
}

#[test]
fn calls_without_a_response_have_hints() {
    let hint_for = |kind| of_kind(kind, false).unwrap();
    assert!(hint_for(ErrorKind::Unreachable).contains("19080"));
    assert!(hint_for(ErrorKind::ResponseLost).contains("nothing was changed"));
    assert!(of_kind(ErrorKind::ResponseLost, true).unwrap().contains("before repeating"));
    let refused = hint_for(ErrorKind::IdentityRefused);
    assert!(refused.contains("pin it") && !refused.contains("--"), "{refused}");
}

proptest! {
    /// Every error response has a hint, and a known code has its own hint with every status.
    #[test]
    fn every_error_response_has_a_hint(
        status in 400_u16..600,
        code in proptest::sample::select(FabricErrorCode::KNOWN),
        numbered: bool,
    ) {
        let body = match code.hresult() {
            Some(hresult) if numbered => coded(hresult),
            _ => coded(code.to_string()),
        };
        let error = error_of(&change(), status, &body);
        // If a call names no service, an unknown service is the backup service.
        if error.kind() == code.facts().unwrap().kind {
            prop_assert_eq!(hint(&error), Some(CodeAdvice::of(&code).unwrap().action.to_owned()));
        } else {
            prop_assert_eq!(error.kind(), ErrorKind::BackupServiceMissing);
        }
        for body in ["", "{}", "<html>", r#"{"Error":{"Code":"NEW"}}"#] {
            prop_assert!(hint(&error_of(&change(), status, body)).is_some());
        }
    }
}
