//! Fish, which quotes what it is given, and shows what follows a tab.

/// Hands over the words before the cursor, and the one that is being typed as it was typed.
pub(super) const SCRIPT: &str = r#"complete --keep-order --exclusive --command PROGRAM --arguments "(VARIABLE=fish PROGRAM -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor))"
"#;
