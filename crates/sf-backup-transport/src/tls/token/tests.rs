use super::*;

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
        let shown = format!("{source:?} {:?}", crate::tls::tokens::Tokens::new(source.clone()));
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

/// A command that hangs is killed, also if a process that it started keeps its output open.
#[cfg(unix)]
#[test]
fn a_command_that_hangs_is_ended() {
    for script in ["sleep 600", "sleep 600 & echo abc"] {
        let limit = Duration::from_millis(300);
        let source = TokenSource::command("sh", ["-c", script]).limit(limit);
        let begun = Instant::now();
        let error = source.token().unwrap_err();
        assert!(matches!(error, TokenError::Late { after, .. } if after == limit), "{error:?}");
        assert!(begun.elapsed() < Duration::from_secs(60), "{script}");
    }
}
