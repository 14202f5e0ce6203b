use std::io;

use proptest::prelude::*;
use serde_json::json;

use super::document::scalar;
use std::ffi::OsString;

use super::*;

fn read(bytes: &[u8]) -> Result<Value, Failure> {
    value(&Source::Standard, &mut &*bytes)
}

fn problem(result: Result<Value, Failure>) -> String {
    match result {
        Err(Failure::Usage(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_dash_is_standard_input() {
    assert!(matches!(Source::from(OsString::from("-")), Source::Standard));
    assert_eq!(Source::from(OsString::from("./-")).to_string(), "./-");
}

#[test]
fn json_and_yaml_are_distinguished_by_their_content() {
    let expected = json!({ "a": [1, "x", null] });
    assert_eq!(read(br#" {"a": [1, "x", null]}"#).unwrap(), expected);
    assert_eq!(read(b"a:\n- 1\n- x\n- ~\n").unwrap(), expected);
}

#[test]
fn bytes_that_are_not_text_are_refused() {
    let no_text = "standard input: cannot be read: not UTF-8 text, nor UTF-16 with a byte order mark";
    for bytes in [&b"a\xff"[..], b"\xff\xfea", b"{\0}\xff"] {
        assert_eq!(problem(read(bytes)), no_text);
    }
    for empty in [&b""[..], b" \n", b"\xff\xfe", b"\xef\xbb\xbf\r\n"] {
        assert_eq!(problem(read(empty)), "standard input: is empty; expected JSON or YAML");
    }
}

#[test]
fn files_of_windows_powershell_are_read() {
    let text = "{\"Name\": \"Täglich\"}\r\n";
    let units = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let marked = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
    for bytes in [
        marked(b"\xff\xfe", &units(u16::to_le_bytes)),
        marked(b"\xfe\xff", &units(u16::to_be_bytes)),
        marked(b"\xef\xbb\xbf", text.as_bytes()),
    ] {
        assert_eq!(read(&bytes).unwrap(), json!({ "Name": "Täglich" }));
    }
}

#[test]
fn a_device_is_not_read_to_its_end() {
    let endless = value(&Source::Standard, &mut io::repeat(b' '));
    assert_eq!(problem(endless), "standard input: cannot be read: more than 4 MiB");
}

#[test]
fn long_values_and_objects_are_not_quoted() {
    let value = json!({ "Short": "x", "Long": "x".repeat(200), "Object": {} });
    let value = OrderedJson::deserialize(value).unwrap();
    assert_eq!(scalar(&value, "short").as_deref(), Some("\"x\""));
    assert_eq!((scalar(&value, "Long"), scalar(&value, "Object")), (None, None));
}

proptest! {
    #[test]
    fn any_bytes_are_a_value_or_one_line(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(failure) = read(&bytes) {
            let report = failure.report().unwrap();
            prop_assert!(report.line().starts_with("standard input: "));
        }
    }

    #[test]
    fn any_text_is_a_value_or_one_line(text in "[-{}\\[\\]:,&*!|>'\"%@`#? \\n\\ta-c0-2~]{0,60}") {
        if let Err(failure) = read(text.as_bytes()) {
            prop_assert_eq!(failure.exit().code(), 2);
        }
    }
}
