//! Validation errors of a request, by the names of its arguments.

use std::fmt::Write as _;

/// Errors by key, in the order in which they were found.
#[derive(Debug, Default)]
pub(crate) struct ModelState(Vec<(String, Vec<String>)>);

/// The framework's message for a failure without details.
const NO_DETAILS: &str = "An error has occurred.";

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

    /// Adds a failure to read the value of `key`.
    pub(crate) fn unreadable(&mut self, key: String) {
        self.add(key, NO_DETAILS.to_owned());
    }

    /// Adds a broken rule, unless the key or anything below it already has an error.
    pub(crate) fn broken_rule(&mut self, key: String, message: String) {
        let below =
            |known: &str| known.strip_prefix(&key).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        if !self.0.iter().any(|(known, _)| below(known)) {
            self.add(key, message);
        }
    }

    /// The framework's JSON of the errors without double quotes, as the backup service quotes it.
    pub(crate) fn message(&self) -> String {
        let mut text = String::from("{Message:The request is invalid.,ModelState:{");
        for (index, (key, messages)) in self.0.iter().enumerate() {
            let separator = if index > 0 { "," } else { "" };
            let messages = messages.join(",").replace('"', "");
            // Writing to a string is infallible.
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
    fn a_rule_is_not_reported_for_a_key_with_an_earlier_error() {
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
