//! Hostile responses: every one yields a value or an error of one line, in bounded memory.

use http::Response;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::error::{ErrorKind, ResponseShape};
use crate::model::backup::BackupInfo;
use crate::operation::{Operation, Visitor};
use crate::operations::inventory::{self, GetApplicationInfoList};
use crate::operations::{self, GetServiceBackupList};

use super::rows::{EachRow, Row, each_row};
use crate::wire::Read;
use crate::wire::scalar::max_items;

/// Parses one body as the response of every operation, with its success status and with `status`.
struct EveryOperation<'a> {
    status: u16,
    body: &'a [u8],
}

impl EachRow for EveryOperation<'_> {
    fn row<O: Row>(&mut self) {
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let call = O::call().new_tree(&mut runner).unwrap().current();
        for status in [O::SPEC.success().as_u16(), self.status] {
            let response = Response::builder().status(status).body(self.body).unwrap();
            if let Err(error) = call.parse(&response) {
                let text = error.to_string();
                assert!(!text.chars().any(char::is_control), "{text:?}");
                assert!(text.len() < 20_000, "{} bytes of message", text.len());
                let _ = (error.kind(), error.is_transient(), error.may_have_changed());
            }
        }
    }
}

fn give_everyone(status: u16, body: &[u8]) {
    each_row(&mut EveryOperation { status, body });
}

fn backups(body: &str) -> Result<usize, String> {
    let call = GetServiceBackupList::new("fabric:/A/B".parse().unwrap());
    call.parse(&Response::new(body)).map(|page| page.items.len()).map_err(|error| error.to_string())
}

#[test]
fn visit_covers_both_tables() {
    struct Count(usize);
    impl Visitor for Count {
        fn operation<O: Operation>(&mut self) {
            self.0 += 1;
        }
    }
    let mut count = Count(0);
    operations::visit(&mut count);
    assert_eq!(count.0, operations::OPERATIONS.len());
    inventory::visit(&mut count);
    assert_eq!(count.0, operations::OPERATIONS.len() + inventory::INVENTORY.len());
}

#[test]
fn deeply_nested_json_is_rejected() {
    for (open, close) in
        [("[", "]"), ("{\"a\":", "}"), ("{\"Items\":[", "]}"), ("{\"Storage\":", "}"), ("{\"Error\":", "}")]
    {
        for depth in [100, 5_000] {
            give_everyone(500, format!("{}1{}", open.repeat(depth), close.repeat(depth)).as_bytes());
            give_everyone(500, open.repeat(depth).as_bytes());
        }
    }
    let nested = format!(r#"{{"Items":[{{"New":{}{}}}]}}"#, "[".repeat(200_000), "]".repeat(200_000));
    assert!(backups(&nested).unwrap_err().contains("recursion limit exceeded"));
}

#[test]
fn huge_numbers_are_rejected_or_kept_and_never_wrapped() {
    let digits = "9".repeat(10_000);
    for number in [digits.as_str(), "1e400", "-1e400", "1e-400", "1e308", "-0", "-0.0", "9223372036854775808"] {
        for member in ["LsnOfLastBackupRecord", "New", "BackupId", "CreationTimeUtc"] {
            let body = format!(r#"{{"Items":[{{"{member}":{number}}},{{"{member}":"{number}"}}]}}"#);
            give_everyone(400, body.as_bytes());
            if member == "LsnOfLastBackupRecord" && !number.starts_with("-0") && number != "1e-400" {
                assert!(backups(&body).is_err(), "{number}");
            }
        }
    }
    assert!(GetApplicationInfoList::new().parse(&Response::new(digits)).is_err());
}

#[test]
fn invalid_unicode_is_rejected() {
    for body in [&b"{\"Items\":[{\"BackupLocation\":\"\xff\xfe\"}]}"[..], b"\xff", b"\"\\ud800\"", b"{\"\xc3\":1}"] {
        give_everyone(404, body);
        let call = GetServiceBackupList::new("fabric:/A/B".parse().unwrap());
        assert!(call.parse(&Response::new(body)).is_err());
    }
}

#[test]
fn a_list_with_more_than_a_million_items_is_rejected() {
    // `bool` is the smallest item type.
    let read = |text: &str| serde_json::from_str::<Read<Vec<bool>>>(text).map(|Read(list)| list.len());
    let list = |count: usize| format!("[{}true]", "true,".repeat(count - 1));
    assert_eq!(read(&list(1_000_000)).unwrap(), 1_000_000);
    let error = read(&list(1_000_001)).unwrap_err().to_string();
    assert!(error.contains("more than 1000000 items"), "{error}");
    assert_eq!(read(&format!("[{}true]", "null,".repeat(1_000_001))).unwrap(), 1, "null is not an item");
}

/// Empty items are the worst case: each takes this much memory for two bytes of JSON.
#[test]
fn an_item_is_small() {
    assert!(size_of::<BackupInfo>() <= 512, "{}", size_of::<BackupInfo>());
}

#[test]
fn a_page_of_empty_items_is_rejected_in_bounded_memory() {
    let most = max_items::<BackupInfo>();
    assert!(most * size_of::<BackupInfo>() <= 64 << 20 && most > 100_000, "{most}");
    let page = |count: usize| format!(r#"{{"Items":[{}{{}}]}}"#, "{},".repeat(count - 1));
    assert_eq!(backups(&page(most)).unwrap(), most);
    assert!(backups(&page(most + 1)).unwrap_err().contains(&format!("more than {most} items")));
    assert!(backups(&page(10_000_000)).unwrap_err().contains("more than 500000 objects"));
}

#[test]
fn too_many_unknown_values_are_rejected_in_bounded_memory() {
    for (value, excess) in [("{\"a\":0},", "objects"), ("[],", "values"), ("0,", "values"), ("\"\",", "values")] {
        let body = format!(r#"{{"Items":[{{"New":[{}0]}}]}}"#, value.repeat(4_000_000));
        let error = backups(&body).unwrap_err();
        assert!(error.contains("more than") && error.contains(excess), "{value}: {error}");
    }
}

#[test]
fn an_error_body_that_exceeds_the_limits_is_treated_as_text() {
    let call = GetServiceBackupList::new("fabric:/A/B".parse().unwrap());
    let error = |extra: &str, times: usize| {
        let body = format!(r#"{{"Error":{{"Code":"FABRIC_E_TIMEOUT"}},"New":[{}0]}}"#, extra.repeat(times));
        call.parse(&Response::builder().status(500).body(body).unwrap()).unwrap_err()
    };
    assert_eq!(error("0,", 400_000).kind(), ErrorKind::Timeout);
    let error = error(r#"{"a":0},"#, 1_000_000);
    assert_eq!(error.fabric().unwrap().shape, ResponseShape::Other);
    assert!(error.to_string().len() < 20_000);
}

#[test]
fn a_member_name_cannot_break_or_flood_the_error_line() {
    let name = format!("a\\n\\u001b[31m{}", "b".repeat(100_000));
    let body = format!(r#"{{"Items":[{{"{name}":[1,}}]}}"#);
    let error = backups(&body).unwrap_err();
    assert!(error.len() < 1_000 && !error.chars().any(char::is_control), "{error}");
    give_everyone(400, body.as_bytes());
}

/// JSON made of the API's names, so that it reaches the models.
fn likely_json() -> impl Strategy<Value = String> {
    const NAMES: &[&str] = &[
        "Items",
        "ContinuationToken",
        "Name",
        "Schedule",
        "ScheduleKind",
        "Interval",
        "RunTimes",
        "RunDays",
        "ScheduleFrequencyType",
        "Storage",
        "StorageKind",
        "Path",
        "ConnectionString",
        "ContainerName",
        "RetentionPolicy",
        "RetentionPolicyType",
        "RetentionDuration",
        "Kind",
        "EntityKind",
        "PartitionInformation",
        "ServicePartitionKind",
        "LowKey",
        "Id",
        "BackupId",
        "BackupState",
        "RestoreState",
        "TimeStampUtc",
        "CreationTimeUtc",
        "RestoredLsn",
        "EpochOfLastBackupRecord",
        "DataLossVersion",
        "DataLossNumber",
        "FailureError",
        "Error",
        "Code",
        "Message",
        "SuspensionInfo",
        "IsSuspended",
        "AutoRestoreOnDataLoss",
        "MaxIncrementalBackups",
        "",
        "items",
        "KIND",
    ];
    let scalar = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<f64>().prop_map(|value| format!("{value:e}")),
        proptest::sample::select(
            &[
                "FrequencyBased",
                "TimeBased",
                "FileShare",
                "AzureBlobStore",
                "Basic",
                "Application",
                "Partition",
                "Int64Range",
                "PT1H",
                "P3M",
                "0001-01-01T00:00:00Z",
                "2024-05-06T07:08:09.1234567",
                "18:20",
                "****",
                "",
                "00000000-0000-0000-0000-000000000000",
                "FABRIC_E_TIMEOUT",
                "true",
                "7",
                "638455542220000000",
            ][..]
        )
        .prop_map(|text| format!("\"{text}\"")),
        ".{0,6}".prop_map(|text| serde_json::Value::from(text).to_string()),
    ];
    scalar.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            vec((proptest::sample::select(NAMES), inner), 0..7).prop_map(|members| {
                let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_operation_parses_arbitrary_bytes(status in 100_u16..1_000, body: Vec<u8>) {
        give_everyone(status, &body);
    }

    #[test]
    fn every_operation_parses_arbitrary_json(status in 100_u16..1_000, body in likely_json()) {
        give_everyone(status, body.as_bytes());
    }

    #[test]
    fn every_operation_parses_truncated_json(body in likely_json(), cut: prop::sample::Index) {
        let cut = cut.index(body.len() + 1);
        give_everyone(500, &body.as_bytes()[..cut]);
    }
}
