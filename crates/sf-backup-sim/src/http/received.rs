//! Numbers of received requests, of the operations that a test expects.

use sf_backup_proto::OperationSpec;

/// The operations in the order in which they were expected. There are few.
#[derive(Debug, Default)]
pub(crate) struct Received(Vec<(&'static OperationSpec, u64)>);

impl Received {
    /// Starts to count an operation, and returns its number so far.
    pub(crate) fn start(&mut self, operation: &'static OperationSpec) -> u64 {
        let known = self.0.iter().find(|(known, _)| *known == operation).map(|(_, number)| *number);
        known.unwrap_or_else(|| {
            self.0.push((operation, 0));
            0
        })
    }

    pub(crate) fn get(&self, operation: &OperationSpec) -> u64 {
        self.0.iter().find(|(known, _)| *known == operation).map_or(0, |(_, number)| *number)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts a request.
    pub(crate) fn add(&mut self, operation: Option<&OperationSpec>) {
        if let Some((_, number)) = self.0.iter_mut().find(|(known, _)| Some(*known) == operation) {
            *number += 1;
        }
    }
}
