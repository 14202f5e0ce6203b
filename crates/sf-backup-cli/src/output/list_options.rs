//! The options of lists.

use crate::output::render::ListForm;

/// How lists are printed.
#[derive(Debug, Clone, Default)]
pub(crate) struct ListOptions {
    pub(crate) form: ListForm,
    pub(crate) no_headers: bool,
    /// The name of a column.
    pub(crate) sort_by: Option<String>,
}
