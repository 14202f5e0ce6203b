//! Lists as comma-separated values (RFC 4180).

/// One record with its line break.
pub(super) fn record<'f>(fields: impl Iterator<Item = &'f str>) -> String {
    fields.map(field).collect::<Vec<_>>().join(",") + "\r\n"
}

fn field(text: &str) -> String {
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_if_they_must_be() {
        let fields = ["plain", "", "a,b", "say \"so\"", "two\nlines", "=1+1"];
        let expected = "plain,,\"a,b\",\"say \"\"so\"\"\",\"two\nlines\",=1+1\r\n";
        assert_eq!(record(fields.into_iter()), expected);
    }
}
