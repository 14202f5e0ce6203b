//! Bash, which breaks words at colons and equal signs: both stand in what is typed here.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::env::{Bash as Builtin, EnvCompleter};

/// Bash with a script that puts broken words together again, and takes away from the answers what bash will not replace.
pub(super) struct Bash;

const SCRIPT: &str = r#"_sf_backup() {
    local IFS=$'\013' words=() index=0 at word before=x
    for at in "${!COMP_WORDS[@]}"; do
        word=${COMP_WORDS[at]}
        if [[ $at -gt 1 && ( $word == [:=]* || $before == *[:=] ) ]]; then
            words[${#words[@]}-1]+=$word
        else
            words+=("$word")
        fi
        before=$word
        if [[ $at -eq $COMP_CWORD ]]; then
            index=$((${#words[@]} - 1))
        fi
    done
    local current=${words[index]}
    local kept=${current%"${current##*[:=]}"}
    COMPREPLY=( $( _CLAP_IFS="$IFS" _CLAP_COMPLETE_INDEX="$index" VARIABLE=bash PROGRAM -- "${words[@]}" 2> /dev/null ) )
    COMPREPLY=( "${COMPREPLY[@]#"$kept"}" )
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/=] ]]; then
        compopt -o nospace 2> /dev/null
    fi
}
complete -o bashdefault -F _sf_backup PROGRAM
"#;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        Builtin.name()
    }

    fn is(&self, name: &str) -> bool {
        Builtin.is(name)
    }

    fn write_registration(
        &self,
        variable: &str,
        _: &str,
        program: &str,
        _: &str,
        to: &mut dyn Write,
    ) -> io::Result<()> {
        to.write_all(SCRIPT.replace("VARIABLE", variable).replace("PROGRAM", program).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut Command,
        words: Vec<OsString>,
        folder: Option<&Path>,
        to: &mut dyn Write,
    ) -> io::Result<()> {
        Builtin.write_complete(command, words, folder, to)
    }
}
