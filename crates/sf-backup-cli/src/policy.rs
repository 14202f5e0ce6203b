//! What is done with policies in addition to calling the API's operations.

pub(crate) mod edit;
mod editor;
pub(crate) mod gate;
pub(crate) mod lint;
