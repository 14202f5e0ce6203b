//! Completions for PowerShell, which replaces the whole word by a candidate without quoting it.

use super::offer::Offer;
use crate::output::shell::powershell_word;

/// Passes the words up to the cursor, without their quotes, in a variable: older releases lose empty arguments and
/// quotation marks of programs. No part of the line is run.
pub(super) const SCRIPT: &str = r#"Register-ArgumentCompleter -Native -CommandName PROGRAM -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @()
    $open = $false
    foreach ($element in $commandAst.CommandElements) {
        if ($element.Extent.StartOffset -ge $cursorPosition) { break }
        $open = $element.Extent.EndOffset -ge $cursorPosition
        if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) {
            $words += $element.Value
        } else {
            $words += $element.Extent.Text
        }
    }
    if (-not $open) { $words += '' }
    $encoding = [Console]::OutputEncoding
    try {
        [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
        $env:VARIABLE_WORDS = $words -join [string][char]31
        $env:VARIABLE = 'powershell'
        $lines = @(& PROGRAM --)
    } finally {
        Remove-Item Env:\VARIABLE, Env:\VARIABLE_WORDS -ErrorAction SilentlyContinue
        [Console]::OutputEncoding = $encoding
    }
    foreach ($line in $lines) {
        $parts = $line.Split("`t")
        [System.Management.Automation.CompletionResult]::new($parts[0], $parts[1], 'ParameterValue', $parts[2])
    }
}
"#;

/// The separator of the words in the variable.
pub(super) const SEPARATOR: char = '\u{1f}';

/// The candidate as typed, as listed, and its description.
pub(super) fn line(offer: &Offer) -> Option<String> {
    let Offer { word, help } = offer;
    // Windows PowerShell passes these on as another word, or as two.
    if word.contains('"') || (word.ends_with('\\') && word.contains(' ')) {
        return None;
    }
    Some(format!("{}\t{word}\t{}", powershell_word(word), help.as_ref().unwrap_or(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_words_are_quoted_and_listed_ones_are_not() {
        let offer =
            |word: &str, help: Option<&str>| line(&Offer { word: word.to_owned(), help: help.map(str::to_owned) });
        assert_eq!(offer("Daily", None).unwrap(), "Daily\tDaily\tDaily");
        assert_eq!(offer("$(calc);x", Some("h")).unwrap(), "'$(calc);x'\t$(calc);x\th");
        assert_eq!(offer("--policy=a b", None).unwrap(), "'--policy=a b'\t--policy=a b\t--policy=a b");
        assert_eq!(offer("a\"b", None), None);
        assert_eq!(offer(r"a b\", None), None);
        assert_eq!(offer(r"C:\", None).unwrap(), "C:\\\tC:\\\tC:\\");
    }

    #[test]
    fn the_script_runs_no_text_that_was_typed() {
        for word in ["Invoke-Expression", "iex", "ScriptBlock]::Create"] {
            assert!(!SCRIPT.contains(word), "{word}");
        }
    }
}
