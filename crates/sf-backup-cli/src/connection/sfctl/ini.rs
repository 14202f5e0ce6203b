//! INI files as Python's `ConfigParser` reads them: what sfctl, which is written in Python, finds in its configuration.
//!
//! One section is kept. Option names ignore case, `=` and `:` separate them from values, `#` and `;` at the start of a
//! line begin comments, deeper indented lines continue a value, `%%` is a percent sign, and `%(name)s` is the value of
//! another option.

use std::collections::BTreeMap;

/// The section whose options apply to all others. Only this one may be repeated.
const DEFAULT: &str = "DEFAULT";
/// Python's own limit for nested values.
const DEEPEST: usize = 10;
/// Maximum length of a value: references to references can multiply.
const LONGEST: usize = 1024 * 1024;

/// The options of a section and of `[DEFAULT]`, with lower-case names and raw values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Section(BTreeMap<String, String>);

/// A problem, and its line if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IniError {
    pub(crate) line: Option<usize>,
    pub(crate) problem: String,
}

impl IniError {
    fn at(line: usize, problem: impl Into<String>) -> Self {
        Self { line: Some(line), problem: problem.into() }
    }
}

/// Whether Python's `str.strip` removes the character.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

impl Section {
    /// Reads the section `wanted` of a text; empty if it does not exist.
    pub(crate) fn parse(text: &str, wanted: &str) -> Result<Self, IniError> {
        let mut reader = IniReader { sections: BTreeMap::new(), section: None, option: None, indent: 0 };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
        for (number, line) in text.split('\n').enumerate() {
            reader.line(number + 1, line)?;
        }
        let mut options = reader.sections.remove(DEFAULT).unwrap_or_default();
        options.extend(reader.sections.remove(wanted).unwrap_or_default());
        let joined = |lines: Vec<String>| lines.join("\n").trim_end_matches(is_space).to_owned();
        Ok(Self(options.into_iter().map(|(name, lines)| (name, joined(lines))).collect()))
    }

    /// The value of an option, with its references replaced.
    pub(crate) fn get(&self, name: &str) -> Result<Option<String>, IniError> {
        let Some(raw) = self.0.get(&name.to_lowercase()) else { return Ok(None) };
        let mut value = String::new();
        let expanded = self.expand(raw, 1, &mut value);
        expanded.map_err(|problem| IniError { line: None, problem: format!("{name}: {problem}") })?;
        Ok(Some(value))
    }

    fn expand(&self, raw: &str, depth: usize, into: &mut String) -> Result<(), String> {
        if depth > DEEPEST {
            return Err("has references that are nested too deeply".to_owned());
        }
        let mut rest = raw;
        while let Some((before, after)) = rest.split_once('%') {
            into.push_str(before);
            if let Some(after) = after.strip_prefix('%') {
                into.push('%');
                rest = after;
            } else if let Some((name, after)) = after.strip_prefix('(').and_then(|after| after.split_once(')')) {
                rest = after.strip_prefix('s').filter(|_| !name.is_empty()).ok_or("has %( without )s")?;
                let other = self
                    .0
                    .get(&name.to_lowercase())
                    .ok_or_else(|| format!("refers to {name:?}, which does not exist"))?;
                self.expand(other, depth + 1, into)?;
            } else {
                return Err("has a % that is not followed by % or (name)s".to_owned());
            }
            if into.len() > LONGEST {
                return Err("becomes too long".to_owned());
            }
        }
        into.push_str(rest);
        Ok(())
    }
}

type Options = BTreeMap<String, Vec<String>>;

struct IniReader {
    sections: BTreeMap<String, Options>,
    section: Option<String>,
    option: Option<String>,
    /// The indentation of the last line that started something.
    indent: usize,
}

impl IniReader {
    fn line(&mut self, number: usize, line: &str) -> Result<(), IniError> {
        let value = line.trim_matches(is_space);
        if value.starts_with(['#', ';']) {
            return Ok(());
        }
        if value.is_empty() {
            // An empty line may be part of a value that continues after it.
            if let Some(lines) = self.value() {
                lines.push(String::new());
            }
            return Ok(());
        }
        let indent = line.chars().take_while(|c| is_space(*c)).count();
        if indent > self.indent
            && let Some(lines) = self.value()
        {
            lines.push(value.to_owned());
            return Ok(());
        }
        self.indent = indent;
        match header(value) {
            Some(name) => self.begin(number, name),
            None => self.option(number, value),
        }
    }

    /// The value that the next line may continue.
    fn value(&mut self) -> Option<&mut Vec<String>> {
        self.sections.get_mut(self.section.as_ref()?)?.get_mut(self.option.as_ref()?)
    }

    fn begin(&mut self, number: usize, name: &str) -> Result<(), IniError> {
        let is_known = self.sections.contains_key(name);
        if is_known && name != DEFAULT {
            return Err(IniError::at(number, format!("the section [{name}] is given twice")));
        }
        self.sections.entry(name.to_owned()).or_default();
        self.section = Some(name.to_owned());
        self.option = None;
        Ok(())
    }

    fn option(&mut self, number: usize, line: &str) -> Result<(), IniError> {
        let Some(options) = self.section.as_ref().and_then(|name| self.sections.get_mut(name)) else {
            return Err(IniError::at(number, "there is no section before it"));
        };
        let (name, value) = line.split_once(['=', ':']).unwrap_or_default();
        let name = name.trim_end_matches(is_space).to_lowercase();
        if name.is_empty() {
            return Err(IniError::at(number, "is neither a section nor 'name = value'"));
        }
        let value = vec![value.trim_matches(is_space).to_owned()];
        if options.insert(name.clone(), value).is_some() {
            return Err(IniError::at(number, format!("the option {name} is given twice")));
        }
        self.option = Some(name);
        Ok(())
    }
}

/// The name in brackets; text after the last bracket is ignored.
fn header(line: &str) -> Option<&str> {
    let (name, _) = line.strip_prefix('[')?.rsplit_once(']')?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The values that Python's `ConfigParser` reads: the text below `[s]`, and the result of `get("s", "a")`.
    #[test]
    fn values_are_those_that_python_reads() {
        for (text, value) in [
            ("a = 1", Some("1")),
            ("A: 1", Some("1")),
            ("a=b=c:d", Some("b=c:d")),
            ("a : b = c", Some("b = c")),
            ("a =", Some("")),
            ("a = x # y", Some("x # y")),
            ("a = x\n# y\n  z", Some("x\nz")),
            ("a = x\n  y\n\n  z\n\n", Some("x\ny\n\nz")),
            ("a = x\n  ; y\nb = 2", Some("x")),
            ("a = 50%%", Some("50%")),
            ("b = 2\na = %(B)s%(b)s", Some("22")),
            ("b = %%x\na = %(b)s", Some("%x")),
            ("  a = 1\n  b = 2", Some("1")),
            ("a = 1\r\nb = 2\r\n", Some("1")),
            ("a b = 1", None),
            ("[t]\na = 1", None),
            ("a = [x]", Some("[x]")),
            ("a = 1\n [t]\n", Some("1\n[t]")),
            ("  # c\na = x\n\n# c\n\n  y", Some("x\n\n\ny")),
            ("a = \u{a0}x\u{a0}", Some("x")),
        ] {
            let section = Section::parse(&format!("[s]\n{text}"), "s").unwrap();
            assert_eq!(section.get("a"), Ok(value.map(str::to_owned)), "{text}");
        }
        for text in ["[DEFAULT]\nb = 1\na = d\n[s]\na = %(b)s", "[DEFAULT]\nb = 0\n[DEFAULT]\na = 1\n[s]"] {
            assert_eq!(Section::parse(text, "s").unwrap().get("a"), Ok(Some("1".to_owned())), "{text}");
        }
    }

    #[test]
    fn errors_match_python_and_name_the_line() {
        for (text, line) in [
            ("a = 1", Some(1)),
            ("[s]\na = 1\nA = 2", Some(3)),
            ("[s]\n[t]\n[s]", Some(3)),
            ("[s]\na", Some(2)),
            ("[s]\n= 1", Some(2)),
            ("[s]\na = %", None),
            ("[s]\na = 5%x", None),
            ("[s]\na = %(b", None),
            ("[s]\na = %(b)d", None),
            ("[s]\na = %(b)s", None),
            ("[s]\na = %(a)s", None),
        ] {
            let read = Section::parse(text, "s").and_then(|section| section.get("a"));
            assert_eq!(read.unwrap_err().line, line, "{text}");
        }
    }

    #[test]
    fn nested_references_are_bounded() {
        let mut text = "[s]\nx0 = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n".to_owned();
        for level in 1..9 {
            text.push_str(&format!("x{level} = {}\n", format!("%(x{})s", level - 1).repeat(50)));
        }
        let error = Section::parse(&text, "s").unwrap().get("x8").unwrap_err();
        assert!(error.problem.contains("too long"), "{error:?}");
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_rejected(text in "(\\PC|[\\[\\]=:%()#;\n\r\t ]){0,120}") {
            for text in [text.clone(), format!("[s]\n{text}")] {
                if let Ok(section) = Section::parse(&text, "s") {
                    for name in section.0.keys() {
                        let _ = section.get(name);
                    }
                }
            }
        }

        #[test]
        fn what_python_writes_is_read(values in proptest::collection::btree_map("[a-z]{1,8}", "[!-~]([ -~]{0,30}[!-~])?", 0..6)) {
            let mut text = "[servicefabric]\n".to_owned();
            for (name, value) in &values {
                text.push_str(&format!("{name} = {}\n", value.replace('%', "%%")));
            }
            let section = Section::parse(&text, "servicefabric").unwrap();
            for (name, value) in values {
                prop_assert_eq!(section.get(&name), Ok(Some(value)));
            }
        }
    }
}
