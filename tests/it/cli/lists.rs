//! Lists: as comma-separated values and names for programs, and fitted to the screen and sorted for people.

use std::time::Duration;

use sf_backup_cli::Environment;
use sf_backup_sim::{Cluster, Listening, Speed, Topology};

use super::harness::{Ran, at, at_noon, run, run_in, run_with};

const TOPOLOGY: &str = r#"{"Applications":[{"Name":"fabric:/Shop","Services":[
    {"Name":"fabric:/Shop/Cart","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
        {"ServicePartitionKind":"Int64Range","Id":"a1b2c3d4-0000-4000-8000-000000000001","LowKey":"-9","HighKey":"-1"},
        {"ServicePartitionKind":"Int64Range","Id":"b1b2c3d4-0000-4000-8000-000000000002","LowKey":"0","HighKey":"9"},
        {"ServicePartitionKind":"Int64Range","Id":"c1b2c3d4-0000-4000-8000-000000000003","LowKey":"10","HighKey":"19"}]},
    {"Name":"fabric:/Shop/Orders","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
        {"ServicePartitionKind":"Singleton","Id":"d1b2c3d4-0000-4000-8000-000000000004"}]},
    {"Name":"fabric:/Shop/Web","ServiceKind":"Stateless","Partitions":[]}]}]}"#;

const POLICY: &str = r#"{"Name":"Often, and early","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":2,
    "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"},
    "Storage":{"StorageKind":"FileShare","Path":"\\\\nas\\backups"}}"#;

const CART: [&str; 3] = [
    "a1b2c3d4-0000-4000-8000-000000000001",
    "b1b2c3d4-0000-4000-8000-000000000002",
    "c1b2c3d4-0000-4000-8000-000000000003",
];

/// A shop at 12:30 on 2024-03-09 whose carts have had hourly backups since nine.
struct Shop(Listening);

impl Shop {
    fn new() -> Self {
        let topology: Topology = serde_json::from_str(TOPOLOGY).unwrap();
        let start = "2024-03-09T09:00:00Z".parse().unwrap();
        let cluster = Cluster::builder().topology(topology).start(start).speed(Speed::FROZEN).build();
        let listening = cluster.listen().unwrap();
        let url = listening.url();
        run_with(POLICY, false, &["-e", &url, "policy", "create"]).expect(0);
        at(&url, &["service", "enable", "Shop/Cart", "--policy", "Often, and early"]).expect(0);
        cluster.advance(Duration::from_secs(3 * 3_600 + 30 * 60));
        Self(listening)
    }

    fn run(&self, args: &[&str]) -> Ran {
        at_noon(&self.0.url(), None, args)
    }

    fn on_screen(&self, width: usize, args: &[&str]) -> Ran {
        at_noon(&self.0.url(), Some(width), args)
    }
}

/// The records of comma-separated values, whose fields contain no line breaks here.
fn records(text: &str) -> Vec<Vec<String>> {
    let lines = text.strip_suffix("\r\n").unwrap().split("\r\n");
    let record = |line: &str| {
        let mut fields = vec![String::new()];
        let mut is_quoted = false;
        for character in line.chars() {
            match character {
                '"' => is_quoted = !is_quoted,
                ',' if !is_quoted => fields.push(String::new()),
                character => fields.last_mut().unwrap().push(character),
            }
        }
        fields
    };
    lines.map(record).collect()
}

/// The values of the column with this name.
fn column(text: &str, name: &str) -> Vec<String> {
    let records = records(text);
    let place = records[0].iter().position(|column| column == name).unwrap();
    records[1..].iter().map(|record| record[place].clone()).collect()
}

#[test]
fn every_list_is_comma_separated_values_with_all_columns() {
    let shop = Shop::new();
    for (args, rows, columns) in [
        (&["app", "list"][..], 1, &["NAME", "TYPE", "VERSION"][..]),
        (&["service", "list", "Shop"], 3, &["NAME", "KIND", "BACKUP"]),
        (&["partition", "list", "Shop/Cart"], 3, &["PARTITION", "KIND", "KEY", "STATUS", "HEALTH"]),
        (&["policy", "list"], 1, &["NAME", "SCHEDULE", "STORAGE LABEL", "QUICK RECOVERY"]),
        (&["policy", "entities", "Often, and early"], 1, &["KIND", "NAME", "PARTITION"]),
        (&["service", "config", "Shop/Cart"], 1, &["POLICY", "ENABLED ON", "SUSPENDED"]),
        (&["service", "backups", "Shop/Cart"], 9, &["CREATED", "BACKUP ID", "LOCATION", "FAILURE", "EPOCH"]),
        (&["service", "backups", "Shop/Cart", "--chains"], 9, &["BACKUP ID", "LOCATION", "SERVICE", "PARTITION"]),
        (&["audit"], 4, &["STATE", "SERVICE", "PARTITION", "REASON", "FINDINGS"]),
        (&["status"], 2, &["SERVICE", "LAST", "NEXT", "14 DAYS"]),
        (&["why", "Shop/Cart"], 2, &["LEVEL", "NAME", "POLICY", "SUSPENDED"]),
        (&["explain"], 60, &["CODE", "MEANING"]),
    ] {
        let ran = shop.run(&[&["-o", "csv"], args].concat());
        let found = records(&ran.out);
        assert!(columns.iter().all(|name| found[0].iter().any(|column| column == name)), "{args:?}: {:?}", found[0]);
        assert!(found.iter().all(|record| record.len() == found[0].len()), "{args:?}: {}", ran.out);
        if args == ["explain"] {
            assert!(found.len() > rows, "{}", found.len());
        } else {
            assert_eq!(found.len(), rows + 1, "{args:?}: {}", ran.out);
        }
        let bare = shop.run(&[&["-o", "csv", "--no-headers"], args].concat());
        assert_eq!(records(&bare.out), found[1..], "{args:?}");
    }
}

#[test]
fn names_are_one_on_a_line_and_fit_into_the_next_command() {
    let shop = Shop::new();
    let names = |args: &[&str]| shop.run(&[&["-o", "name"], args].concat()).out;
    assert_eq!(names(&["app", "list"]), "fabric:/Shop\n");
    assert_eq!(names(&["service", "list", "Shop"]), "fabric:/Shop/Cart\nfabric:/Shop/Orders\nfabric:/Shop/Web\n");
    assert_eq!(names(&["policy", "list"]), "Often, and early\n");
    assert_eq!(names(&["policy", "entities", "Often, and early"]), "fabric:/Shop/Cart\n");
    assert_eq!(names(&["status"]), "Shop/Cart\nShop/Orders\n");
    let partitions = names(&["partition", "list", "Shop/Cart"]);
    assert_eq!(partitions.lines().collect::<Vec<_>>(), CART);
    assert_eq!(names(&["audit", "--state", "Protected"]), partitions);
    let backups = names(&["partition", "backups", CART[0]]);
    assert_eq!(backups.lines().count(), 3);
    assert!(backups.lines().all(|line| line.len() == 36), "{backups}");
    assert_eq!(names(&["partition", "backups", CART[0], "--chains"]), backups);

    let url = shop.0.url();
    let next = run_with(&partitions, false, &["-e", &url, "-o", "name", "partition", "suspend", "-"]).expect(0);
    assert_eq!(next.out, partitions);
}

#[test]
fn sums_and_remarks_of_lists_for_programs_go_to_standard_error() {
    let shop = Shop::new();
    for form in ["csv", "name"] {
        for command in ["audit", "status"] {
            let ran = shop.run(&["-o", form, command]);
            assert!(!ran.out.contains("4 partitions") && ran.err.contains("4 partitions: "), "{ran:?}");
            let quiet = shop.run(&["-q", "-o", form, command]);
            assert_eq!((quiet.out, quiet.err), (ran.out, String::new()));
        }
        let why = shop.run(&["-o", form, "why", "Shop/Cart"]);
        assert!(!why.out.contains("Last backup") && why.err.contains("Last backup"), "{why:?}");
        let one = shop.run(&["-o", form, "service", "suspend", "Shop/Cart"]).expect(0);
        assert!(one.out.is_empty() && one.err.contains("suspended"), "{one:?}");
        shop.run(&["service", "resume", "Shop/Cart"]).expect(0);
    }
    // For people, the summary is part of the result.
    assert!(shop.run(&["audit"]).out.ends_with("4 partitions: 1 not covered, 3 protected\n"));
}

#[test]
fn an_empty_list_for_programs_is_a_header_or_nothing() {
    let empty = Cluster::builder().speed(Speed::FROZEN).build().listen().unwrap();
    let ran = at(&empty.url(), &["-o", "csv", "policy", "list"]).expect(0);
    assert!(ran.out.starts_with("NAME,SCHEDULE,") && records(&ran.out).len() == 1, "{ran:?}");
    assert_eq!(at(&empty.url(), &["-o", "name", "policy", "list"]).expect(0).out, "");
    assert_eq!(at(&empty.url(), &["policy", "list"]).expect(0).out, "");
    at(&empty.url(), &["policy", "list", "--sort-by", "color"]).expect(2);
    assert_eq!(run(&["-o", "csv", "context", "list"]).expect(0).out, "NAME,CURRENT,ENDPOINTS\r\n");
}

#[test]
fn lists_are_sorted_by_the_values_of_a_column() {
    let shop = Shop::new();
    let sorted = |column_name: &str, by: &str, args: &[&str]| {
        column(&shop.run(&[&["-o", "csv", "--sort-by", by], args].concat()).out, column_name)
    };
    let partitions = ["partition", "list", "Shop/Cart"];
    assert_eq!(sorted("KEY", "key", &partitions), ["-9..-1", "0..9", "10..19"]);
    let backups = ["service", "backups", "Shop/Cart"];
    let ages = sorted("CREATED", "age", &backups);
    assert!(ages.is_sorted_by(|one, other| one >= other) && ages[0] > ages[8], "{ages:?}");
    let created = sorted("CREATED", "created", &backups);
    assert!(created.is_sorted() && created[0] < created[8], "{created:?}");
    let numbers: Vec<u64> = sorted("LSN", "LSN", &backups).iter().map(|lsn| lsn.parse().unwrap()).collect();
    assert!(numbers.is_sorted() && numbers[0] < numbers[8], "{numbers:?}");
    let ids = sorted("BACKUP ID", "backup-id", &backups);
    assert!(ids.is_sorted() && ids[0] < ids[8], "{ids:?}");
    let states = sorted("STATE", "state", &["audit"]);
    assert_eq!(states, ["NotCovered", "Protected", "Protected", "Protected"]);
    let partitions_of_states = sorted("PARTITION", "partition", &["audit"]);
    assert_eq!(&partitions_of_states[..3], &CART);
}

/// What every refusal lists can be sorted by, also where a list on a screen leaves it out.
#[test]
fn lists_are_sorted_by_columns_that_only_a_wide_list_shows() {
    let shop = Shop::new();
    for args in [
        &["partition", "list", "Shop/Cart"][..],
        &["policy", "list"],
        &["service", "backups", "Shop/Cart"],
        &["service", "backups", "Shop/Cart", "--chains"],
        &["audit", "--all"],
    ] {
        let refused = shop.run(&[args, &["--sort-by", "nothing"]].concat()).expect(2);
        let columns = refused.err.split_once("the columns are ").unwrap().1.trim();
        let wide = records(&shop.run(&[&["-o", "csv"], args].concat()).out)[0].join(", ");
        let missing: Vec<&str> =
            wide.split(", ").filter(|name| !columns.split(", ").any(|known| known == *name)).collect();
        let expected: &[&str] = if args == ["audit", "--all"] { &["NAME"] } else { &[] };
        assert_eq!(missing, expected, "{args:?}: {columns}");
        for column in columns.split(", ") {
            let sorted = shop.run(&[args, &["--sort-by", column]].concat());
            let head = sorted.out.lines().next().unwrap_or_default().to_owned();
            assert!([0, 20].contains(&sorted.code), "{args:?} by {column}: {sorted:?}");
            assert_eq!(head, shop.run(args).out.lines().next().unwrap_or_default(), "{args:?} by {column}");
        }
    }
    let by_health = shop.run(&["partition", "list", "Shop/Cart", "--sort-by", "health"]).expect(0);
    assert!(!by_health.out.contains("HEALTH"), "{by_health:?}");
}

#[test]
fn an_unknown_column_is_a_usage_error_that_names_the_columns() {
    let shop = Shop::new();
    let refused = shop.run(&["partition", "list", "Shop/Cart", "--sort-by", "size"]).expect(2);
    assert!(
        refused.err.contains("--sort-by size: ") && refused.err.contains("PARTITION, KIND, KEY, STATUS, HEALTH\n"),
        "{refused:?}"
    );
    // Of several lists, each column once.
    let refused = shop.run(&["audit", "--sort-by", "size"]).expect(2);
    assert_eq!(refused.err.matches("STATE").count(), 1, "{refused:?}");
    shop.run(&["status", "--sort-by", "reason"]).expect(20);
    let refused = shop.run(&["status", "--sort-by", "size"]).expect(2);
    assert!(refused.err.contains("SERVICE, PROTECTED") && refused.err.contains("PARTITIONS, AGE"), "{refused:?}");
    let refused = run(&["-o", "json", "--sort-by", "name", "explain"]).expect(2);
    assert!(refused.error()["message"].as_str().unwrap().contains("--sort-by"), "{refused:?}");
}

/// A completed change cannot be refused because of its output.
#[test]
fn an_unknown_column_is_refused_before_a_change() {
    let shop = Shop::new();
    let ids = CART.join("\n");
    let url = shop.0.url();
    let suspend = |by| run_with(&ids, false, &["-e", &url, "partition", "suspend", "-", "--sort-by", by]);
    suspend("size").expect(2);
    let config = shop.run(&["-o", "csv", "service", "config", "Shop/Cart"]).out;
    assert!(column(&config, "SUSPENDED").iter().all(|suspended| suspended == "no"), "{config}");
    suspend("outcome").expect(0);
    let config = shop.run(&["-o", "csv", "service", "config", "Shop/Cart"]).out;
    assert!(column(&config, "SUSPENDED").iter().all(|suspended| suspended == "yes, on Partition"), "{config}");
}

#[test]
fn headers_can_be_left_out_on_screens_as_well() {
    let shop = Shop::new();
    let bare = shop.on_screen(80, &["--no-headers", "policy", "list"]).expect(0).out;
    assert!(bare.starts_with("Often, and early  every"), "{bare}");
}

/// Every row fits on one line of a narrow screen; a pipe and `-o wide` get everything.
#[test]
fn a_row_is_a_line_at_every_width() {
    let shop = Shop::new();
    for (args, rows) in [
        (&["app", "list"][..], 1),
        (&["service", "list", "Shop"], 3),
        (&["partition", "list", "Shop/Cart"], 3),
        (&["policy", "list"], 1),
        (&["service", "config", "Shop/Cart"], 1),
        (&["service", "backups", "Shop/Cart"], 9),
        (&["partition", "backups", CART[1]], 3),
    ] {
        let whole = shop.run(args).expect(0).out;
        for width in [80, 120, 200] {
            let text = shop.on_screen(width, args).expect(0).out;
            assert!(text.lines().all(|line| line.chars().count() <= width), "{width}: {text}");
            assert_eq!(text.lines().count(), rows + 1, "{width}: {text}");
        }
        assert!(!whole.contains('\u{2026}') && whole.lines().count() == rows + 1, "{whole}");
        let wide = shop.on_screen(80, &[&["-o", "wide"], args].concat()).expect(0).out;
        assert!(wide.lines().next().unwrap().len() >= whole.lines().next().unwrap().trim_end().len(), "{wide}");
    }
    let narrow = shop.on_screen(80, &["service", "backups", "Shop/Cart"]).out;
    assert!(narrow.contains("  a1b2c3d4  ") && !narrow.contains(CART[0]), "{narrow}");
    assert!(shop.run(&["service", "backups", "Shop/Cart"]).out.contains(CART[0]));
}

fn in_berlin(shop: &Shop, args: &[&str]) -> Ran {
    let environment = Environment::none().variable("TZ", "CET-1CEST,M3.5.0,M10.5.0/3");
    run_in(&environment, &[&["-e", &shop.0.url(), "--local-time"], args].concat())
}

/// Tables, objects, sentences, prompts and errors, but not output for programs.
#[test]
fn every_time_for_people_is_local_if_that_is_wanted() {
    let shop = Shop::new();
    let utc = |text: &str| text.contains("0Z") || text.contains(" UTC");
    for args in [
        &["partition", "backups", CART[0]][..],
        &["partition", "backups", CART[0], "--chains"],
        &["-o", "wide", "audit", "--service", "Shop/Cart"],
        &["why", CART[0]],
        &["-o", "csv", "service", "backups", "Shop/Cart"],
        &["restore", "now", "--service", "Shop/Cart", "--latest"],
    ] {
        let ran = in_berlin(&shop, args);
        let plain = shop.run(args);
        assert!(utc(&plain.out) || utc(&plain.err), "{args:?}: {plain:?}");
        assert!(!utc(&ran.out) && !utc(&ran.err), "{args:?}: {ran:?}");
        assert!((ran.out + &ran.err).contains("+01:00"), "{args:?}");
    }
    let local = in_berlin(&shop, &["-o", "csv", "--sort-by", "created", "partition", "backups", CART[0]]);
    assert_eq!(column(&local.out, "CREATED")[0], "2024-03-09T11:00:00+01:00");
    for format in ["json", "yaml"] {
        let args = ["-o", format, "partition", "backups", CART[0]];
        assert_eq!(in_berlin(&shop, &args).out, shop.run(&args).out);
    }
    let plan = in_berlin(&shop, &["restore", "plan", "--service", "Shop/Cart", "--latest"]);
    assert!(plan.out.contains("2024-03-09T12:00:00Z"), "{}", plan.out);
    assert!(!plan.out.contains("+01:00"), "a plan is a document: {}", plan.out);
    let nowhere = Environment::none().variable("TZ", "Nowhere/Land");
    let refused = run_in(&nowhere, &["-e", &shop.0.url(), "--local-time", "app", "list"]).expect(2);
    assert!(refused.err.contains("Nowhere/Land"), "{refused:?}");
}

/// The short id in a narrow table is enough to restore the backup; the command finds its location.
#[test]
fn a_backup_is_restored_by_the_start_of_its_id() {
    let shop = Shop::new();
    let ids = shop.run(&["-o", "name", "partition", "backups", CART[0]]).out;
    let id = ids.lines().next().unwrap();
    let narrow = shop.on_screen(80, &["partition", "backups", CART[0]]).out;
    assert!(narrow.contains(&id[..8]) && !narrow.contains(id), "{narrow}");
    let restore = |backup: &str, more: &[&str]| {
        shop.run(&[&["-y", "partition", "restore", "a1b2c3d4", "--backup-id", backup], more].concat())
    };
    let restored = restore(&id[..8], &[]).expect(0);
    assert!(
        restored.out.contains(&format!("Backup:    {id}\n")) && restored.out.contains("2024-03-09 10.00.00.zip"),
        "{restored:?}"
    );

    let absent = restore("00000000", &[]).expect(3);
    assert!(absent.err.contains("--backup-id 00000000") && absent.err.contains("no such backup"), "{absent:?}");
    restore("0000000", &[]).expect(2);
    let dry = shop.run(&["partition", "restore", CART[0], "--backup-id", &id[..8], "--dry-run"]).expect(2);
    assert!(dry.err.contains("cannot look the backup up"), "{dry:?}");
    let both = restore(&id[..8], &["--location", "x.zip"]).expect(2);
    assert!(both.err.contains("whole id"), "{both:?}");
    // A whole id with a location needs no look-up.
    let whole = ["partition", "restore", CART[0], "--backup-id", id, "--location", "x.zip", "--dry-run"];
    let whole = shop.run(&whole).expect(0);
    assert!(whole.out.contains(id), "{whole:?}");
}
