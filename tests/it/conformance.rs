//! The wire: every operation's request and reply, byte for byte, typed by hand; the vendor's examples, where there is a
//! folder of them; the queries beside them; what the preview refuses; and the fuzz entry points over their corpus.

mod corpus;
pub(crate) mod golden;
mod goldens;
mod inventory;
mod vendor;
mod versions;
mod walk;
