//! The READMEs' examples, as documentation tests: what they show compiles, and runs against the simulator. Those of the
//! other crates are the documentation of their library, and run there.

/// Declares an item per README, for its examples to be attached to.
macro_rules! readmes {
    ($($name:ident: $path:literal),+ $(,)?) => {$(
        #[doc = include_str!($path)]
        #[cfg(doctest)]
        pub mod $name {}
    )+};
}

readmes! {
    workspace: "../../README.md",
    proto: "../../crates/sf-backup-proto/README.md",
    sim: "../../crates/sf-backup-sim/README.md",
}
