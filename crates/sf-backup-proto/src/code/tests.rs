use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{CodeFacts, ErrorKind, FabricErrorCode};
use crate::wire::{Read, Style, Styled};

fn all() -> impl Iterator<Item = (&'static FabricErrorCode, &'static CodeFacts)> {
    FabricErrorCode::KNOWN.iter().map(|code| (code, code.facts().unwrap()))
}

fn names() -> impl Iterator<Item = (&'static FabricErrorCode, &'static str)> {
    all().flat_map(|(code, facts)| {
        [facts.name].into_iter().chain(facts.also.iter().copied()).map(move |name| (code, name))
    })
}

#[test]
fn names_are_unique_in_any_case_and_without_their_prefix() {
    let mut seen = BTreeSet::new();
    for (_, name) in names() {
        assert!(seen.insert(name.to_ascii_lowercase()), "{name}");
        if let Some(short) = name.strip_prefix("FABRIC_E_") {
            assert!(seen.insert(short.to_ascii_lowercase()), "{name} without prefix");
        }
    }
}

#[test]
fn hresults_are_unique_failures_and_known_wherever_a_number_is_all_there_is() {
    let mut seen = BTreeSet::new();
    for (code, facts) in all() {
        match facts.hresult {
            Some(hresult) => {
                assert!(seen.insert(hresult), "{code}");
                assert!(hresult >= 0x8000_0000, "{code}");
            }
            None => assert_eq!(code, &FabricErrorCode::SerializationError),
        }
    }
}

#[test]
fn transient_is_only_what_passes_by_itself() {
    let passing = [ErrorKind::Unavailable, ErrorKind::Timeout];
    for (code, facts) in all() {
        let exception = [FabricErrorCode::WriteConflict, FabricErrorCode::CopierTimeout].contains(code);
        assert_eq!(code.is_transient(), passing.contains(&facts.kind) || exception, "{code}");
    }
    assert!(!FabricErrorCode::ValueTooLarge.is_transient());
    assert!(!FabricErrorCode::from_text("FABRIC_E_OF_TOMORROW").is_transient());
}

#[test]
fn the_runtime_and_the_documents_spell_three_codes_apart() {
    for (published, runtime) in [
        ("FABRIC_E_BACKUP_POLICY_NOT_EXISTING", "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST"),
        ("FABRIC_E_BACKUP_POLICY_ALREADY_EXISTING", "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTS"),
        ("FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_EXISTING", "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_ENABLED"),
    ] {
        let code = FabricErrorCode::from_text(runtime);
        assert_eq!(code, FabricErrorCode::from_text(published));
        assert_eq!(code.to_string(), published);
    }
    assert_eq!(all().filter(|(_, facts)| !facts.also.is_empty()).count(), 3);
}

#[test]
fn numbers_are_read_in_every_usual_form() {
    for text in
        ["0x80071C73", "0X80071c73", "80071c73", "2147949683", "-2147017613", " FABRIC_E_BACKUP_NOT_ENABLED\r\n"]
    {
        assert_eq!(FabricErrorCode::from_text(text), FabricErrorCode::BackupNotEnabled, "{text:?}");
    }
    for number in [json!(2_147_949_683_u32), json!(-2_147_017_613)] {
        assert_eq!(FabricErrorCode::from_json(&number), Some(FabricErrorCode::BackupNotEnabled));
    }
    // Eight digits are hexadecimal only in a text that begins like an error's.
    assert_eq!(FabricErrorCode::from_json(&json!(80_070_057)), Some(FabricErrorCode::Hresult(80_070_057)));
    assert_eq!(FabricErrorCode::from_text("80070057"), FabricErrorCode::InvalidArgument);
    assert_eq!(FabricErrorCode::from_text("12345678"), FabricErrorCode::Hresult(12_345_678));
}

#[test]
fn unknown_codes_are_kept_or_omitted() {
    for kept in ["NotFound", "0x", "0x1FFFFFFFF", "+0x5", "8007ZZ57", "4294967296", "-2147483649", "Ünïcode"] {
        let code = FabricErrorCode::from_text(kept);
        assert!(matches!(code, FabricErrorCode::Unknown(_)), "{kept}: {code:?}");
        assert_eq!(code.to_string(), kept);
        assert_eq!(code.facts(), None);
        assert_eq!(code.hresult(), None);
    }
    for (number, kept) in
        [(json!(4_294_967_296_u64), "4294967296"), (json!(u64::MAX), "18446744073709551615"), (json!(1.5), "1.5")]
    {
        assert_eq!(FabricErrorCode::from_json(&number).unwrap().to_string(), kept);
    }
    for none in [json!(null), json!(true), json!([]), json!({"Code": "E_FAIL"}), json!(""), json!(" \t")] {
        assert_eq!(FabricErrorCode::from_json(&none), None, "{none}");
    }
}

#[test]
fn display_pads_and_stays_on_one_line() {
    assert_eq!(format!("{:<12}|", FabricErrorCode::Fail), "E_FAIL      |");
    assert_eq!(format!("{:>12}|", FabricErrorCode::Hresult(0x15)), "  0x00000015|");
    assert_eq!(format!("{:8}|", FabricErrorCode::from_text("a\u{1b}[31m\nb")), "a [31m b|");
    assert_eq!(FabricErrorCode::from_text(&"x".repeat(100_000)).to_string().len(), 200);
}

#[test]
fn codes_without_a_name_are_sent_as_numbers() {
    for (code, wire) in [
        (FabricErrorCode::NetFormat, json!(2_148_734_263_u32)),
        (FabricErrorCode::Hresult(7), json!(7)),
        (FabricErrorCode::BackupNotFound, json!("FABRIC_E_BACKUP_NOT_FOUND")),
        (FabricErrorCode::InvalidArgument, json!("E_INVALIDARG")),
    ] {
        assert_eq!(serde_json::to_value(Styled(&code, Style::default())).unwrap(), wire);
    }
}

fn reread(code: &FabricErrorCode) -> Option<FabricErrorCode> {
    let wire = serde_json::to_string(&Styled(code, Style::default())).unwrap();
    serde_json::from_str::<Read<Option<FabricErrorCode>>>(&wire).unwrap().0
}

fn code() -> impl Strategy<Value = FabricErrorCode> {
    prop_oneof![
        proptest::sample::select(FabricErrorCode::KNOWN),
        any::<u32>().prop_map(FabricErrorCode::from_hresult),
        "[A-Za-z0-9_. -]{0,30}[A-Z]".prop_map(|text| FabricErrorCode::from_text(&text)),
        "\\PC{0,20}[a-z]".prop_map(|text| FabricErrorCode::from_text(&text)),
    ]
}

proptest! {
    #[test]
    fn names_are_read_in_any_case(
        index in any::<proptest::sample::Index>(),
        upper in proptest::collection::vec(any::<bool>(), 64),
    ) {
        let names: Vec<_> = names().collect();
        let (code, name) = index.get(&names);
        let text: String = name
            .chars()
            .zip(upper.iter().cycle())
            .map(|(letter, upper)| if *upper { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() })
            .collect();
        prop_assert_eq!(&FabricErrorCode::from_text(&text), *code);
        prop_assert_eq!(FabricErrorCode::from_json(&Value::from(text)), Some((*code).clone()));
    }

    #[test]
    fn written_codes_are_read_back(code in code()) {
        prop_assert_eq!(reread(&code), Some(code));
    }

    #[test]
    fn displayed_codes_parse_back(code in code()) {
        prop_assert_eq!(FabricErrorCode::from_text(&code.to_string()), code);
    }

    #[test]
    fn every_number_is_an_hresult_in_all_its_forms(hresult: u32) {
        let code = FabricErrorCode::from_hresult(hresult);
        let failure = (hresult & 0x0FFF_FFFF) | 0x8000_0000; // as all that Windows, .NET and the runtime define
        let prefixless = [failure.to_string(), failure.cast_signed().to_string(), format!("{failure:x}")];
        for form in prefixless {
            prop_assert_eq!(FabricErrorCode::from_text(&form), FabricErrorCode::from_hresult(failure), "{}", form);
        }
        for form in [format!("0x{hresult:x}"), format!("0X{hresult:08X}")] {
            prop_assert_eq!(FabricErrorCode::from_text(&form), code.clone(), "{}", form);
        }
        prop_assert_eq!(FabricErrorCode::from_json(&json!(hresult)), Some(code.clone()));
        prop_assert_eq!(FabricErrorCode::from_json(&json!(hresult.cast_signed())), Some(code.clone()));
        prop_assert_eq!(code.hresult(), Some(hresult));
    }

    #[test]
    fn any_text_is_read_and_reading_is_stable(text in ".{0,300}") {
        let code = FabricErrorCode::from_text(&text);
        prop_assert_eq!(FabricErrorCode::from_text(&code.to_string()), code);
    }
}
