//! The command line of `cargo xtask`.

#![allow(unreachable_pub)] // the macro writes `pub`

use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::bench::Measured;
use crate::ci::Step;

xflags::xflags! {
    /// Tasks of the workspace.
    cmd xtask {
        /// Shows the main job on a simulated cluster.
        cmd demo {}

        /// Runs every test, those in the documentation included.
        ///
        /// The summary names the tools that are missing and counts the tests that did not run because of them. The full
        /// output is in target/test.log. SF_BACKUP_VENDOR_EXAMPLES names a folder with the vendor's example files.
        cmd test {
            /// Fail if a test does not run because a tool is missing.
            optional --require
            /// With --require: do not fail because this tool is missing.
            repeated --without tool: String
        }

        /// Runs every check except the tests (fmt, tidy, layers, lint, doc, codegen, targets, counts), or one of them.
        cmd ci {
            /// Run only this check.
            optional step: Step
        }

        /// Writes the generated parts of the READMEs.
        cmd codegen {
            /// Write nothing; fail if a generated part is out of date.
            optional --check
        }

        /// Counts the lines of code, comments and tests in the sources of each crate.
        cmd lines {
            /// The workspace, for example another checkout. Default: this one.
            optional root: PathBuf
        }

        /// Writes every text that a user can see (help of every command, sentences in the sources) to target/texts.txt.
        cmd texts {}

        /// Installs the official Python client and sfctl below target/ and runs the tests against them.
        cmd conformance {
            /// Fail if one of them cannot be installed.
            optional --require
        }

        /// Measures release builds against named peers and writes BENCHMARKS.md, or measures one thing (sim, counts) and fails
        /// if it misses its target.
        cmd bench {
            /// Measure only this.
            optional what: Measured
            /// Write nothing; fail if a target is missed that BENCHMARKS.md does not list as missed, or a count has regressed.
            optional --check
            /// Measure three times as many rounds, for the record.
            optional --full
        }

        /// Makes many calls on both transports under injected faults and checks the results against the simulator's effect
        /// log; writes target/storm.txt.
        cmd storm {
            /// Number of calls. Default: 100000; with --soak 1000000.
            optional --operations operations: u64
            /// Seed of the calls and faults. Default: a new one for each run.
            optional --seed seed: u64
            /// Inject no faults; use one client of each transport and fail if its memory grows; writes target/soak.txt.
            optional --soak
            /// Measure the memory that the largest responses take instead; writes target/hostile.txt.
            optional --hostile
        }

        /// Runs the release checks that take too long for every change: dependencies, features, oldest versions, public
        /// interface, packages. Checks whose tools are missing are skipped and reported; writes target/release-check.txt.
        cmd release-check {
            /// Run only this check.
            optional --only check: String
            /// Record the current public interfaces.
            optional --bless
        }

        /// Builds the files of a release in target/packages: tarball, Debian package, zip for Windows, checksums, and the container image if podman
        /// or docker is running; runs each.
        cmd dist {}

        /// Builds the command for Windows and runs its unit tests and an end-to-end script under wine, in a Debian environment
        /// that it makes in target/windows. Needs root and Debian; where it cannot run it says why.
        cmd windows {}

        /// Runs every fuzz target; writes target/fuzz.txt.
        cmd fuzz {
            /// Seconds for each target. Default: 60.
            optional seconds: u64
            /// Number of targets that run at the same time. Default: 1.
            optional --at-once targets: NonZeroUsize
        }
    }
}
