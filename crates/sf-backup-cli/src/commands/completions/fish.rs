//! Completions for fish, which quotes candidates, and shows the text after a tab.

/// Passes the words before the cursor, and the current one as it was typed.
pub(super) const SCRIPT: &str = r#"complete --keep-order --exclusive --command PROGRAM --arguments "(VARIABLE=fish PROGRAM -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor))"
"#;
