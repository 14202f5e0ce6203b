//! What is done with policies besides calling the API's operations.

pub(crate) mod edit;
mod editor;
pub(crate) mod gate;
pub(crate) mod lint;
