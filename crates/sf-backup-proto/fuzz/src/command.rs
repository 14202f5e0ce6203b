//! The command line's quoting and escaping. Includes the source files, because they are not a public interface.

#![allow(dead_code, unused_imports, reason = "only some of it is tried here")]

use serde_json::Value;

use crate::body;
use crate::complete::bash::Typed;
use crate::complete::offer::Offer;
use crate::complete::typed::words;
use crate::output::{escape, shell};

/// Escaped text is harmless and reversible, and escaped JSON parses to the same value.
pub fn escaping(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let shown = escape::line(text);
    assert!(escape::is_plain(&shown), "{shown:?}");
    assert_eq!(unescaped(&shown).as_deref(), Some(text));
    assert_eq!(escape::lines(&shown), shown);
    assert!(escape::lines(text).split('\n').all(escape::is_plain));
    let value = Value::from(text);
    let json = escape::json(value.to_string());
    assert!(escape::is_plain(&json), "{json:?}");
    assert_eq!(serde_json::from_str::<Value>(&json).ok(), Some(value));
}

fn unescaped(shown: &str) -> Option<String> {
    let mut parts = shown.split("\\u{");
    let mut text = parts.next()?.to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}')?;
        text.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
        text.push_str(rest);
    }
    Some(text)
}

/// A name that is completed in bash, in each kind of quotes, is one word with its literal meaning; so is one quoted for
/// POSIX shells and for PowerShell.
pub fn completion(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // Parsing any line ends.
    let typed = words(text);
    assert!(!typed.is_empty() && typed.iter().all(|word| word.start <= word.inside && word.inside <= text.len()));
    if text.is_empty() || text.contains('\0') {
        return;
    }
    assert_eq!(evaluated(shell::posix_word(text.as_bytes()).as_bytes(), &|_| None), Some(text.as_bytes().to_vec()));
    if !escape::is_plain(text) {
        return;
    }
    let powershell = shell::powershell_word(text);
    if let Some(inside) = powershell.strip_prefix('\'').and_then(|word| word.strip_suffix('\'')) {
        assert_eq!(single(inside).as_deref(), Some(text));
    } else {
        assert_eq!(powershell, text);
    }
    let offer = Offer { word: text.to_owned(), help: None };
    for quote in ["", "'", "\""] {
        const BEFORE: &str = "sf-backup policy show ";
        let Some(typed) = Typed::new(&format!("{BEFORE}{quote}"), "") else { continue };
        let replacement = typed.replacement(&offer).unwrap_or_default();
        // The quotes of a folder stay open.
        let line = format!("{BEFORE}{replacement}");
        let read = words(&line);
        assert_eq!(read.len(), 4, "{line}");
        assert_eq!(read.last().map(|word| word.meant.as_str()), Some(text), "{line}");
    }
}

/// The text that PowerShell reads between single quotes; `None` if they end early.
fn single(text: &str) -> Option<String> {
    let mut read = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if "'\u{2018}\u{2019}\u{201a}\u{201b}".contains(character) {
            characters.next().filter(|next| *next == character)?;
        }
        read.push(character);
    }
    Some(read)
}

/// The body that `--dry-run=curl` prints is the same body, with a variable for each secret.
pub fn curl(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else { return };
    let body = value.to_string();
    let (word, variables) = body::word(body.as_bytes());
    let mut sorted = variables.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), variables.len(), "{variables:?}");
    let known = ["CONNECTION_STRING", "PRIMARY_PASSWORD", "SECONDARY_PASSWORD"];
    assert!(
        variables.iter().all(|name| name.starts_with("SECRET_") || known.iter().any(|known| name.starts_with(known)))
    );
    let read = evaluated(word.as_bytes(), &|name| variables.iter().any(|known| known == name).then(|| b"s".to_vec()));
    let read = read.unwrap_or_else(|| panic!("{word}"));
    if variables.is_empty() {
        assert_eq!(read, body.as_bytes());
    } else {
        assert!(serde_json::from_slice::<Value>(&read).is_ok(), "{word}");
    }
}

/// Evaluates a word of quotes, variables and `printf` as a POSIX shell does; `None` if it does anything else, or does
/// not end.
fn evaluated(word: &[u8], variable: &dyn Fn(&str) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    let mut read = Vec::new();
    let mut left = word;
    while let Some((first, rest)) = left.split_first() {
        left = rest;
        match first {
            b'\'' => {
                let end = rest.iter().position(|byte| *byte == b'\'')?;
                read.extend_from_slice(&rest[..end]);
                left = &rest[end + 1..];
            }
            b'\\' => {
                let (escaped, rest) = rest.split_first()?;
                read.push(*escaped);
                left = rest;
            }
            b'"' => {
                let end = rest.iter().position(|byte| *byte == b'"')?;
                let inside = std::str::from_utf8(&rest[..end]).ok()?;
                left = &rest[end + 1..];
                if let Some(octal) = inside.strip_prefix("$(printf '").and_then(|call| call.strip_suffix("')")) {
                    let mut bytes = Vec::new();
                    for number in octal.split('\\').skip(1) {
                        bytes.push(u8::from_str_radix(number, 8).ok()?);
                    }
                    // A substitution loses line breaks at its end.
                    (bytes.last() != Some(&b'\n')).then_some(())?;
                    read.extend(bytes);
                } else {
                    read.extend(variable(inside.strip_prefix('$')?)?);
                }
            }
            plain if plain.is_ascii_alphanumeric() || b"-_./:,=@%+".contains(plain) => read.push(*plain),
            _ => return None,
        }
    }
    Some(read)
}
