//! The environment of a run: variables and folders. Passed as a value, so that tests do not depend on the machine.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::output::limits::Limits;

/// The environment of a run.
///
/// ```
/// use sf_backup_cli::Environment;
///
/// let environment = Environment::none().variable("SF_BACKUP_ENDPOINT", "http://10.0.0.4:19080").home("/me");
/// # let _ = environment;
/// ```
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    home: Option<PathBuf>,
    folder: PathBuf,
    limits: Limits,
}

impl Environment {
    /// An empty environment: no variables, no home folder, no configuration.
    pub fn none() -> Self {
        Self::default()
    }

    /// The environment of this process.
    pub fn of_process() -> Self {
        Self {
            variables: env::vars_os().collect(),
            home: env::home_dir(),
            folder: env::current_dir().unwrap_or_default(),
            limits: Limits::default(),
        }
    }

    /// Sets the limits of the streams of the run.
    pub(crate) fn limited(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The limits of the streams of the run.
    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Sets the user's home folder.
    #[must_use]
    pub fn home(mut self, folder: impl Into<PathBuf>) -> Self {
        self.home = Some(folder.into());
        self
    }

    /// Sets the folder that relative paths start from.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// The value of a variable. An empty one counts as not set, as scripts unset one for a single command.
    pub(crate) fn get(&self, name: impl AsRef<OsStr>) -> Option<&OsStr> {
        self.variables.get(name.as_ref()).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// Whether the terminal supports colours and the environment does not disable them.
    pub(crate) fn takes_colors(&self) -> bool {
        !self.limits.no_escapes
            && self.get("NO_COLOR").is_none()
            && self.get("TERM").is_none_or(|terminal| terminal != "dumb")
    }

    /// The absolute path, relative to the folder of the run.
    pub(crate) fn absolute(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// The path of a file in the folder of the run, as short as possible.
    pub(crate) fn in_folder(&self, name: &str) -> PathBuf {
        if env::current_dir().is_ok_and(|current| current == self.folder) {
            name.into()
        } else {
            self.folder.join(name)
        }
    }

    /// The path of the configuration file.
    pub(crate) fn config_file(&self) -> Option<PathBuf> {
        let folder = |name| self.get(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
        let configuration = if cfg!(windows) {
            folder("APPDATA")
        } else {
            folder("XDG_CONFIG_HOME").or_else(|| Some(self.home.as_ref()?.join(".config")))
        };
        Some(configuration?.join("sf-backup").join("config.toml"))
    }

    /// The path of the file that `sfctl cluster select` writes.
    pub(crate) fn sfctl_file(&self) -> Option<PathBuf> {
        let folder = self.get("SFCTL_CONFIG_DIR").map(|folder| self.absolute(Path::new(folder)));
        Some(folder.or_else(|| Some(self.home.as_ref()?.join(".sfctl")))?.join("config"))
    }
}

/// Without values, because one of them may be a token.
impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment").field("home", &self.home).field("folder", &self.folder).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_home_there_are_no_files() {
        assert_eq!(Environment::none().config_file(), None);
        assert_eq!(Environment::none().sfctl_file(), None);
        assert_eq!(Environment::none().variable("A", "").get("A"), None);
    }

    #[test]
    fn a_console_without_escape_sequences_has_no_colours() {
        let limits = Limits { no_escapes: true, ..Limits::default() };
        assert!(Environment::none().takes_colors());
        assert!(!Environment::none().limited(limits).takes_colors());
    }

    #[cfg(unix)]
    #[test]
    fn folders_follow_the_platform() {
        let home = Environment::none().home("/me").folder("/here");
        assert_eq!(home.config_file().unwrap(), Path::new("/me/.config/sf-backup/config.toml"));
        assert_eq!(home.sfctl_file().unwrap(), Path::new("/me/.sfctl/config"));
        let moved = home.variable("XDG_CONFIG_HOME", "/c").variable("SFCTL_CONFIG_DIR", "s");
        assert_eq!(moved.config_file().unwrap(), Path::new("/c/sf-backup/config.toml"));
        assert_eq!(moved.sfctl_file().unwrap(), Path::new("/here/s/config"));
        let relative = moved.variable("XDG_CONFIG_HOME", "relative");
        assert_eq!(relative.config_file().unwrap(), Path::new("/me/.config/sf-backup/config.toml"));
    }
}
