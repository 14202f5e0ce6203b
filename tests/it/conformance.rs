//! The wire format: hand-typed requests and responses of every operation; the vendor's examples, if their folder is
//! given; cluster queries; what the preview version rejects; and the fuzz entry points over their corpus.

mod corpus;
pub(crate) mod golden;
mod goldens;
mod inventory;
mod vendor;
mod versions;
mod walk;
