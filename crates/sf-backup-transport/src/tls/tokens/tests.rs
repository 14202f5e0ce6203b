use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::*;

const PATIENCE: Duration = Duration::from_secs(60);

/// A source that returns `1`, `2`, `3` and so on.
fn counting() -> (Tokens, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let callback = move || Ok((counted.fetch_add(1, Ordering::SeqCst) + 1).to_string().into());
    (Tokens::new(TokenSource::callback(callback)), count)
}

fn get(tokens: &Tokens, refused: Option<&str>) -> Option<Secret> {
    tokens.get(refused.map(Secret::from).as_ref(), PATIENCE).unwrap()
}

#[test]
fn a_token_is_cached_until_it_is_rejected() {
    let (tokens, count) = counting();
    assert_eq!(tokens.cached(None), None);
    for _ in 0..3 {
        assert_eq!(get(&tokens, None), Some("1".into()));
    }
    assert_eq!((tokens.cached(None), tokens.cached(Some(&"1".into()))), (Some("1".into()), None));
    assert_eq!(get(&tokens, Some("1")), Some("2".into()));
    // Another call with the first token gets the second one.
    assert_eq!(get(&tokens, Some("1")), Some("2".into()));
    assert_eq!((get(&tokens, None), count.load(Ordering::SeqCst)), (Some("2".into()), 2));
}

#[test]
fn concurrent_rejections_call_the_source_once() {
    let (tokens, count) = counting();
    get(&tokens, None);
    thread::scope(|scope| {
        let calls: Vec<_> = (0..8).map(|_| scope.spawn(|| get(&tokens, Some("1")))).collect();
        for call in calls {
            assert_eq!(call.join().unwrap(), Some("2".into()));
        }
    });
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[test]
fn the_same_token_again_is_not_a_replacement() {
    let tokens = Tokens::new(Secret::from("abc").into());
    assert_eq!(get(&tokens, None), Some("abc".into()));
    assert_eq!(get(&tokens, Some("abc")), None);
    let tokens = Tokens::new(TokenSource::callback(|| Ok("abc".into())));
    assert_eq!(get(&tokens, None), Some("abc".into()));
    assert_eq!(get(&tokens, Some("abc")), None);
}

/// A source that hangs delays no call beyond its time limit, and is called once for all of them.
#[test]
fn a_source_that_hangs_holds_no_call_up() {
    let (release, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    let tokens = Tokens::new(TokenSource::callback(move || {
        let _ = held.lock().unwrap().recv();
        Ok("late".into())
    }));
    for _ in 0..3 {
        let error = tokens.get(None, Duration::from_millis(20)).unwrap_err();
        assert!(matches!(*error, TokenError::Late { .. }), "{error:?}");
    }
    release.send(()).unwrap();
    assert_eq!(get(&tokens, None), Some("late".into()));
}

#[test]
fn a_panicking_source_is_an_error_and_can_be_retried() {
    let first = AtomicUsize::new(0);
    let tokens = Tokens::new(TokenSource::callback(move || {
        assert!(first.fetch_add(1, Ordering::SeqCst) > 0, "not yet");
        Ok("abc".into())
    }));
    let error = tokens.get(None, PATIENCE).unwrap_err();
    assert!(matches!(*error, TokenError::Callback { .. }), "{error:?}");
    assert_eq!(get(&tokens, None), Some("abc".into()));
}
