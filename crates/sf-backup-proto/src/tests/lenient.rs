//! Rewrites JSON into other spellings that servers use.

use serde_json::Value;

/// Changes the order and case of members, writes numbers and booleans as text and 64-bit numbers as numbers, uses the
/// preview's names of epochs, and changes zones and fractions of dates. Members named `Future…` do not change.
pub(crate) fn respell(value: &Value, seed: u64) -> String {
    let mut text = String::new();
    Respeller { seed }.value("", value, &mut text);
    text
}

struct Respeller {
    seed: u64,
}

impl Respeller {
    fn coin(&mut self) -> bool {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.seed >> 63 == 1
    }

    fn value(&mut self, name: &str, value: &Value, to: &mut String) {
        match value {
            _ if name.starts_with("Future") => to.push_str(&value.to_string()),
            Value::Object(members) => {
                let mut members: Vec<(&String, &Value)> = members.iter().collect();
                if self.coin() {
                    members.reverse();
                }
                let parts: Vec<String> = members.into_iter().map(|(name, value)| self.member(name, value)).collect();
                to.push_str(&format!("{{{}}}", parts.join(" , ")));
            }
            Value::Array(items) => {
                let mut parts = Vec::new();
                for item in items {
                    let mut text = String::new();
                    self.value(name, item, &mut text);
                    parts.push(text);
                    if self.coin() {
                        parts.push("null".to_owned());
                    }
                }
                to.push_str(&format!("[{}]", parts.join(",")));
            }
            Value::Number(_) | Value::Bool(_) if self.coin() => to.push_str(&format!("\"{value}\"")),
            Value::String(text) => to.push_str(&self.text(name, text)),
            other => to.push_str(&other.to_string()),
        }
    }

    fn member(&mut self, name: &str, value: &Value) -> String {
        let mut text = String::new();
        self.value(name, value, &mut text);
        let name = match name {
            "DataLossVersion" if self.coin() => "DataLossNumber",
            "ConfigurationVersion" if self.coin() => "ConfigurationNumber",
            name => name,
        };
        let name = match (name.starts_with("Future"), self.coin()) {
            (false, true) => name.to_ascii_uppercase(),
            (false, false) => name.to_ascii_lowercase(),
            (true, _) => name.to_owned(),
        };
        format!("{}: {text}", Value::from(name))
    }

    fn text(&mut self, name: &str, text: &str) -> String {
        const WIDE: &[&str] =
            &["LowKey", "HighKey", "DataLossVersion", "ConfigurationVersion", "LsnOfLastBackupRecord", "RestoredLsn"];
        const DATES: &[&str] = &["CreationTimeUtc", "TimeStampUtc", "RunTimes"];
        let quoted = Value::from(text).to_string();
        match name {
            _ if WIDE.contains(&name) && self.coin() => text.to_owned(),
            _ if DATES.contains(&name) => match (self.coin(), self.coin()) {
                (true, true) => quoted.replace('Z', ".0000000Z"),
                (true, false) => quoted.replace('Z', "+00:00"),
                (false, true) => quoted.replace('Z', ""),
                (false, false) => quoted,
            },
            _ => quoted,
        }
    }
}
