//! Completions for zsh, which quotes candidates: it gets words as the program would.

use super::offer::Offer;

/// Passes the words up to the cursor as they were typed; reads a candidate per line, with a description after a tab.
/// `compadd` quotes candidates as the position requires.
pub(super) const SCRIPT: &str = r#"#compdef PROGRAM
function _clap_dynamic_completer_sf_backup() {
    emulate -L zsh
    local line name shown
    local -a names shown_names open shown_open
    while IFS= read -r line || [[ -n "$line" ]]; do
        name="${line%%$'\t'*}"
        shown="$name"
        [[ "$line" == *$'\t'* ]] && shown="$name  -- ${line#*$'\t'}"
        if [[ "$name" == */ ]]; then
            open+=("$name")
            shown_open+=("$shown")
        else
            names+=("$name")
            shown_names+=("$shown")
        fi
    done < <(VARIABLE=zsh PROGRAM -- "${(@)words[1,CURRENT-1]}" "$QIPREFIX$IPREFIX$PREFIX" 2> /dev/null)
    local result=1
    (( $#names )) && compadd -l -V values -d shown_names -a -- names && result=0
    (( $#open )) && compadd -l -V values -S '' -d shown_open -a -- open && result=0
    return result
}

compdef _clap_dynamic_completer_sf_backup PROGRAM
"#;

pub(super) fn line(offer: &Offer) -> String {
    match &offer.help {
        Some(help) => format!("{}\t{help}", offer.word),
        None => offer.word.clone(),
    }
}
