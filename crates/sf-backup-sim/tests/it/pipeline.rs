//! The checks before an operation runs, and their order.

use serde_json::json;
use sf_backup_proto::{OPERATIONS, Operation, SkipRestorePartition};
use sf_backup_sim::Runtime;

use crate::harness::{FIRST, Test, policy, user};

const CREATE: &str = "/BackupRestore/BackupPolicies/$/Create";
const JSON: (&str, &str) = ("content-type", "application/json");

fn gateway_refuses(test: &Test, line: &str) {
    let response = test.raw(line, &[], "");
    assert_eq!(response.status, 400, "{line}");
    assert_eq!(response.json()["Error"]["Code"], "E_INVALIDARG", "{line}");
    assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"), "{line}");
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"), "{line}");
}

#[test]
fn rule_gateway_refuses_what_fits_no_template() {
    let test = Test::new(Runtime::V6_4);
    for line in [
        "POST /",
        "GET /BackupRestore",
        "PUT /BackupRestore/BackupPolicies",
        "POST /Services/A/B/$/enablebackup?api-version=6.4",
        "POST /services/A/B/$/EnableBackup?api-version=6.4",
        "GET /Services/A/B/$/EnableBackup?api-version=6.4",
        "POST /Services/A/B/$/Enable?api-version=6.4",
        "POST /Services//$/EnableBackup?api-version=6.4",
        "POST /Services/A/$/B/$/EnableBackup?api-version=6.4",
    ] {
        gateway_refuses(&test, line);
    }
}

#[test]
fn rule_the_start_page_shows_that_there_is_a_gateway() {
    for runtime in Runtime::ALL {
        let page = Test::new(runtime).raw("GET /", &[], "");
        assert_eq!((page.status.as_u16(), page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    }
}

#[test]
fn rule_every_row_is_served_by_the_releases_that_have_it() {
    for runtime in Runtime::ALL {
        let test = Test::new(runtime);
        for operation in OPERATIONS {
            let path = operation.path.replace("{partition}", FIRST).replace("{policy}", "P");
            let path = path.replace("{service}", "CalcApp/CalcService").replace("{application}", "CalcApp");
            let response = test.raw(&format!("{} {path}?api-version=9.1", operation.method()), &[], "");
            let unknown = response.body.contains("does not serve this URI and method");
            let later = **operation == SkipRestorePartition::SPEC && runtime < Runtime::V11_3;
            assert_eq!(unknown, later, "{runtime} {operation}: {}", response.body);
        }
    }
}

#[test]
fn rule_role_comes_first_and_a_user_may_only_get() {
    let test = user(Runtime::V6_4);
    for line in
        [format!("POST {CREATE}"), "POST /BackupRestore/Nothing".into(), "POST /Services/A/B/$/ResumeBackup".into()]
    {
        let response = test.raw(&line, &[], "");
        assert_eq!(response.status, 403, "{line}");
        assert_eq!(response.json(), json!({ "Error": { "Code": "E_ACCESSDENIED", "Message": "Access Denied." } }));
        assert_eq!(response.header("x-content-type-options"), None);
    }
    assert!(test.get("/BackupRestore/BackupPolicies").items().is_empty());
}

#[test]
fn rule_the_services_own_paths_ignore_case_and_reject_other_methods() {
    let test = Test::new(Runtime::V6_4);
    assert!(test.get("/BackupRestore/backuppolicies").items().is_empty());
    test.raw("POST /BackupRestore/BackupPolicies", &[], "")
        .framework(405, "The requested resource does not support http method 'POST'.");
}

#[test]
fn rule_an_unknown_service_path_is_an_empty_404_or_times_out_in_the_proxy() {
    let test = Test::new(Runtime::V6_4);
    let posted = test.raw("POST /BackupRestore/BackupPolicies/$/Delete?api-version=6.4", &[], "");
    assert_eq!((posted.status.as_u16(), posted.body.as_str()), (404, ""));
    assert_eq!(posted.header("x-servicefabric"), None);
    let got = test.raw("GET /BackupRestore/Nothing", &[], "");
    assert_eq!((got.status.as_u16(), got.body.as_str()), (504, ""));
}

#[test]
fn rule_media_types() {
    let test = Test::new(Runtime::V6_4);
    let send = |headers: &[(&str, &str)], body: &str| test.raw(&format!("POST {CREATE}"), headers, body);
    send(&[("content-type", "text/plain")], "{}")
        .framework(415, "The request entity's media type 'text/plain' is not supported for this resource.");
    assert_eq!(send(&[], "{}").status, 415);
    send(&[("content-type", "TEXT/JSON; charset=utf-8")], "null").refused(400, "E_INVALIDARG", "Invalid API Version");
    // Without a body its type does not matter.
    send(&[("content-type", "text/plain")], "").refused(400, "E_INVALIDARG", "Invalid API Version");
}

#[test]
fn rule_suspend_resume_and_delete_take_any_body() {
    let test = Test::new(Runtime::V6_4);
    test.policy("P");
    test.enable("Applications/CalcApp", "P");
    for action in ["SuspendBackup", "ResumeBackup"] {
        let line = format!("POST /Applications/CalcApp/$/{action}?api-version=6.4");
        test.raw(&line, &[("content-type", "image/png")], "\u{1}").done(202);
    }
    test.act("Applications/CalcApp", "DisableBackup").done(202);
    test.raw("POST /BackupRestore/BackupPolicies/P/$/Delete?api-version=6.4", &[], "<a/>").done(200);
}

#[test]
fn rule_the_media_type_comes_before_the_timeout_and_that_before_the_model_and_that_before_the_version() {
    let test = Test::new(Runtime::V6_4);
    let with =
        |query: &str, headers: &[(&str, &str)], body: &str| test.raw(&format!("POST {CREATE}?{query}"), headers, body);
    assert_eq!(with("timeout=0&api-version=x", &[], "{").status, 415);
    with("timeout=0&api-version=x", &[JSON], "{").framework(500, "An error has occurred.");
    with("api-version=x", &[JSON], "{").invalid("backupPolicy:[An error has occurred.]");
    with("api-version=x", &[JSON], &policy("P").to_string()).refused(400, "E_INVALIDARG", "Invalid API Version");
    with("api-version=6.4", &[JSON], "").refused(400, "E_INVALIDARG", "Invalid Arguments.");
}

#[test]
fn trap_03_timeouts_beyond_the_servers_timer_fail_bare() {
    let test = Test::new(Runtime::V6_4);
    let list = |timeout: &str| test.get(&format!("/BackupRestore/BackupPolicies?timeout={timeout}"));
    for timeout in ["1", "60", "2147483"] {
        assert!(list(timeout).items().is_empty(), "{timeout}");
    }
    for timeout in ["0", "-1", "2147484", "2147483647"] {
        list(timeout).framework(500, "An error has occurred.");
    }
    for timeout in ["2147483648", "4294967295", "soon", "1.5"] {
        list(timeout).invalid(&format!("timeout:[The value '{timeout}' is not valid for Int32.]"));
    }
    list("").framework(400, "The request is invalid.");
}

#[test]
fn rule_a_capital_timeout_is_the_proxys_and_must_be_a_number() {
    let test = Test::new(Runtime::V6_4);
    let response = test.get("/BackupRestore/BackupPolicies?Timeout=soon");
    assert_eq!((response.status.as_u16(), response.body.as_str()), (400, ""));
    assert!(test.get("/BackupRestore/BackupPolicies?Timeout=300").items().is_empty());
}

#[test]
fn rule_bad_query_values() {
    let test = Test::new(Runtime::V6_4);
    test.get("/BackupRestore/BackupPolicies?MaxResults=many")
        .invalid("MaxResults:[The value 'many' is not valid for Int32.]");
    test.get("/BackupRestore/BackupPolicies?MaxResults=").framework(400, "The request is invalid.");
    test.get("/BackupRestore/BackupPolicies?ContinuationToken=")
        .invalid("ContinuationToken.String:[A value is required but was not present in the request.]");
    test.raw("GET /BackupRestore/BackupPolicies?api-version=", &[], "")
        .invalid("api-version.String:[A value is required but was not present in the request.]");
    test.get("/Applications/CalcApp/$/GetBackups?Latest=1").invalid("latest:[The value '1' is not valid for Boolean.]");
    test.get("/Applications/CalcApp/$/GetBackups?StartDateTimeFilter=yesterday")
        .framework(400, "The request is invalid.");
    assert_eq!(test.get("/BackupRestore/BackupPolicies?%ff=1").status, 400);
}

#[test]
fn trap_01_only_plain_numbers_from_6_4_are_versions() {
    let test = Test::new(Runtime::V6_4);
    for query in ["", "?api-version=6.2-preview", "?api-version=6.2", "?api-version=abc"] {
        test.raw(&format!("GET /BackupRestore/BackupPolicies{query}"), &[], "").refused(
            400,
            "E_INVALIDARG",
            "Invalid API Version",
        );
    }
    for version in ["6.4", "9.1", "10"] {
        let response = test.raw(&format!("GET /BackupRestore/BackupPolicies?API-VERSION={version}"), &[], "");
        assert!(response.items().is_empty());
    }
}

#[test]
fn rule_the_undocumented_routes_need_the_entity_in_a_header() {
    let test = Test::new(Runtime::V6_4);
    test.policy("P");
    let enable = "POST /BackupRestore/EnableBackup?api-version=6.4";
    let body = r#"{"BackupPolicyName":"P"}"#;
    test.raw(enable, &[JSON], body).refused(
        400,
        "E_INVALIDARG",
        "Invalid Header Request. valid for Application / Service / Partition Id",
    );
    test.raw(enable, &[JSON, ("X-Request-Metadata", "Services/CalcApp/CalcService")], body).done(202);
    assert_eq!(test.config("Services/CalcApp/CalcService").items().len(), 1);
}

#[test]
fn error_message_too_large_on_entity_routes_only() {
    let test = Test::new(Runtime::V6_4);
    let large = " ".repeat(4 * 1024 * 1024);
    let response = test.post("/Services/A/B/$/EnableBackup", &large);
    assert_eq!(response.status, 413);
    assert_eq!(response.json()["Error"]["Code"], "FABRIC_E_MESSAGE_TOO_LARGE");
    test.post(CREATE, &large).refused(400, "E_INVALIDARG", "Invalid Arguments.");
}

#[test]
fn rule_a_slash_behind_the_action_cuts_the_entity_wrongly() {
    let test = Test::new(Runtime::V6_4);
    test.policy("P");
    test.post("/Services/CalcApp/CalcService/$/EnableBackup/", json!({ "BackupPolicyName": "P" })).refused(
        404,
        "FABRIC_E_SERVICE_DOES_NOT_EXIST",
        "Service not found",
    );
}

#[test]
fn rule_every_response_has_length_and_nosniff() {
    let test = Test::new(Runtime::V6_4);
    for response in
        [test.get("/BackupRestore/BackupPolicies"), test.get("/BackupRestore/BackupPolicies/No"), test.get("/No")]
    {
        assert_eq!(response.header("content-length"), Some(response.body.len().to_string().as_str()));
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    }
}
