//! The backup service's steps before an operation runs, in its order.

use crate::http::server::Call;
use crate::world::refusal::Refusal;
use http::Method;

use crate::http::bind::model_state::ModelState;
use crate::http::bind::{Body, bodies, parameters};
use crate::http::refusal;
use crate::world::runtime::{Role, Runtime};
use crate::world::service_error;
use crate::world::utc_offset::UtcOffset;
use crate::world::view::Parameters;

/// The inputs of an operation.
#[derive(Debug)]
pub(crate) struct Inputs {
    /// The entity or policy in the path, as the URL spelled it.
    pub(crate) id: String,
    pub(crate) parameters: Parameters,
    pub(crate) body: Body,
}

impl Inputs {
    /// The inputs of an operation of the gateway itself.
    pub(crate) fn of_id(id: String) -> Self {
        Self { id, parameters: Parameters::default(), body: Body::Unbound }
    }
}

/// Step 1: checks the role. Its refusal is the only response of the service without the usual headers.
///
/// # Errors
/// If a reader tries to write.
pub(crate) fn check_role(role: Role, method: &Method) -> Result<(), Refusal> {
    match role {
        Role::User if *method != Method::GET => Err(refusal::access_denied()),
        Role::Admin | Role::User => Ok(()),
    }
}

/// Steps 3 to 7: media type, entity, form of the parameters, timeout, model, api-version.
///
/// # Errors
/// The refusal of the first step that fails.
pub(crate) fn inputs(
    call: &Call<'_>,
    id: Option<String>,
    runtime: Runtime,
    utc_offset: UtcOffset,
) -> Result<Inputs, Refusal> {
    bodies::check_media_type(call, runtime)?;
    let id = id.ok_or(service_error::INVALID_HEADER)?;
    parameters::check_form(call)?;
    parameters::check_timeout(call)?;
    let mut state = ModelState::default();
    let parameters = parameters::read(call, utc_offset, &mut state);
    let body = bodies::read(call, runtime, &mut state);
    if !state.is_valid() {
        return Err(service_error::invalid(state.message()));
    }
    check_version(call.parameter("api-version"), runtime)?;
    // The documents of the preview have `~` between the levels of a name.
    let named = matches!(call.operation().placeholder, Some("application" | "service"));
    let id = if named && runtime == Runtime::V6_2 { id.replace('~', "/") } else { id };
    Ok(Inputs { id, parameters, body })
}

fn check_version(version: Option<&str>, runtime: Runtime) -> Result<(), Refusal> {
    let text = version.unwrap_or("0.0");
    let taken = match runtime {
        Runtime::V6_2 => text.strip_suffix("-preview").and_then(number).is_some_and(|number| number == 6.2),
        Runtime::V6_4 | Runtime::V11_3 => number(text).is_some_and(|number| number >= 6.4),
    };
    if taken { Ok(()) } else { Err(service_error::INVALID_API_VERSION.into()) }
}

/// Parses a decimal number. Rust would also accept `inf` and `nan`.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    text.bytes().all(plain).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::{Runtime, check_version};

    #[test]
    fn rule_api_version_is_a_number_from_6_4_up() {
        let takes = |text| check_version(Some(text), Runtime::V6_4).is_ok();
        for text in ["6.4", "6.40", "7.0", "9.1", "10", "11.3"] {
            assert!(takes(text), "{text}");
        }
        for text in ["6.2", "6.2-preview", "6.4-preview", "abc", "0.0", "inf", "NaN", "-7", "6.39"] {
            assert!(!takes(text), "{text}");
        }
        assert!(check_version(None, Runtime::V6_4).is_err());
    }

    #[test]
    fn rule_the_preview_takes_nothing_but_itself() {
        let takes = |text| check_version(Some(text), Runtime::V6_2).is_ok();
        assert!(takes("6.2-preview"));
        for text in ["6.2", "6.3-preview", "6.4", "6.4-preview", "-preview", ""] {
            assert!(!takes(text), "{text}");
        }
    }
}
