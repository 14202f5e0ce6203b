use http::{HeaderMap, HeaderValue, StatusCode, header};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{FabricError, FabricErrorCode, MESSAGE_LIMIT, ResponseShape};

fn read(status: u16, body: impl AsRef<[u8]>) -> FabricError {
    FabricError::read(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_ref())
}

fn said(body: impl AsRef<[u8]>) -> (ResponseShape, Option<String>, Option<String>) {
    let response = read(400, body);
    (response.shape, response.code.map(|code| code.to_string()), response.message)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn fabric_errors_in_any_case_with_or_without_wrapper_and_mark() {
    let expected = (ResponseShape::FabricError, some("FABRIC_E_BACKUP_NOT_ENABLED"), some("text"));
    for body in [
        r#"{"Error":{"Code":"FABRIC_E_BACKUP_NOT_ENABLED","Message":"text"}}"#,
        r#" {"error":{"message":"text","code":"fabric_e_backup_not_enabled","more":[1]},"x":2}  "#,
        "\u{feff}\r\n{\"Error\":{\"Code\":2147949683,\"Message\":\"text\"}}",
        r#"{"Error":{"Code":-2147017613,"Message":"text"}}"#,
        r#"{"Error":{"Code":"0x80071C73","Message":"text"}}"#,
        r#"{"Code":"FABRIC_E_BACKUP_NOT_ENABLED","Message":"text"}"#,
    ] {
        assert_eq!(said(body), expected, "{body}");
    }
}

#[test]
fn odd_codes_are_kept_or_left_out() {
    for (code, expected) in [
        (json!("NotFound"), some("NotFound")),
        (json!(2_148_734_496_u32), some("COR_E_IO")),
        (json!(3), some("0x00000003")),
        (json!(99_999_999_999_u64), some("99999999999")),
        (json!(null), None),
        (json!(""), None),
        (json!({"Value": "E_FAIL"}), None),
        (json!(["E_FAIL"]), None),
        (json!(true), None),
    ] {
        let body = json!({"Error": {"Code": code, "Message": "text"}}).to_string();
        assert_eq!(said(&body), (ResponseShape::FabricError, expected, some("text")), "{body}");
    }
}

#[test]
fn odd_messages_are_escaped_or_omitted() {
    for (message, expected) in [
        (json!(null), None),
        (json!(""), None),
        (json!(" \r\n "), None),
        (json!(5), some("5")),
        (json!(["a", 1]), some(r#"["a",1]"#)),
        (json!({"Name": ["is required"]}), some(r#"{"Name":["is required"]}"#)),
        (json!(r#"{"Message":"The request is invalid."}"#), some(r#"{"Message":"The request is invalid."}"#)),
        (json!("one\r\ntwo\u{1b}[31m\tthree\u{0}"), some("one two [31m three")),
    ] {
        let body = json!({"Error": {"Code": "E_INVALIDARG", "Message": message}}).to_string();
        assert_eq!(said(&body), (ResponseShape::FabricError, some("E_INVALIDARG"), expected), "{body}");
    }
    assert_eq!(said(r#"{"Error":{}}"#), (ResponseShape::FabricError, None, None));
}

#[test]
fn messages_of_the_web_framework() {
    let invalid = r#"{"Message":"The request is invalid."}"#;
    assert_eq!(said(invalid), (ResponseShape::Message, None, some("The request is invalid.")));
    let local = r#"{"Message":"An error has occurred.","ExceptionMessage":"Object reference not set.",
        "ExceptionType":"System.NullReferenceException","StackTrace":"at X"}"#;
    assert_eq!(said(local), (ResponseShape::Message, None, some("An error has occurred. Object reference not set.")));
    let detail = r#"{"Message":"No HTTP resource was found.","MessageDetail":"No type was found."}"#;
    assert_eq!(said(detail), (ResponseShape::Message, None, some("No HTTP resource was found. No type was found.")));
    let xml = "<Error><Message>An error has occurred.</Message><ExceptionMessage>a &lt;b&gt;&#xD;&#10;&amp;amp; &nope; c\
               </ExceptionMessage><StackTrace/></Error>";
    assert_eq!(said(xml), (ResponseShape::Xml, None, some("An error has occurred. a <b> &amp; &nope; c")));
}

#[test]
fn fabric_errors_as_xml() {
    let xml = "<?xml version=\"1.0\"?>\n<FabricErrorError xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">\
               <Error xmlns:d2p1=\"urn:e\"><d2p1:Code>FABRIC_E_TIMEOUT</d2p1:Code>\
               <d2p1:Message i:nil=\"false\" >Timeout for the request happened</d2p1:Message></Error></FabricErrorError>";
    assert_eq!(said(xml), (ResponseShape::Xml, some("FABRIC_E_TIMEOUT"), some("Timeout for the request happened")));
    assert_eq!(said("<Error><Code/><Message></Message></Error>"), (ResponseShape::Xml, None, None));
    for broken in ["<", "<Code", "<Code>", "<:>", "< >x", "<Code>&", "<Code>&#xFFFFFFFFF;</Code>"] {
        assert_eq!(read(400, broken).shape, ResponseShape::Xml, "{broken}");
    }
}

#[test]
fn pages_and_other_bodies() {
    for page in
        ["<html><title>502</title></html>", " <!DOCTYPE HTML><p>", "<?xml version='1.0'?><!DOCTYPE html><html/>"]
    {
        assert_eq!(said(page), (ResponseShape::Html, None, None), "{page}");
    }
    for body in ["", " \r\n", "\u{feff}"] {
        assert_eq!(said(body), (ResponseShape::Empty, None, None), "{body:?}");
    }
    for (body, message) in [("null", None), ("[]", None), ("{}", None), ("3", None), (r#"{"Items":[]}"#, None)] {
        assert_eq!(said(body), (ResponseShape::Json, None, message), "{body}");
    }
    assert_eq!(said("upstream\nrefused"), (ResponseShape::Other, None, some("upstream refused")));
    let cut = r#"{"Error":{"Code":"E_FAIL"#;
    assert_eq!(said(cut), (ResponseShape::Other, None, some(cut)));
    assert_eq!(said(b"\xff\xfe{\0}\0"), (ResponseShape::Other, None, None));
    assert_eq!(said("[".repeat(100_000)).0, ResponseShape::Other);
}

#[test]
fn a_page_is_named_by_its_title_in_one_short_line() {
    for (page, title) in [
        ("<html><head><title>502 Bad Gateway</title></head></html>", some("502 Bad Gateway")),
        (
            "<!DOCTYPE html><TITLE lang=en>\n Sign in \r\n to &quot;Contoso&quot; </TITLE>",
            some("Sign in to \"Contoso\""),
        ),
        ("<html><title></title>", None),
        ("<html><p>no title", None),
        ("<html><title>a\u{1b}[31mb", some("a [31mb")),
    ] {
        assert_eq!(read(502, page).title, title, "{page}");
    }
    let long = format!("<html><title>{}</title>", "x".repeat(100_000));
    assert_eq!(read(502, long).title.unwrap().len(), 200);
    assert_eq!(
        read(502, "<html><title>Web App - Unavailable</title>").to_string(),
        "HTTP 502 Bad Gateway (an HTML page titled \"Web App - Unavailable\", not a response of the cluster)"
    );
    assert!(read(400, "<html><title>\u{202e}evil</title>").to_string().contains("\\u{202e}evil"));
}

#[test]
fn a_redirect_is_named_by_where_it_leads() {
    let redirect = |location: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::LOCATION, HeaderValue::from_str(location).unwrap());
        FabricError::read(StatusCode::FOUND, &headers, b"")
    };
    assert_eq!(
        redirect("https://login.example/authorize?client_id=1&token=hunter2#hunter2").to_string(),
        "HTTP 302 Found (a redirect to \"https://login.example/authorize\", not a response of the cluster)"
    );
    assert_eq!(redirect("https://u:hunter2@h/x@y").location, some("https://h/x@y"));
    assert_eq!(redirect("/login").location, some("/login"));
    assert_eq!(redirect("?token=hunter2").location, None);
    assert_eq!(redirect(&format!("/{}", "x".repeat(5_000))).location.unwrap().len(), 200);
    assert_eq!(redirect("").location, None);
    // A Location elsewhere, on 201 for one, is no redirect.
    let mut headers = HeaderMap::new();
    headers.insert(header::LOCATION, HeaderValue::from_static("/x"));
    assert_eq!(FabricError::read(StatusCode::CONFLICT, &headers, b"").location, None);
}

#[test]
fn long_messages_are_cut() {
    let long = json!({"Error": {"Code": "E_FAIL", "Message": "ä".repeat(1_000_000)}}).to_string();
    assert_eq!(read(500, long).message.unwrap().chars().count(), MESSAGE_LIMIT);
}

#[test]
fn retry_after_is_read_in_seconds_only() {
    for (value, expected) in [("7", Some(7)), (" 120 ", Some(120)), ("-1", None), ("soon", None), ("4294967296", None)]
    {
        let headers = HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from_static(value))]);
        assert_eq!(FabricError::read(StatusCode::SERVICE_UNAVAILABLE, &headers, b"").retry_after, expected, "{value}");
    }
}

#[test]
fn transient_by_code_where_it_is_known_and_else_by_status() {
    for (status, code, transient) in [
        (503, None, true),
        (500, None, true),
        (400, None, false),
        (404, None, false),
        (500, Some("E_UNEXPECTED"), false),
        (503, Some("FABRIC_E_VALUE_TOO_LARGE"), false),
        (500, Some("FABRIC_E_RECONFIGURATION_PENDING"), true),
        (404, Some("FABRIC_E_ENDPOINT_NOT_FOUND"), true),
        (503, Some("FABRIC_E_OF_TOMORROW"), true),
        (500, Some("FABRIC_E_OF_TOMORROW"), false),
        (409, Some("FABRIC_E_OF_TOMORROW"), false),
    ] {
        let body = code.map_or_else(String::new, |code| json!({"Error": {"Code": code}}).to_string());
        assert_eq!(read(status, body).is_transient(), transient, "{status} {code:?}");
    }
}

#[test]
fn displayed_on_one_line_with_the_known_parts() {
    for (status, body, expected) in [
        (
            404,
            r#"{"Error":{"Code":"FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST","Message":"no\nsuch"}}"#,
            "HTTP 404 FABRIC_E_BACKUP_POLICY_NOT_EXISTING (0x80071C75): no such",
        ),
        (404, "", "HTTP 404 Not Found (empty response)"),
        (502, "<html>", "HTTP 502 Bad Gateway (an HTML page, not a response of the cluster)"),
        (400, r#"{"Message":"bad"}"#, "HTTP 400 Bad Request: bad"),
        (599, "{}", "HTTP 599"),
    ] {
        assert_eq!(read(status, body).to_string(), expected);
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let name = prop_oneof![Just("Error".to_owned()), Just("code".to_owned()), Just("Message".to_owned()), ".{0,4}"];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn check(response: &FabricError) -> Result<(), TestCaseError> {
    let shown = response.to_string();
    prop_assert!(!shown.chars().any(char::is_control), "{:?}", shown);
    if let Some(message) = &response.message {
        prop_assert!(!message.is_empty() && message.chars().count() <= MESSAGE_LIMIT);
    }
    if matches!(response.shape, ResponseShape::Empty | ResponseShape::Html) {
        prop_assert!(response.code.is_none() && response.message.is_none());
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_read(status in 100_u16..1000, body in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&read(status, body))?;
    }

    #[test]
    fn any_markup_is_read(body in "<[<>/&;#xa-f:! CodeMsg\"=\\PC\r\n]{0,200}") {
        check(&read(500, body))?;
    }

    #[test]
    fn any_json_is_read(value in json_value(), wrapped: bool) {
        let body = if wrapped { json!({"Error": value}) } else { value };
        let response = read(500, body.to_string());
        check(&response)?;
        let shapes = [ResponseShape::FabricError, ResponseShape::Message, ResponseShape::Json];
        prop_assert!(shapes.contains(&response.shape), "{:?}", response.shape);
    }

    /// The same error in every form that servers use is the same to us.
    #[test]
    fn a_fabric_error_reads_alike_in_every_form(
        code in proptest::sample::select(FabricErrorCode::KNOWN),
        message in "[A-Za-z<>&'\"][A-Za-z0-9<>&'\" ]{0,40}[a-z]",
    ) {
        let escaped = message.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let xml = format!("<e><Code>{code}</Code><Message>{escaped}</Message></e>");
        let forms = [
            json!({"Error": {"Code": code.to_string(), "Message": message}}).to_string(),
            json!({"error": {"CODE": code.to_string().to_lowercase(), "message": message}}).to_string(),
            format!("\u{feff}{}", json!({"Message": message, "Code": code.to_string()})),
            xml,
        ];
        let first = read(500, &forms[0]);
        prop_assert_eq!(first.code.as_ref(), Some(&code));
        for form in &forms[1..] {
            let again = read(500, form);
            prop_assert_eq!((&again.code, &again.message), (&first.code, &first.message), "{}", form);
        }
    }
}
