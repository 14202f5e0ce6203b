//! Names without levels: policies, partitions, continuation tokens.

use proptest::prelude::*;

use crate::cluster::{IdDelimiter, Target};
use crate::name::INVISIBLE;
use crate::name::{ContinuationToken, NameProblem, PartitionId, PolicyName};
use crate::operation::Operation;
use crate::operations::{DeleteBackupPolicy, GetBackupPolicyList};
use crate::tests::strategies::name::{guid, policy, token};
use crate::text::is_invisible;
use crate::wire::path::PathValue;

fn target() -> Target {
    Target::new("http://localhost:19080".parse().unwrap())
}

fn refusal(text: &str) -> NameProblem {
    text.parse::<PolicyName>().unwrap_err().problem().clone()
}

#[test]
fn a_policy_name_is_refused_for_its_reason() {
    assert_eq!(refusal(""), NameProblem::Empty);
    assert_eq!(refusal(" \t\u{3000}"), NameProblem::Blank);
    for segment in [".", ".."] {
        assert_eq!(refusal(segment), NameProblem::DotSegment { segment: segment.into(), position: 1 });
    }
    let rule = "it would split the URL";
    assert_eq!(refusal("é/b"), NameProblem::Character { character: '/', position: 2, rule });
    assert_eq!(refusal("a b\\"), NameProblem::Character { character: '\\', position: 4, rule });
    let rule = "names must not contain control characters";
    assert_eq!(refusal("a\r\nb"), NameProblem::Character { character: '\r', position: 2, rule });
    for (text, position) in [(" Daily", 1), ("Daily ", 6), ("Daily\u{a0}", 6), ("\u{2003}Daily", 1)] {
        assert_eq!(refusal(text), NameProblem::Edge { position }, "{text:?}");
    }
    let error = "Dai\u{202e}ly".parse::<PolicyName>().unwrap_err().to_string();
    assert_eq!(
        error,
        format!(r#"policy name "Dai\u{{202e}}ly": has the character '\u{{202e}}' at position 4: {INVISIBLE}"#)
    );
}

#[test]
fn every_other_character_may_stand_in_a_policy_name() {
    let characters = (0..=0xffff_u32).chain((0x1_0000..=0x10_ffff).step_by(61)).filter_map(char::from_u32);
    for character in characters {
        let refused = character == '/' || character == '\\' || is_invisible(character);
        assert_eq!(format!("a{character}b").parse::<PolicyName>().is_err(), refused, "{character:?}");
    }
}

#[test]
fn all_but_unreserved_characters_of_a_policy_name_are_escaped() {
    let name: PolicyName = "daily 100%~é+$&'()*,;=:@[]-._Z".parse().unwrap();
    let request = DeleteBackupPolicy::new(name).to_request(&target()).unwrap();
    let escaped = "daily%20100%25~%C3%A9%2B%24%26%27%28%29%2A%2C%3B%3D%3A%40%5B%5D-._Z";
    assert_eq!(request.uri().path(), format!("/BackupRestore/BackupPolicies/{escaped}/$/Delete"));
}

#[test]
fn every_usual_spelling_of_a_guid_is_one_partition() {
    let id: PartitionId = "6b1c2f7e-0000-4000-8000-00000000000a".parse().unwrap();
    for spelling in [
        "6B1C2F7E-0000-4000-8000-00000000000A",
        "{6b1c2f7e-0000-4000-8000-00000000000a}",
        "6b1c2f7e00004000800000000000000a",
        "urn:uuid:6b1c2f7e-0000-4000-8000-00000000000a",
    ] {
        assert_eq!(spelling.parse(), Ok(id), "{spelling}");
    }
    for text in ["", "6b1c2f7e", "6b1c2f7e-0000-4000-8000-00000000000g", "fabric:/A"] {
        let error = text.parse::<PartitionId>().unwrap_err();
        assert_eq!(error.problem(), &NameProblem::Guid);
        assert!(error.to_string().starts_with(&format!("partition id {text:?}: is not a GUID such as ")), "{error}");
    }
}

#[test]
fn an_empty_token_is_none() {
    assert_eq!(ContinuationToken::new(""), None);
    assert_eq!(ContinuationToken::new(" ").unwrap().as_str(), " ");
}

proptest! {
    #[test]
    fn a_policy_name_is_one_segment_on_the_wire_and_comes_back(name in policy()) {
        let request = DeleteBackupPolicy::new(name.clone()).to_request(&target()).unwrap();
        let uri = fluent_uri::Uri::parse(request.uri().to_string()).unwrap();
        let segments: Vec<_> = uri.path().split('/').collect();
        prop_assert_eq!(segments.len(), 6);
        prop_assert_eq!(segments[3].decode().to_string().unwrap(), name.as_str());
        prop_assert_eq!(&<PolicyName as PathValue>::read(segments[3].as_str()).unwrap(), &name);
        prop_assert_eq!(name.as_str().parse::<PolicyName>().unwrap(), name);
    }

    #[test]
    fn a_partition_is_written_in_lower_case_with_hyphens(id in guid()) {
        let partition = PartitionId::from(id);
        let mut wire = String::new();
        partition.write(&mut wire, IdDelimiter::Tilde);
        prop_assert_eq!(&wire, &id.to_string().to_lowercase());
        prop_assert_eq!(wire.len(), 36);
        prop_assert_eq!(partition.uuid(), id);
        prop_assert_eq!(&wire, &partition.to_string());
        prop_assert_eq!(<PartitionId as PathValue>::read(&wire).unwrap(), partition);
    }

    #[test]
    fn a_token_is_fully_escaped_and_comes_back(token in token()) {
        let call = GetBackupPolicyList::new().continuation_token(token.clone());
        let uri = fluent_uri::Uri::parse(call.to_request(&target()).unwrap().uri().to_string()).unwrap();
        let query = uri.query().unwrap();
        let (before, value) = query.split_once('&').unwrap();
        prop_assert_eq!(before.as_str(), "api-version=6.4");
        let value = value.as_str().strip_prefix("ContinuationToken=").unwrap();
        prop_assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)), "{}", value);
        let decoded = percent_encoding::percent_decode_str(value).decode_utf8().unwrap();
        prop_assert_eq!(decoded, token.as_str());
    }
}
