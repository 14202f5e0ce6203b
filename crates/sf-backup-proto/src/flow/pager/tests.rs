use std::convert::Infallible;

use http::Response;
use proptest::collection::vec;
use proptest::prelude::*;

use super::Pager;
use crate::error::{Cause, Error, ErrorKind};
use crate::model::configuration::BackupConfigurationInfo;
use crate::model::page::Page;
use crate::name::ContinuationToken;
use crate::operation::Operation;
use crate::operations::{GetServiceBackupConfigurationInfo, GetServiceBackupList};

type Backups = Pager<GetServiceBackupList>;
type Configurations = Pager<GetServiceBackupConfigurationInfo>;

fn backups() -> Backups {
    Pager::new(GetServiceBackupList::new("fabric:/A/B".parse().unwrap()))
}

fn configurations() -> Configurations {
    Pager::new(GetServiceBackupConfigurationInfo::new("fabric:/A/B".parse().unwrap()))
}

fn page<T>(token: &str) -> Result<Page<T>, Error> {
    Ok(Page::new(Vec::new(), ContinuationToken::new(token)))
}

fn refusal<O: Operation>(call: &O, status: u16, code: &str) -> Result<O::Response, Error> {
    let body = format!(r#"{{"Error":{{"Code":"{code}","Message":"m"}}}}"#);
    call.parse(&Response::builder().status(status).body(body).unwrap())
}

fn not_enabled(pager: &Configurations) -> Result<Page<BackupConfigurationInfo>, Error> {
    refusal(&pager.next_call().unwrap(), 404, "FABRIC_E_BACKUP_NOT_ENABLED")
}

fn token(pager: &Backups) -> Option<&str> {
    pager.token().map(ContinuationToken::as_str)
}

#[test]
fn a_list_follows_tokens_and_ends_without_one() {
    let mut pager = backups();
    assert_eq!((token(&pager), pager.next_call().unwrap().continuation_token), (None, None));
    pager.accept(page("a+b")).unwrap();
    assert_eq!(token(&pager), Some("a+b"));
    assert_eq!(pager.next_call().unwrap().continuation_token, ContinuationToken::new("a+b"));
    pager.accept(page("")).unwrap();
    assert_eq!(token(&pager), None);
    assert!(pager.next_call().is_none());
}

#[test]
fn null_empty_and_absent_tokens_end_a_list_alike() {
    for body in
        [r#"{"Items":[],"ContinuationToken":null}"#, r#"{"Items":[],"ContinuationToken":""}"#, r#"{"Items":[]}"#, "{}"]
    {
        let mut pager = backups();
        let response = pager.next_call().unwrap().parse(&Response::new(body));
        assert_eq!(pager.accept(response).unwrap(), [], "{body}");
        assert!(pager.next_call().is_none(), "{body}");
    }
}

#[test]
fn an_empty_page_with_a_token_is_not_the_end() {
    let mut pager = backups();
    pager.accept(page("t")).unwrap();
    assert!(pager.next_call().is_some());
}

#[test]
fn new_tokens_on_empty_pages_come_to_an_end() {
    let mut pager = backups();
    for index in 0..Backups::MAX_EMPTY_PAGES {
        pager.accept(page(&format!("t{index}"))).unwrap();
    }
    let error = pager.accept(page("one more")).unwrap_err();
    assert!(matches!(error.cause(), Cause::EmptyPages(1_001)), "{error}");
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::UnreadableResponse, false));
    assert!(pager.next_call().is_none());
    // The list can be continued where it failed.
    assert_eq!(token(&pager), Some("t999"));
}

#[test]
fn pages_with_items_are_not_bounded_and_empty_ones_between_them_do_not_add_up() {
    let mut pager = backups();
    for index in 0..5_000 {
        let items = if index % 200 == 0 { vec![crate::model::backup::BackupInfo::new()] } else { Vec::new() };
        let response: Result<_, Error> = Ok(Page::new(items, ContinuationToken::new(&format!("t{index}"))));
        pager.accept(response).unwrap();
    }
    // The last page may exceed the limit, too.
    let mut pager = backups();
    for index in 0..Backups::MAX_EMPTY_PAGES {
        pager.accept(page(&format!("t{index}"))).unwrap();
    }
    pager.accept(page("")).unwrap();
}

#[test]
fn a_list_that_is_collected_has_an_end() {
    let thousand = |number: usize| {
        let items = vec![crate::model::backup::BackupInfo::new(); 1_000];
        let page: Result<_, Error> = Ok(Page::new(items, ContinuationToken::new(&format!("t{number}"))));
        page
    };
    let mut pager = Pager::collecting(GetServiceBackupList::new("fabric:/A/B".parse().unwrap()));
    for number in 0..Backups::MAX_COLLECTED_ITEMS / 1_000 {
        assert_eq!(pager.accept(thousand(number)).unwrap().len(), 1_000);
    }
    let error = pager.accept(thousand(1_000_000)).unwrap_err();
    assert!(matches!(error.cause(), Cause::TooManyItems(250_000)), "{error}");
    assert!(error.to_string().contains("more than 250000 items") && !error.is_transient(), "{error}");
    assert!(pager.next_call().is_none());
}

#[test]
fn a_repeated_token_is_an_error_at_once() {
    let mut pager = backups();
    pager.accept(page("t")).unwrap();
    let error = pager.accept(page("t")).unwrap_err();
    assert!(matches!(error.cause(), Cause::RepeatedToken(token) if token.as_str() == "t"), "{error}");
    assert_eq!(
        error.to_string(),
        "GetServiceBackupList of fabric:/A/B: the server repeats the continuation token \"t\": the list would never end"
    );
    assert!(pager.next_call().is_none());
}

#[test]
fn a_token_that_does_not_move_is_an_error_at_once_however_far_down_the_list() {
    let mut pager = backups();
    for number in 0..21 {
        pager.accept(page(&number.to_string())).unwrap();
    }
    assert!(pager.accept(page("20")).is_err());
}

#[test]
fn a_repeated_token_is_reported_on_one_line() {
    let token = format!("\n{}", "x".repeat(5_000));
    let mut pager = backups();
    pager.accept(page(&token)).unwrap();
    let error = pager.accept(page(&token)).unwrap_err().to_string();
    assert!(error.len() < 500 && !error.contains('\n'), "{error}");
}

#[test]
fn a_list_resumes_where_another_pager_failed() {
    let mut pager = backups();
    pager.accept(page("one")).unwrap();
    let failed = refusal(&pager.next_call().unwrap(), 503, "FABRIC_E_NOT_READY");
    pager.accept(failed).unwrap_err();
    assert!(pager.next_call().is_none());
    assert_eq!(token(&pager), Some("one"));
    let service = "fabric:/A/B".parse().unwrap();
    let call = GetServiceBackupList::new(service).continuation_token(pager.token().unwrap().clone());
    let mut resumed = Pager::new(call);
    assert_eq!(token(&resumed), Some("one"));
    assert!(resumed.accept(page::<crate::model::backup::BackupInfo>("one")).is_err(), "that page has been");
}

#[test]
fn a_configuration_list_may_end_in_not_enabled_beyond_its_first_page() {
    let mut pager = configurations();
    pager.accept(page("t")).unwrap();
    let end = not_enabled(&pager);
    assert_eq!(pager.accept(end).unwrap(), []);
    assert!(pager.next_call().is_none() && pager.token().is_none());

    let resumed = GetServiceBackupConfigurationInfo::new("fabric:/A/B".parse().unwrap());
    let mut pager = Pager::new(resumed.continuation_token(ContinuationToken::new("t").unwrap()));
    let end = not_enabled(&pager);
    assert_eq!(pager.accept(end).unwrap(), []);
}

#[test]
fn not_enabled_on_the_first_page_or_of_another_list_is_an_error() {
    let mut pager = configurations();
    let first = not_enabled(&pager);
    assert_eq!(pager.accept(first).unwrap_err().kind(), ErrorKind::BackupNotEnabled);

    let mut pager = backups();
    pager.accept(page("t")).unwrap();
    let response = refusal(&pager.next_call().unwrap(), 404, "FABRIC_E_BACKUP_NOT_ENABLED");
    assert_eq!(pager.accept(response).unwrap_err().kind(), ErrorKind::BackupNotEnabled);
}

#[test]
fn another_error_on_a_later_page_of_a_configuration_list_is_one() {
    let mut pager = configurations();
    pager.accept(page("t")).unwrap();
    let response = refusal(&pager.next_call().unwrap(), 404, "FABRIC_E_SERVICE_DOES_NOT_EXIST");
    assert_eq!(pager.accept(response).unwrap_err().kind(), ErrorKind::EntityNotFound);
}

proptest! {
    /// Every page of a list without cycles is returned once and in order, whatever is on it.
    #[test]
    fn a_list_yields_every_item_once_and_in_order(sizes in vec(0_usize..4, 1..40)) {
        let mut pager = backups();
        let (mut seen, mut next) = (Vec::new(), 0_i64);
        for (index, size) in sizes.iter().enumerate() {
            let call = pager.next_call().unwrap();
            let expected = (index > 0).then(|| format!("t{index}"));
            prop_assert_eq!(call.continuation_token.as_ref().map(|token| token.as_str().to_owned()), expected);
            let items = (next..).take(*size).map(|lsn| crate::model::backup::BackupInfo::new().lsn_of_last_backup_record(lsn));
            let token = if index + 1 == sizes.len() { String::new() } else { format!("t{}", index + 1) };
            let page = Page::new(items.collect(), ContinuationToken::new(&token));
            next += i64::try_from(*size).unwrap();
            seen.extend(pager.accept::<Infallible>(Ok(page)).unwrap());
        }
        prop_assert!(pager.next_call().is_none());
        let lsns: Vec<i64> = seen.iter().filter_map(|backup| backup.lsn_of_last_backup_record).collect();
        prop_assert_eq!(lsns, (0..next).collect::<Vec<_>>());
    }

    /// A cycle of any length, entered after any number of pages, is detected after a few rounds.
    #[test]
    fn a_circle_of_tokens_ends_in_an_error(before in 0_usize..60, length in 1_usize..200) {
        let mut pager = backups();
        let mut asked = 0;
        let error = loop {
            let place = if asked < before { asked } else { before + (asked - before) % length };
            asked += 1;
            prop_assert!(asked <= 4 * (before + length) + 4, "never found");
            if let Err(error) = pager.accept(page(&format!("t{place}"))) {
                break error;
            }
        };
        prop_assert!(matches!(error.cause(), Cause::RepeatedToken(_)));
        prop_assert!(asked > before + length, "found before it was one");
        prop_assert!(pager.next_call().is_none());
    }

    /// Whatever a server does, a pager that has ended returns no call, and one that has not continues from the last
    /// token.
    #[test]
    fn any_responses_leave_the_pager_in_a_valid_state(
        responses in vec(prop_oneof![
            6 => "[a-e]".prop_map(|token| (200, format!(r#"{{"Items":[],"ContinuationToken":"{token}"}}"#))),
            1 => Just((200, r#"{"Items":[]}"#.to_owned())),
            1 => Just((404, r#"{"Error":{"Code":"FABRIC_E_BACKUP_NOT_ENABLED","Message":""}}"#.to_owned())),
            1 => (200_u16..600, ".{0,9}"),
        ], 1..30),
    ) {
        let mut pager = configurations();
        let mut last = None;
        for (status, body) in responses {
            let Some(call) = pager.next_call() else { break };
            prop_assert_eq!(&call.continuation_token, &last);
            let response = call.parse(&Response::builder().status(status).body(body).unwrap());
            let given = response.as_ref().ok().and_then(|page| page.continuation_token.clone());
            match pager.accept(response) {
                Ok(_) => {
                    prop_assert_eq!(pager.next_call().is_none(), given.is_none());
                    last = given;
                    prop_assert_eq!(pager.token(), last.as_ref());
                }
                Err(_) => {
                    prop_assert!(pager.next_call().is_none());
                    prop_assert_eq!(pager.token(), last.as_ref());
                }
            }
        }
    }
}
