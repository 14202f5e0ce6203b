#![doc = include_str!("../README.md")]

pub mod chain;
pub mod inventory;
pub mod secret_ref;
