//! Reads JSON objects as the server's JSON library does: member names in any case, scalars from strings, errors
//! collected by path.

use serde_json::{Map, Value};

use super::model_state::ModelState;

/// Reads a body into the argument with this name.
///
/// The framework reads the whole body before it checks rules, so broken rules are held back until [`Self::finish`].
#[derive(Debug)]
pub(crate) struct Reader<'s> {
    state: &'s mut ModelState,
    argument: &'static str,
    rules: Vec<(String, String)>,
}

impl<'s> Reader<'s> {
    pub(crate) fn new(state: &'s mut ModelState, argument: &'static str) -> Self {
        Self { state, argument, rules: Vec::new() }
    }

    fn key(&self, path: &str) -> String {
        match path {
            "" => self.argument.to_owned(),
            path => format!("{}.{path}", self.argument),
        }
    }

    /// Reports that the value at `path` cannot be read.
    pub(crate) fn unreadable(&mut self, path: &str) {
        self.state.unreadable(self.key(path));
    }

    /// Reports that the value at `path` breaks a rule.
    pub(crate) fn rule(&mut self, path: &str, message: String) {
        self.rules.push((self.key(path), message));
    }

    /// Reports that a required text or object is missing.
    pub(crate) fn required(&mut self, path: &str) {
        let name = path.rsplit('.').next().unwrap_or(path);
        self.rule(path, format!("The {name} field is required."));
    }

    pub(crate) fn finish(self) {
        for (key, message) in self.rules {
            self.state.broken_rule(key, message);
        }
    }
}

/// An object inside a body.
///
/// `full` is its path for rules. The paths of the JSON library start at the nearest object with a discriminator,
/// because it reads those in a separate pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Object<'v> {
    members: &'v Map<String, Value>,
    full: &'static str,
}

impl<'v> Object<'v> {
    pub(crate) fn new(members: &'v Map<String, Value>, full: &'static str) -> Self {
        Self { members, full }
    }

    /// The member with this name, ignoring case. `None` if it is absent or `null`.
    pub(crate) fn member(&self, name: &str) -> Option<&'v Value> {
        self.any_member(name).filter(|value| !value.is_null())
    }

    fn any_member(&self, name: &str) -> Option<&'v Value> {
        self.members.get(name).or_else(|| {
            let mut others = self.members.iter();
            others.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        })
    }

    /// The value of the discriminator. Name and value are case-sensitive.
    pub(crate) fn tag(&self, name: &str) -> Option<&'v str> {
        self.members.get(name)?.as_str()
    }

    pub(crate) fn path_of(&self, name: &str) -> String {
        if self.full.is_empty() { name.to_owned() } else { format!("{}.{name}", self.full) }
    }

    /// Reads an optional text.
    pub(crate) fn text(&self, name: &str, reader: &mut Reader<'_>) -> Option<String> {
        match self.member(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Array(_) | Value::Object(_) => {
                reader.unreadable(name);
                None
            }
            scalar => Some(scalar.to_string()),
        }
    }

    /// Reads a required text that must not be blank.
    pub(crate) fn required_text(&self, name: &str, reader: &mut Reader<'_>) -> String {
        let text = self.text(name, reader).unwrap_or_default();
        if text.trim().is_empty() {
            reader.required(&self.path_of(name));
        }
        text
    }

    /// Reads an optional value that must not be `null`: a number, boolean, GUID or duration.
    fn value<T>(&self, name: &str, reader: &mut Reader<'_>, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        let value = self.any_member(name)?;
        let read = read(value);
        if read.is_none() {
            reader.unreadable(name);
        }
        read
    }

    /// Reads a required value that must not be `null`. Its absence is an error of the whole object.
    pub(crate) fn required_value<T: Default>(
        &self,
        name: &str,
        reader: &mut Reader<'_>,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> T {
        if self.any_member(name).is_none() {
            reader.unreadable("");
            return T::default();
        }
        self.value(name, reader, read).unwrap_or_default()
    }

    /// Reads a value that must not be `null`, or returns its default.
    pub(crate) fn optional_value<T: Default>(
        &self,
        name: &str,
        reader: &mut Reader<'_>,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> T {
        self.value(name, reader, read).unwrap_or_default()
    }

    /// Reads a list with `read` for each item; `None` if it is absent.
    pub(crate) fn list<T>(
        &self,
        name: &str,
        reader: &mut Reader<'_>,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Value::Array(items) = self.member(name)? else {
            reader.unreadable(name);
            return None;
        };
        let mut list = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match read(item) {
                Some(item) => list.push(item),
                None => reader.unreadable(&format!("{name}[{index}]")),
            }
        }
        Some(list)
    }

    /// Reads an object.
    pub(crate) fn object(&self, name: &str, full: &'static str, reader: &mut Reader<'_>) -> Option<Self> {
        match self.member(name)? {
            Value::Object(members) => Some(Self { members, full }),
            _ => {
                reader.unreadable(name);
                None
            }
        }
    }
}

/// Reads a 32-bit integer, also from text.
pub(crate) fn int32(value: &Value) -> Option<i32> {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(whole) => i32::try_from(whole).ok(),
            None => number
                .as_f64()
                .map(f64::round_ties_even)
                .filter(|whole| (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(whole))
                .and_then(|whole| format!("{whole:.0}").parse().ok()),
        },
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Reads a boolean, also from text or a number.
pub(crate) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(text) => truth(text.trim()),
        _ => None,
    }
}

/// Parses `true` or `false`, ignoring case.
pub(crate) fn truth(text: &str) -> Option<bool> {
    [("true", true), ("false", false)]
        .into_iter()
        .find(|(name, _)| text.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// Reads a value of an enumeration, from its name in any case or its number.
pub(crate) fn choice<T: Clone>(value: &Value, known: &[T], name: fn(&T) -> &str) -> Option<T> {
    let number = match value {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => {
            let text = text.trim();
            let named = known.iter().find(|known| name(known).eq_ignore_ascii_case(text));
            match named {
                Some(named) => return Some(named.clone()),
                None => text.parse().ok()?,
            }
        }
        _ => return None,
    };
    known.get(usize::try_from(number).ok()?).cloned()
}
