//! Built-in scenarios.

/// A built-in scenario. It protects the application `fabric:/CalcApp` with the policy `Hourly` first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuiltIn {
    /// The name.
    pub name: &'static str,
    /// The text, for [`ClusterBuilder::scenario`](crate::ClusterBuilder::scenario).
    pub text: &'static str,
}

macro_rules! gallery {
    ($($name:literal,)+) => {
        /// The built-in scenarios.
        pub const GALLERY: &[BuiltIn] =
            &[$(BuiltIn { name: $name, text: include_str!(concat!("gallery/", $name, ".toml")) },)+];
    };
}

gallery! {
    "failover",
    "quorum-loss",
    "silent-stop",
    "slow-backups",
    "stuck-restore",
    "unreadable-storage",
}

impl BuiltIn {
    /// Finds a scenario by its name.
    pub fn named(name: &str) -> Option<&'static Self> {
        GALLERY.iter().find(|scenario| scenario.name == name)
    }

    /// What happens, in one sentence.
    pub fn summary(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches("# ")
    }
}
