//! A request's body as one word, with variables for secrets.

use serde_json::Value;
use sf_backup_proto::secret::MASK;

use crate::output::ordered_json::OrderedJson;
use crate::output::redact::{Part, each_secret};
use crate::output::shell::posix_word;

/// Members of the API whose variables have their own name. Other variables have a prefix, because a shell needs `PATH`,
/// for example.
const KNOWN: &[&str] = &["ConnectionString", "PrimaryPassword", "SecondaryPassword"];

/// The word, and the variables in it.
pub(super) fn word(body: &[u8]) -> (String, Vec<String>) {
    // This program has written it, so it is JSON.
    let Ok(mut written) = serde_json::from_slice::<OrderedJson>(body) else {
        return (posix_word(MASK.as_bytes()), Vec::new());
    };
    let mark = mark(body);
    let place = |number: usize| format!("{mark}{number}{END}");
    let mut variables: Vec<String> = Vec::new();
    each_secret(&mut written, &mut |member, secret, part| {
        let place = place(variables.len());
        *secret = match (part, &*secret) {
            (Part::Query, OrderedJson::Scalar(Value::String(address))) => {
                let (before, _) = address.split_once('?').unwrap_or((address, ""));
                OrderedJson::text(&format!("{before}?{place}"))
            }
            _ => OrderedJson::text(&place),
        };
        variables.push(unused(variable(member), &variables));
    });
    if variables.is_empty() {
        return (posix_word(body), variables);
    }
    let text = serde_json::to_string(&written).unwrap_or_default();
    let quoted = posix_word(text.as_bytes());
    let numbered = variables.iter().enumerate();
    let word = numbered.fold(quoted, |word, (at, name)| word.replace(&place(at), &format!("'\"${name}\"'")));
    (word, variables)
}

/// Ends a placeholder, so that the first is not a prefix of the eleventh.
const END: char = 'Z';

/// A placeholder for secrets until the text is quoted: letters that neither JSON nor a shell changes, and that do not
/// occur in the body.
fn mark(body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body);
    let mut mark = "SECRET".to_owned();
    while body.contains(&mark) {
        mark.push('X');
    }
    mark
}

/// The variable of a member: `PRIMARY_PASSWORD` for `PrimaryPassword` in any case; `SECRET_KEY` for a member unknown to
/// the API, such as `Key`.
fn variable(member: &str) -> String {
    let known = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(member));
    known.map_or_else(|| format!("SECRET_{}", upper_snake_case(member)), |known| upper_snake_case(known))
}

fn upper_snake_case(member: &str) -> String {
    let mut name = String::new();
    for character in member.chars().filter(char::is_ascii_alphanumeric) {
        if character.is_ascii_uppercase() && name.ends_with(|last: char| !last.is_ascii_uppercase() && last != '_') {
            name.push('_');
        }
        name.push(character);
    }
    name.to_ascii_uppercase()
}

/// The name, with a number if it is taken.
fn unused(name: String, taken: &[String]) -> String {
    if !taken.contains(&name) {
        return name;
    }
    let mut numbered = (2..).map(|number| format!("{name}_{number}"));
    numbered.find(|numbered| !taken.contains(numbered)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_name_their_variables() {
        for (member, name) in [
            ("PrimaryPassword", "PRIMARY_PASSWORD"),
            ("ConnectionString", "CONNECTION_STRING"),
            ("PrimaryPasswOrd", "PRIMARY_PASSWORD"),
            ("secondarypassword", "SECONDARY_PASSWORD"),
            ("SASToken", "SECRET_SASTOKEN"),
            ("PATH", "SECRET_PATH"),
            ("SfBackupToken", "SECRET_SF_BACKUP_TOKEN"),
            ("é", "SECRET_"),
            ("1st", "SECRET_1ST"),
        ] {
            assert_eq!(variable(member), name);
        }
    }

    #[test]
    fn every_secret_has_a_variable_of_its_own() {
        let body = r#"{"Storage":{"StorageKind":"Odd","Key":"a","Key_2":"b"},"B":[{"Token":"c"},{"Token":"d"},{"Name":"it's"}],
            "Sas":"e","sas":"f","SAS":"g"}"#;
        let (word, variables) = word(body.as_bytes());
        assert_eq!(
            variables,
            [
                "SECRET_KEY",
                "SECRET_KEY2",
                "SECRET_TOKEN",
                "SECRET_TOKEN_2",
                "SECRET_SAS",
                "SECRET_SAS_2",
                "SECRET_SAS_3"
            ]
        );
        assert!(word.starts_with(r#"'{"Storage":{"StorageKind":"Odd","Key":"'"$SECRET_KEY"'","#), "{word}");
        assert!(word.contains(r#"{"Name":"it'\''s"}"#), "{word}");
    }

    #[test]
    fn only_secrets_are_taken_for_secrets() {
        let body = r#"{"Name":"a****b SECRET0Z","Note":"0","Storage":{"StorageKind":"FileShare","Path":"****","PrimaryPassword":"x"}}"#;
        let (word, variables) = word(body.as_bytes());
        assert_eq!(variables, ["PRIMARY_PASSWORD"]);
        assert_eq!(word, format!("'{}'", body.replace("\"x\"", "\"'\"$PRIMARY_PASSWORD\"'\"")));
    }
}
