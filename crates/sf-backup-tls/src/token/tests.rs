use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::*;

/// A source that returns `1`, `2`, `3` and so on.
fn counting() -> (Tokens, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let callback = move || Ok((counted.fetch_add(1, Ordering::SeqCst) + 1).to_string().into());
    (Tokens::new(TokenSource::callback(callback)), count)
}

#[test]
fn a_file_is_read_again_and_trimmed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    let source = TokenSource::file(&path);
    let missing = source.token().unwrap_err();
    assert_eq!(missing.to_string(), format!("cannot read {}", path.display()));
    for (contents, token) in [("abc.def-1_2\r\n", "abc.def-1_2"), ("  x  ", "x")] {
        std::fs::write(&path, contents).unwrap();
        assert_eq!(source.token().unwrap().expose(), token);
    }
}

#[test]
fn invalid_tokens_are_rejected_and_not_quoted() {
    for text in ["", " \n", "hunter2 hunter3", "hunter2\nhunter3", "hunter2\u{e9}", "hunter2\0"] {
        let source = TokenSource::callback(move || Ok(text.into()));
        let error = source.token().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the callback returned no valid token: expected one line of ASCII without spaces"
        );
        assert!(!format!("{error:?} {source:?}").contains("hunter"));
    }
    let failing = TokenSource::callback(|| Err("the vault is sealed".into()));
    let error = failing.token().unwrap_err();
    assert_eq!(error.source().unwrap().to_string(), "the vault is sealed");
}

#[test]
fn debug_shows_no_token_and_no_argument() {
    let sources = [TokenSource::fixed("hunter2".into()), TokenSource::command("get-token", ["hunter2"])];
    for source in sources {
        let shown = format!("{source:?} {:?}", Tokens::new(source.clone()));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[cfg(unix)]
#[test]
fn the_error_of_a_failed_command_has_its_status_and_last_line() {
    let shell = |script: &str| TokenSource::command("sh", ["-c", script]);
    assert_eq!(shell("echo ' abc '").token().unwrap().expose(), "abc");
    assert_eq!(shell("cat; echo abc").token().unwrap().expose(), "abc");
    let error = shell("echo hunter2; echo 'log in\tfirst' >&2; exit 3").token().unwrap_err();
    assert_eq!(error.to_string(), "sh ended with exit status: 3: log infirst");
    assert_eq!(shell("exit 3").token().unwrap_err().to_string(), "sh ended with exit status: 3");
    let error = TokenSource::command("/does/not/exist", [""; 0]).token().unwrap_err();
    assert_eq!(error.to_string(), "cannot run /does/not/exist");
}

#[test]
fn a_token_is_cached_until_it_is_rejected() {
    let (tokens, count) = counting();
    assert_eq!(tokens.current(), None);
    for _ in 0..3 {
        assert_eq!(tokens.get().unwrap().expose(), "1");
    }
    assert_eq!(tokens.current(), Some("1".into()));
    assert_eq!(tokens.fresh(&"1".into()).unwrap(), Some("2".into()));
    // Another request with the first token gets the second one.
    assert_eq!(tokens.fresh(&"1".into()).unwrap(), Some("2".into()));
    assert_eq!((tokens.get().unwrap().expose(), count.load(Ordering::SeqCst)), ("2", 2));
}

#[test]
fn concurrent_rejections_call_the_source_once() {
    let (tokens, count) = counting();
    let first = tokens.get().unwrap();
    thread::scope(|scope| {
        let calls: Vec<_> = (0..8).map(|_| scope.spawn(|| tokens.fresh(&first).unwrap())).collect();
        for call in calls {
            assert_eq!(call.join().unwrap(), Some("2".into()));
        }
    });
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[test]
fn the_same_token_again_is_not_a_replacement() {
    let tokens = Tokens::new(Secret::from("abc").into());
    assert_eq!(tokens.get().unwrap().expose(), "abc");
    assert_eq!(tokens.fresh(&"abc".into()).unwrap(), None);
}
