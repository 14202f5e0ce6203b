//! Clients that nobody here wrote: the official Python client and its command line, against our requests and our simulator.
//!
//! They need a Python with those clients, which `cargo xtask conformance` sets up; without it the tests here say why they
//! are skipped.

mod difference;
mod intents;
mod page;
mod python;
mod recorder;
mod requests;
mod scenarios;
mod sfctl;
