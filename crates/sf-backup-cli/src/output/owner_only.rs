//! Restricts access to the owner if the mode of a new file does not: on Windows with an access list, which the system's
//! `icacls` sets while the file is still empty.

use std::fmt;
use std::io;
use std::path::Path;

/// Why others may have access to a file.
#[derive(Debug)]
pub(crate) struct Exposed(io::Error);

impl Exposed {
    #[cfg(any(windows, test))]
    pub(crate) fn new(error: io::Error) -> Self {
        Self(error)
    }

    /// The warning to print.
    pub(crate) fn warning(&self, path: &Path) -> String {
        format!("other users may have access to {}: {self}", path.display())
    }
}

impl fmt::Display for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its access list cannot be set: {}", self.0)
    }
}

/// Removes inherited access to a file, and grants access to the user alone.
#[cfg(windows)]
pub(crate) fn restrict(file: &Path) -> Result<(), Exposed> {
    // An absolute path cannot be taken for an option.
    let file = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    access_list::set(&file, access_list::run_system_program).map_err(Exposed::new)
}

/// The mode already restricts access.
#[cfg(not(windows))]
pub(crate) fn restrict(_: &Path) -> Result<(), Exposed> {
    Ok(())
}

#[cfg(any(windows, test))]
mod access_list {
    use std::ffi::{OsStr, OsString};
    use std::io;
    use std::path::{Path, PathBuf};
    use std::process::Output;
    #[cfg(windows)]
    use std::process::{Command, Stdio};

    /// Longer names need the prefix of verbatim paths.
    const LONGEST: usize = 259;

    /// Sets the list with two programs of the system: `whoami` returns the user's id, which is unique, unlike names.
    pub(super) fn set(
        file: &Path,
        mut run: impl FnMut(&str, &[OsString]) -> io::Result<Output>,
    ) -> Result<(), io::Error> {
        let user = succeeded("whoami", run("whoami", &["/user".into()]))?;
        let user = security_id(&user).ok_or_else(|| io::Error::other("whoami names no user"))?;
        let mut grant = OsString::from("*");
        grant.push(user);
        grant.push(":F");
        let arguments = [plain(file).into(), "/inheritance:r".into(), "/grant:r".into(), grant, "/q".into()];
        succeeded("icacls", run("icacls", &arguments)).map(|_| ())
    }

    /// The output of a program that succeeded.
    fn succeeded(name: &str, output: io::Result<Output>) -> io::Result<String> {
        let output = output.map_err(|error| io::Error::new(error.kind(), format!("{name} cannot be run: {error}")))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        let line = errors.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it prints no reason");
        Err(io::Error::other(format!("{name} has failed ({}): {line}", output.status)))
    }

    /// The id of the user: the last word of a table whose titles depend on the system's language.
    fn security_id(table: &str) -> Option<&str> {
        let id = table.split_whitespace().next_back()?;
        let digits = id.strip_prefix("S-1-")?;
        digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-').then_some(id)
    }

    /// A path without the prefix of verbatim paths, if it is short enough: `icacls` treats `?` as a wildcard.
    fn plain(file: &Path) -> PathBuf {
        let simple = file.to_str().and_then(|text| {
            let rest = text.strip_prefix(r"\\?\")?;
            let simple = match rest.strip_prefix(r"UNC\") {
                Some(share) => format!(r"\\{share}"),
                None => rest.to_owned(),
            };
            (simple.encode_utf16().count() <= LONGEST).then(|| simple.into())
        });
        simple.unwrap_or_else(|| file.to_owned())
    }

    /// Runs a program in the system's folder, not another one with the same name.
    #[cfg(windows)]
    pub(super) fn run_system_program(name: &str, arguments: &[OsString]) -> io::Result<Output> {
        let program = system_program(std::env::var_os("SystemRoot").as_deref(), name);
        Command::new(program).args(arguments).stdin(Stdio::null()).output()
    }

    fn system_program(root: Option<&OsStr>, name: &str) -> PathBuf {
        let root = root.filter(|root| !root.is_empty()).unwrap_or(OsStr::new(r"C:\Windows"));
        Path::new(root).join("System32").join(format!("{name}.exe"))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        const USER: &str = "\r\nBENUTZERINFORMATIONEN\r\n---------------------\r\n\r\nBenutzername  SID\r\n\
            ============= =============================================\r\n\
            shop\\j\u{f6}rg a  S-1-5-21-397955417-626881126-188441444-1001\r\n";

        fn output(code: u8, stdout: &str, stderr: &str) -> Output {
            #[cfg(unix)]
            let status = std::os::unix::process::ExitStatusExt::from_raw(i32::from(code) << 8);
            #[cfg(windows)]
            let status = std::os::windows::process::ExitStatusExt::from_raw(code.into());
            Output { status, stdout: stdout.into(), stderr: stderr.into() }
        }

        /// The commands that are run for a file, and the result, if the programs end like this.
        fn set_with(file: &str, user: Output, list: Output) -> (Vec<String>, io::Result<()>) {
            let (mut ran, mut outputs) = (Vec::new(), [list, user].to_vec());
            let result = set(Path::new(file), |name, arguments| {
                let words: Vec<_> = arguments.iter().map(|word| word.to_str().unwrap()).collect();
                ran.push(format!("{name} {}", words.join(" ")));
                outputs.pop().ok_or_else(|| io::ErrorKind::NotFound.into())
            });
            (ran, result)
        }

        #[test]
        fn the_list_has_the_user_alone_and_inherits_nothing() {
            let (ran, result) = set_with(r"C:\a b\.tmp1", output(0, USER, ""), output(0, "", ""));
            result.unwrap();
            let grant = "*S-1-5-21-397955417-626881126-188441444-1001:F";
            let list = format!(r"icacls C:\a b\.tmp1 /inheritance:r /grant:r {grant} /q");
            assert_eq!(ran, ["whoami /user".to_owned(), list]);
        }

        #[test]
        fn a_list_that_is_not_set_names_the_reason() {
            let (_, result) = set_with("f", output(0, USER, ""), output(5, "", "\r\nf: Access is denied.\r\n"));
            let error = result.unwrap_err().to_string();
            assert!(error.starts_with("icacls has failed (") && error.ends_with("): f: Access is denied."), "{error}");
            let (ran, result) = set_with("f", output(0, "User Name SID\r\n", ""), output(0, "", ""));
            assert_eq!((ran.len(), result.unwrap_err().to_string()), (1, "whoami names no user".to_owned()));
            let gone = set(Path::new("f"), |_, _| Err(io::ErrorKind::NotFound.into())).unwrap_err();
            assert!(gone.to_string().starts_with("whoami cannot be run: "), "{gone}");
        }

        #[test]
        fn only_numbers_of_accounts_are_taken() {
            assert_eq!(security_id("nt authority\\system S-1-5-18\r\n"), Some("S-1-5-18"));
            for other in ["", " ", "a b", "a S-1-5-18:F", "a S-1-x", "a S-2-1"] {
                assert_eq!(security_id(other), None, "{other}");
            }
        }

        #[test]
        fn paths_have_no_question_mark_unless_they_are_long() {
            let long = format!(r"\\?\C:\{}", "x".repeat(300));
            for (path, expected) in [
                (r"\\?\C:\a\b", r"C:\a\b"),
                (r"\\?\UNC\server\share\b", r"\\server\share\b"),
                (r"C:\a", r"C:\a"),
                (&*long, &*long),
            ] {
                assert_eq!(plain(Path::new(path)), Path::new(expected));
            }
        }

        #[test]
        fn programs_are_those_of_the_system() {
            let of = |root: Option<&str>| system_program(root.map(OsStr::new), "icacls");
            assert_eq!(of(Some("D:/Win")), Path::new("D:/Win").join("System32").join("icacls.exe"));
            assert_eq!(of(None), Path::new(r"C:\Windows").join("System32").join("icacls.exe"));
            assert_eq!(of(Some("")), of(None));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warning_names_file_and_reason() {
        let exposed = Exposed::new(io::Error::other("icacls has failed"));
        assert_eq!(
            exposed.warning(Path::new("log.jsonl")),
            "other users may have access to log.jsonl: its access list cannot be set: icacls has failed"
        );
    }
}
