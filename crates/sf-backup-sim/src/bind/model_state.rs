//! What was wrong with a request, under the names of its arguments.

use std::fmt::Write as _;

/// Errors by key, in the order in which the keys were found wanting.
#[derive(Debug, Default)]
pub(crate) struct ModelState(Vec<(String, Vec<String>)>);

/// What the framework says about a failure whose details it keeps to itself.
const UNTOLD: &str = "An error has occurred.";

impl ModelState {
    pub(crate) fn is_valid(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn add(&mut self, key: String, message: String) {
        match self.0.iter_mut().find(|(known, _)| *known == key) {
            Some((_, messages)) => messages.push(message),
            None => self.0.push((key, vec![message])),
        }
    }

    /// A failure to read the value under `key`.
    pub(crate) fn unreadable(&mut self, key: String) {
        self.add(key, UNTOLD.to_owned());
    }

    /// A broken rule. Said only if nothing was wrong with the key, or with anything below it, before.
    pub(crate) fn broken_rule(&mut self, key: String, message: String) {
        let below =
            |known: &str| known.strip_prefix(&key).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        if !self.0.iter().any(|(known, _)| below(known)) {
            self.add(key, message);
        }
    }

    /// The framework's JSON for it, with all double quotes removed, as the backup service quotes it.
    pub(crate) fn message(&self) -> String {
        let mut text = String::from("{Message:The request is invalid.,ModelState:{");
        for (index, (key, messages)) in self.0.iter().enumerate() {
            let separator = if index > 0 { "," } else { "" };
            let messages = messages.join(",").replace('"', "");
            // Writing to a String does not fail.
            let _ = write!(text, "{separator}{key}:[{messages}]");
        }
        text.push_str("}}");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::ModelState;

    #[test]
    fn error_messages_lose_their_quotes() {
        let mut state = ModelState::default();
        state.add(
            "backupPolicy.MaxIncrementalBackups".into(),
            "The field MaxIncrementalBackups must be between 0 and 255.".into(),
        );
        assert_eq!(
            state.message(),
            "{Message:The request is invalid.,ModelState:{backupPolicy.MaxIncrementalBackups:\
             [The field MaxIncrementalBackups must be between 0 and 255.]}}"
        );
    }

    #[test]
    fn a_rule_is_silent_where_something_was_wrong_before() {
        let mut state = ModelState::default();
        state.unreadable("a.b[0]".into());
        state.broken_rule("a.b".into(), "The b field is required.".into());
        state.broken_rule("a.bc".into(), "The bc field is required.".into());
        assert_eq!(
            state.message(),
            "{Message:The request is invalid.,ModelState:{a.b[0]:[An error has occurred.],\
             a.bc:[The bc field is required.]}}"
        );
    }
}
