//! Foreign clients: the official Python client and its command line, against our requests and our simulator.
//!
//! The tests need a Python with those clients, which `cargo xtask conformance` installs. Without it, they are reported
//! as not run.

mod difference;
mod intents;
mod page;
mod python;
mod recorder;
mod requests;
mod scenarios;
mod sfctl;
mod sim_page;
