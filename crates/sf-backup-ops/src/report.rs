//! Reports of audits and drills in other formats: HTML, JUnit, Markdown, Prometheus and Nagios. Each has a function
//! that takes an [`Audit`](crate::audit::Audit), the records of restore drills, or both, and returns a text. Names from
//! a cluster are escaped as the format requires.

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
