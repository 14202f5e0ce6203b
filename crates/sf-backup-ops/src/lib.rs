#![doc = include_str!("../README.md")]

pub mod advice;
pub mod audit;
pub mod chain;
pub mod drill;
pub mod duration;
pub mod effective_policy;
pub mod inventory;
pub mod lint;
pub mod manifest;
pub mod report;
pub mod restore;
pub mod schedule;
pub mod secret_ref;
mod secrets;
