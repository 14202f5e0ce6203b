//! Dates in HTTP headers (RFC 9110, section 5.6.7).

use http::{HeaderMap, header};
use jiff::civil::DateTime;
use jiff::fmt::strtime;

/// The form that servers must send.
const PREFERRED: &str = "%a, %d %b %Y %H:%M:%S GMT";
/// Recipients must also parse the two obsolete forms.
const FORMS: [&str; 3] = [PREFERRED, "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// The longest form has 33 characters.
const MAX_LEN: usize = 40;

pub(super) fn parse(text: &str) -> Option<DateTime> {
    let text = text.trim();
    if text.len() > MAX_LEN {
        return None;
    }
    FORMS.iter().find_map(|form| strtime::parse(form, text).ok()?.to_datetime().ok())
}

pub(super) fn format(at: DateTime) -> String {
    strtime::format(PREFERRED, at).unwrap_or_default()
}

/// The only date in the headers. A dated `Retry-After` is relative to it.
pub(super) fn single(headers: &HeaderMap) -> Option<&str> {
    let mut dates = headers.get_all(header::DATE).iter();
    let first = dates.next()?;
    let usable = dates.all(|other| other == first) && !headers.contains_key(header::AGE);
    if usable { first.to_str().ok() } else { None }
}
