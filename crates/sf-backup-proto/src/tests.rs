//! Tests that span modules, and the proptest strategies that all tests share.

mod hostile;
mod lenient;
mod reading;
mod round_trip;
mod rows;
mod secrets;
mod served;
pub(crate) mod strategies;
mod validation;
mod writing;
