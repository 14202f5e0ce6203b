//! Lists in pages.

use sf_backup_proto::{ErrorKind, GetServiceBackupList};

use super::double::{Connection, Double, json, response};
use super::scenarios;
use super::transport::Transport;

scenarios! {
    everywhere: [
        pages_follow_their_tokens,
        a_list_continues_from_a_token,
        an_empty_page_is_not_the_end,
        a_repeated_token_ends_the_list,
        an_error_leaves_the_token_of_the_page_that_failed,
    ],
    clients: [],
}

fn backups() -> GetServiceBackupList {
    GetServiceBackupList::new("CalcApp/CalcService".parse().unwrap())
}

/// A page of backups with these locations.
fn page(token: &str, locations: &[&str]) -> String {
    let items: Vec<_> =
        locations.iter().map(|location| format!(r#"{{"BackupType":"Full","BackupLocation":"{location}"}}"#)).collect();
    json(&format!(r#"{{"ContinuationToken":"{token}","Items":[{}]}}"#, items.join(",")))
}

/// Responds to the next request and returns its query.
fn requested_query(connection: &mut Connection, response: String) -> String {
    let seen = connection.request();
    connection.say(response);
    let (_, query) = seen.line.split_once("/$/GetBackups?").unwrap();
    query.trim_end_matches(" HTTP/1.1").to_owned()
}

fn double(responses: Vec<String>) -> Double<Vec<String>> {
    Double::new(move |listener| {
        let mut connection = listener.accept();
        responses.into_iter().map(|response| requested_query(&mut connection, response)).collect()
    })
}

/// The locations on a page, or the kind of error; and the next token.
type Listed = (Result<Vec<String>, ErrorKind>, Option<String>);

/// The whole list.
fn listed<T: Transport>(double: &Double<Vec<String>>, operation: GetServiceBackupList) -> Vec<Listed> {
    let pages = T::at(double.endpoint()).pages(operation).into_iter();
    let locations = |page: Vec<sf_backup_proto::model::backup::BackupInfo>| {
        page.into_iter().map(|backup| backup.backup_location.unwrap()).collect()
    };
    pages.map(|(page, token)| (page.map(locations).map_err(|error| error.kind()), token)).collect()
}

fn some(locations: &[&str]) -> Result<Vec<String>, ErrorKind> {
    Ok(locations.iter().map(ToString::to_string).collect())
}

fn pages_follow_their_tokens<T: Transport>() {
    let double = double(vec![page("a b/c+d&e=%41", &["1", "2"]), page("2", &["3"]), page("", &["4"])]);
    let listed = listed::<T>(&double, backups().max_results(2));
    let token = |token: &str| Some(token.to_owned());
    assert_eq!(
        listed,
        [(some(&["1", "2"]), token("a b/c+d&e=%41")), (some(&["3"]), token("2")), (some(&["4"]), None),]
    );
    assert_eq!(
        double.finish(),
        [
            "api-version=6.4&MaxResults=2",
            "api-version=6.4&ContinuationToken=a%20b%2Fc%2Bd%26e%3D%2541&MaxResults=2",
            "api-version=6.4&ContinuationToken=2&MaxResults=2",
        ]
    );
}

fn a_list_continues_from_a_token<T: Transport>() {
    let double = double(vec![page("", &["3"])]);
    let token = sf_backup_proto::ContinuationToken::new("2").unwrap();
    let listed = listed::<T>(&double, backups().continuation_token(token));
    assert_eq!(listed, [(some(&["3"]), None)]);
    assert_eq!(double.finish(), ["api-version=6.4&ContinuationToken=2"]);
}

fn an_empty_page_is_not_the_end<T: Transport>() {
    let double = double(vec![page("1", &[]), page("", &["1"])]);
    let listed = listed::<T>(&double, backups());
    assert_eq!(listed, [(some(&[]), Some("1".into())), (some(&["1"]), None)]);
    double.finish();
}

fn a_repeated_token_ends_the_list<T: Transport>() {
    let double = double(vec![page("1", &["1"]), page("1", &["1"])]);
    let listed = listed::<T>(&double, backups());
    let token = || Some("1".to_owned());
    assert_eq!(listed, [(some(&["1"]), token()), (Err(ErrorKind::UnreadableResponse), token())]);
    double.finish();
}

fn an_error_leaves_the_token_of_the_page_that_failed<T: Transport>() {
    let error = r#"{"Error":{"Code":"FABRIC_E_TIMEOUT","Message":"Timeout"}}"#;
    let error = response("504 Gateway Timeout", "text/plain", error);
    let double = double(vec![page("1", &["1"]), error]);
    let listed = listed::<T>(&double, backups());
    let token = || Some("1".to_owned());
    assert_eq!(listed, [(some(&["1"]), token()), (Err(ErrorKind::Timeout), token())]);
    double.finish();
}

/// Items across pages, one of which is empty, up to an error, which is the last item.
#[test]
fn items_are_returned_one_by_one() {
    let pages = || {
        let broken = json("no page");
        double(vec![page("1", &["1", "2"]), page("2", &[]), page("3", &["3"]), broken])
    };
    let location = |item: Result<sf_backup_proto::model::backup::BackupInfo, sf_backup_hyper::Error>| match item {
        Ok(backup) => backup.backup_location.unwrap(),
        Err(error) => error.kind().to_string(),
    };
    let expected = ["1", "2", "3", "unreadable-response"];

    let double = pages();
    let client = sf_backup_blocking::Client::new(double.endpoint());
    assert_eq!(client.pager(backups()).map(location).collect::<Vec<_>>(), expected);
    double.finish();

    let double = pages();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let listed = runtime.block_on(async {
        let mut items = sf_backup_hyper::Client::new(double.endpoint()).pager(backups());
        let mut listed = Vec::new();
        while let Some(item) = items.next().await {
            listed.push(location(item));
        }
        listed
    });
    assert_eq!(listed, expected);
    double.finish();

    // As streams, item by item and page by page.
    let double = pages();
    let items = sf_backup_hyper::Client::new(double.endpoint()).pager(backups());
    let listed = runtime.block_on(collected(items));
    assert_eq!(listed.into_iter().map(location).collect::<Vec<_>>(), expected);
    double.finish();
    let double = pages();
    let pages = sf_backup_hyper::Client::new(double.endpoint()).pager(backups()).into_pages();
    let listed = runtime.block_on(collected(pages));
    let sizes: Vec<_> = listed.into_iter().map(|page| page.ok().map(|page| page.len())).collect();
    assert_eq!(sizes, [Some(2), Some(0), Some(1), None]);
    double.finish();
}

/// All items of a stream.
async fn collected<S: futures_core::Stream + Unpin>(mut stream: S) -> Vec<S::Item> {
    let mut collected = Vec::new();
    while let Some(item) = std::future::poll_fn(|context| std::pin::Pin::new(&mut stream).poll_next(context)).await {
        collected.push(item);
    }
    collected
}
