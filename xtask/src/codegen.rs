//! Generated parts of READMEs.

use xshell::{Shell, cmd};

use crate::{Result, openssl};

/// A part of a README that an example prints.
struct Part {
    readme: &'static str,
    /// The name in the markers.
    name: &'static str,
    package: &'static str,
    example: &'static str,
    /// The required start of the text, so that an example that prints nothing does not empty the README.
    begins: &'static str,
    /// Whether the package links a TLS library.
    links_tls: bool,
}

const PARTS: &[Part] = &[
    Part {
        readme: "crates/sf-backup-proto/README.md",
        name: "operations table",
        package: "sf-backup-proto",
        example: "operations_table",
        begins: "|",
        links_tls: false,
    },
    Part {
        readme: "README.md",
        name: "tour",
        package: "sf-backup-cli",
        example: "tour",
        begins: "```console",
        links_tls: true,
    },
];

/// The picture in the README, which the example of the tour draws.
const PICTURE: &str = "docs/audit.svg";

/// Writes the generated parts; with `check`, fails if one is out of date.
pub(crate) fn run(sh: &Shell, check: bool) -> Result {
    picture(sh, check)?;
    for part in PARTS {
        let features = if part.links_tls { openssl::features(sh) } else { Vec::new() };
        let (package, example) = (part.package, part.example);
        let text = cmd!(sh, "cargo run --quiet --package {package} --example {example} {features...}").read()?;
        let readme = part.readme;
        let old = sh.read_file(readme)?;
        let new = part.splice(&old, &text)?;
        if old == new {
            continue;
        }
        if check {
            return Err(format!("{readme} is out of date: run cargo xtask codegen").into());
        }
        sh.write_file(readme, new)?;
        eprintln!("codegen: {readme} written");
    }
    Ok(())
}

fn picture(sh: &Shell, check: bool) -> Result {
    let features = openssl::features(sh);
    let svg = cmd!(sh, "cargo run --quiet --package sf-backup-cli --example tour {features...} -- picture").read()?;
    let svg = svg.trim_end().to_owned() + "\n";
    if !svg.starts_with("<svg") {
        return Err(format!("{PICTURE}: the example tour drew no picture").into());
    }
    if sh.read_file(PICTURE).is_ok_and(|old| old == svg) {
        return Ok(());
    }
    if check {
        return Err(format!("{PICTURE} is out of date: run cargo xtask codegen").into());
    }
    sh.write_file(PICTURE, svg)?;
    eprintln!("codegen: {PICTURE} written");
    Ok(())
}

impl Part {
    fn markers(&self) -> [String; 2] {
        let name = self.name;
        [format!("<!-- {name}: begin; written by cargo xtask codegen -->\n"), format!("<!-- {name}: end -->\n")]
    }

    /// Returns `readme` with `text` between the markers.
    fn splice(&self, readme: &str, text: &str) -> Result<String> {
        let [begin, end] = self.markers();
        let parts = readme.split_once(&begin).and_then(|(before, rest)| {
            let (_, after) = rest.split_once(&end)?;
            Some((before, after))
        });
        let Some((before, after)) = parts else {
            return Err(format!("{} has no markers for the {}", self.readme, self.name).into());
        };
        if !text.starts_with(self.begins) {
            return Err(format!("the example {} printed an unexpected text", self.example).into());
        }
        Ok(format!("{before}{begin}{}\n{end}{after}", text.trim_end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: &Part = &PARTS[0];

    #[test]
    fn the_text_between_the_markers_is_replaced() {
        let [begin, end] = PART.markers();
        let text = format!("before\n{begin}| old |\n{end}after\n");
        let new = PART.splice(&text, "| new |\n").unwrap();
        assert_eq!(new, format!("before\n{begin}| new |\n{end}after\n"));
        assert_eq!(PART.splice(&new, "| new |").unwrap(), new, "a second time changes nothing");
    }

    #[test]
    fn missing_markers_and_missing_texts_are_errors() {
        let [begin, end] = PART.markers();
        let whole = format!("{begin}{end}");
        assert!(PART.splice("nothing", "| a |").is_err());
        assert!(PART.splice(&begin, "| a |").is_err());
        assert!(PART.splice(&format!("{end}{begin}"), "| a |").is_err());
        assert!(PART.splice(&whole, "").is_err());
        assert!(PART.splice(&whole, "| a |").is_ok());
    }
}
