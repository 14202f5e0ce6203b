//! Application and service names.

use proptest::prelude::*;

use crate::cluster::{ApiVersion, IdDelimiter, Target};
use crate::name::{ApplicationId, CONTROL, INVISIBLE, NameProblem, ServiceId};
use crate::operation::Operation;
use crate::operations::ResumeServiceBackup;
use crate::tests::strategies::name::{REFUSED, segments, service};
use crate::text::is_invisible;
use crate::wire::path::PathValue;

const RESERVED: &str = "Service Fabric reserves it inside names";
const UNFIT: &str = "it is not allowed in the path of a URL";

fn problem(text: &str) -> NameProblem {
    let error = text.parse::<ServiceId>().unwrap_err();
    assert_eq!(text.parse::<ApplicationId>().unwrap_err().problem(), error.problem());
    error.problem().clone()
}

fn character(character: char, position: usize, rule: &'static str) -> NameProblem {
    NameProblem::Character { character, position, rule }
}

#[test]
fn a_character_is_refused_with_its_place_and_the_rule() {
    assert_eq!(problem("fabric:/App/S$vc"), character('$', 14, RESERVED));
    assert_eq!(problem("App/S+vc"), character('+', 6, RESERVED));
    assert_eq!(problem("App~S|vc"), character('|', 6, RESERVED));
    assert_eq!(problem("fabric:/A~B"), character('~', 10, RESERVED));
    assert_eq!(problem("A/B~C"), character('~', 4, RESERVED));
    assert_eq!(problem("fabric:/Ä世?"), character('?', 11, UNFIT));
    assert_eq!(problem("A\\B"), character('\\', 2, UNFIT));
    assert_eq!(problem("A/\u{7f}"), character('\u{7f}', 3, CONTROL));
    assert_eq!(problem("A/\u{85}b"), character('\u{85}', 3, CONTROL));
    let error = "A/B\n".parse::<ServiceId>().unwrap_err().to_string();
    assert_eq!(error, format!(r#"service name "A/B\n": has the character '\n' at position 4: {CONTROL}"#));
}

#[test]
fn empty_names_and_segments_are_refused_with_their_place() {
    assert_eq!(problem(""), NameProblem::Empty);
    assert_eq!(problem("fabric:/"), NameProblem::Empty);
    for (text, position) in
        [("/A", 1), ("A//B", 3), ("A/", 3), ("fabric:/A//B", 11), ("fabric://A", 9), ("~A", 1), ("A~", 3)]
    {
        assert_eq!(problem(text), NameProblem::EmptySegment { position }, "{text}");
    }
}

#[test]
fn dot_segments_are_refused_with_their_place() {
    for (text, segment, position) in [(".", ".", 1), ("A/..", "..", 3), ("fabric:/A/./B", ".", 11), ("..~A", "..", 1)] {
        assert_eq!(problem(text), NameProblem::DotSegment { segment: segment.into(), position }, "{text}");
    }
    for text in ["...", "A/.b", "a./b..", "..A"] {
        assert!(text.parse::<ServiceId>().is_ok(), "{text}");
    }
}

#[test]
fn every_character_but_the_refused_ones_is_accepted() {
    let characters = (0..=0xffff_u32).chain((0x1_0000..=0x10_ffff).step_by(61)).filter_map(char::from_u32);
    for character in characters.filter(|c| *c != '/') {
        let refused = REFUSED.contains(character) || is_invisible(character);
        let text = format!("fabric:/a{character}b/c");
        match text.parse::<ServiceId>() {
            Ok(id) => assert!(!refused && id.to_string() == text, "{text:?} was taken"),
            Err(error) => {
                let NameProblem::Character { character: named, position, .. } = error.problem() else {
                    panic!("{error}");
                };
                assert!(refused && *named == character && *position == 10, "{error}");
            }
        }
    }
}

#[test]
fn the_scheme_is_taken_once_and_in_any_case() {
    let id: ServiceId = "FABRIC:/x/fabric:".parse().unwrap();
    assert_eq!(id.as_path().split('/').collect::<Vec<_>>(), ["x", "fabric:"]);
    assert_eq!(format!("{id:?}"), "ServiceId(fabric:/x/fabric:)");
    for (text, position) in [
        ("fabric:App", 1),
        ("Fabric:App/Svc", 1),
        ("fabric:", 1),
        ("fabric:~x", 1),
        ("fabric:/fabric:/x", 9),
        ("FABRIC:/fAbric:x", 9),
        ("fabric:\\App", 1),
    ] {
        assert_eq!(problem(text), NameProblem::Scheme { position }, "{text}");
    }
    assert!(<ServiceId as PathValue>::read("fabric:/x").is_err());
}

#[test]
fn blanks_at_the_ends_are_refused_with_their_place() {
    for text in [" ", "   ", "\u{3000}\u{2003}", "fabric:/ "] {
        assert_eq!(problem(text), NameProblem::Blank, "{text:?}");
    }
    for (text, position) in [
        (" A/B", 1),
        ("A/B ", 4),
        (" fabric:/A", 1),
        ("fabric:/ A", 9),
        ("fabric:/A ", 10),
        ("A /B", 2),
        ("A/ B", 3),
        ("A/ /B", 3),
        ("A~B\u{a0}", 4),
    ] {
        assert_eq!(problem(text), NameProblem::Edge { position }, "{text:?}");
    }
    assert_eq!("My App/My Service".parse::<ServiceId>().unwrap().to_string(), "fabric:/My App/My Service");
}

#[test]
fn invisible_characters_are_refused_and_displayed_as_numbers() {
    for invisible in "\u{202e}\u{2066}\u{200b}\u{200d}\u{feff}\u{ad}\u{34f}\u{3164}\u{fe0f}\u{2028}\u{e0041}".chars() {
        let text = format!("fabric:/A{invisible}/B");
        assert_eq!(problem(&text), character(invisible, 10, INVISIBLE));
        let error = text.parse::<ServiceId>().unwrap_err().to_string();
        let number = format!("\\u{{{:x}}}", u32::from(invisible));
        assert_eq!(
            error,
            format!(r#"service name "fabric:/A{number}/B": has the character '{number}' at position 10: {INVISIBLE}"#)
        );
    }
}

#[test]
fn the_application_of_a_service_is_all_but_its_last_level() {
    let id: ServiceId = "fabric:/Shop/EU/Cart".parse().unwrap();
    assert_eq!(id.application(), "fabric:/Shop/EU".parse().ok());
    assert_eq!("fabric:/Alone".parse::<ServiceId>().unwrap().application(), None);
}

#[test]
fn an_escaped_slash_on_the_wire_is_held_to_the_same_rules() {
    let read = <ServiceId as PathValue>::read;
    assert_eq!(read("App%2FSvc"), read("App/Svc"));
    for raw in ["%2F", "App%2F", "App%2F%2FSvc", "App%2F..%2FSvc", "%2e%2e", "App~", "App%2F~", "", "%ff", "App%00"] {
        assert!(read(raw).is_err(), "{raw}");
    }
}

fn wire(id: &impl PathValue, delimiter: IdDelimiter) -> String {
    let mut text = String::new();
    id.write(&mut text, delimiter);
    text
}

proptest! {
    #[test]
    fn three_spellings_give_one_id(segments in segments()) {
        let full: ServiceId = format!("fabric:/{}", segments.join("/")).parse().unwrap();
        prop_assert_eq!(&segments.join("~").parse::<ServiceId>().unwrap(), &full);
        prop_assert_eq!(&full.as_path().parse::<ServiceId>().unwrap(), &full);
        prop_assert_eq!(full.as_path().split('/').collect::<Vec<_>>(), segments);
        prop_assert_eq!(full.to_string().parse::<ServiceId>().unwrap(), full);
    }

    #[test]
    fn to_the_wire_and_back_is_the_identity(id in service()) {
        for delimiter in [IdDelimiter::Slash, IdDelimiter::Tilde] {
            prop_assert_eq!(&<ServiceId as PathValue>::read(&wire(&id, delimiter)).unwrap(), &id);
        }
    }

    /// Checked with an independent URI parser.
    #[test]
    fn the_wire_form_leaves_the_structure_of_the_path_intact(id in service(), tilde: bool) {
        let delimiter = if tilde { IdDelimiter::Tilde } else { IdDelimiter::Slash };
        let target = Target::new("http://localhost:19080".parse().unwrap())
            .id_delimiter(delimiter)
            .api_version(ApiVersion::V6_4);
        let request = ResumeServiceBackup::new(id.clone()).to_request(&target).unwrap();
        let uri = fluent_uri::Uri::parse(request.uri().to_string()).unwrap();
        prop_assert_eq!(uri.query().map(|query| query.as_str()), Some("api-version=6.4"));
        prop_assert!(uri.fragment().is_none());
        let decoded: Vec<String> =
            uri.path().split('/').map(|segment| segment.decode().to_string().unwrap().into_owned()).collect();
        let levels: Vec<&str> = id.as_path().split('/').collect();
        let id = if tilde { vec![levels.join("~")] } else { levels.into_iter().map(str::to_owned).collect() };
        let frame = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        prop_assert_eq!(decoded, [frame(&["", "Services"]), id, frame(&["$", "ResumeBackup"])].concat());
    }

    #[test]
    fn a_refused_character_is_named_wherever_it_stands(
        mut segments in segments(), which: prop::sample::Index, place: prop::sample::Index,
        refused in prop::sample::select("$+|?#%<>\\^[]\0\t\n\u{1f}\u{7f}\u{9f}".chars().collect::<Vec<_>>()), full: bool,
    ) {
        let level = which.index(segments.len());
        let before = place.index(segments[level].chars().count() + 1);
        let at = segments[level].char_indices().nth(before).map_or(segments[level].len(), |(at, _)| at);
        segments[level].insert(at, refused);
        let prefix = segments[..level].iter().map(|segment| segment.chars().count() + 1).sum::<usize>();
        let (text, scheme) = if full { (format!("fabric:/{}", segments.join("/")), 8) } else { (segments.join("~"), 0) };
        let rule = match refused {
            '$' | '+' | '|' => RESERVED,
            _ if refused.is_control() => CONTROL,
            _ => UNFIT,
        };
        prop_assert_eq!(problem(&text), character(refused, scheme + prefix + before + 1, rule));
    }

    #[test]
    fn any_text_is_a_name_that_stays_itself_or_is_refused_in_one_line(text in ".{0,20}|(fabric:)?[/~a.$]{0,9}") {
        match text.parse::<ServiceId>() {
            Ok(id) => {
                prop_assert_eq!(&id.to_string().parse::<ServiceId>().unwrap(), &id);
                prop_assert_eq!(id.as_path().parse::<ServiceId>().unwrap(), id);
            }
            Err(error) => prop_assert!(!error.to_string().chars().any(is_invisible), "{}", error),
        }
    }

    #[test]
    fn any_path_is_a_valid_name_or_refused(raw in "[%2FfEe~/.aA-]{0,12}|.{0,12}") {
        if let Ok(id) = <ServiceId as PathValue>::read(&raw) {
            prop_assert_eq!(&id.to_string().parse::<ServiceId>().unwrap(), &id);
            prop_assert!(id.as_path().split('/').all(|segment| !["", ".", ".."].contains(&segment)));
        }
    }
}
