//! What is done with policies in addition to calling the API's operations.

pub(crate) mod edit;
mod editor;
pub(crate) mod lint;
