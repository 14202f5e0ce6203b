//! The command line of `cargo xtask`.

#![allow(unreachable_pub)] // the macro writes `pub`

use std::num::NonZeroUsize;

use crate::bench::Measured;
use crate::ci::Step;

xflags::xflags! {
    /// Chores of the workspace.
    cmd xtask {
        /// Goes through the main job on a simulator inside the process.
        cmd demo {}

        /// Runs every test, those in the documentation included.
        ///
        /// SF_BACKUP_VENDOR_EXAMPLES names a folder with the vendor's example files; without it their tests are skipped.
        cmd test {
            /// Makes it an error if a test is skipped for want of something.
            optional --require
        }

        /// Checks everything but behaviour: fmt, lint, doc, layers, tidy, codegen; or one of them.
        cmd ci {
            /// The one step to take.
            optional step: Step
        }

        /// Writes the generated parts of the READMEs.
        cmd codegen {
            /// Writes nothing, and fails if something would be written.
            optional --check
        }

        /// Runs the tests against the official Python client and sfctl, which are installed below target/ first.
        cmd conformance {
            /// Makes it an error if one of them cannot be installed.
            optional --require
        }

        /// Measures release builds against named peers and writes BENCHMARKS.md; or measures one thing, sim, and fails where
        /// it misses a mark.
        cmd bench {
            /// The one thing to measure.
            optional what: Measured
            /// Writes nothing, and fails where a mark is missed that BENCHMARKS.md does not list as missed.
            optional --check
        }

        /// Makes very many calls on both transports in foul weather, and compares what they say with what happened; writes
        /// target/storm.txt.
        cmd storm {
            /// How many calls; 100000 unless told, 1000000 with --soak.
            optional --operations operations: u64
            /// What gives the calls and what befalls them; another one each time unless told.
            optional --seed seed: u64
            /// In fair weather instead, on one client of each transport, whose memory must stay as it is; writes
            /// target/soak.txt.
            optional --soak
            /// The dearest answers that a server can give instead, and the memory that they take; writes
            /// target/hostile.txt.
            optional --hostile
        }

        /// Makes the checks of a release that take too long for every change: dependencies, features, oldest versions, public
        /// interface, packages. What this machine lacks is skipped, and said so; writes target/release-check.txt.
        cmd release-check {
            /// The one check to make.
            optional --only check: String
            /// Puts the public interfaces on record as they are.
            optional --bless
        }

        /// Runs every fuzz target, SECONDS each (60 unless told); writes target/fuzz.txt.
        cmd fuzz {
            /// How long each target runs.
            optional seconds: u64
            /// How many run at the same time; one unless told.
            optional --at-once targets: NonZeroUsize
        }
    }
}
