//! An audit for other eyes: test reports, monitoring, tickets, print. Each form has a function of its own, which takes an
//! [`Audit`](crate::audit::Audit), the records of restore drills, or both, and gives a text. Names from a cluster are escaped as the form needs.

mod drills;
mod escape;
mod html;
mod junit;
mod markdown;
mod metrics;
mod nagios;
mod timeline;

pub use drills::drill_metrics;
pub use escape::label;
pub use html::{Origin, html};
pub use junit::junit;
pub use markdown::markdown;
pub use metrics::metrics;
pub use nagios::{NagiosStatus, nagios, nagios_failed};

#[cfg(test)]
mod tests;
