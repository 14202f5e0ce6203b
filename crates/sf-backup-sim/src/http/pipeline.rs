//! The backup service's steps before an operation runs, in its order.

use http::Method;
use sf_backup_proto::server::{Call, Refusal};

use crate::http::bind::model_state::ModelState;
use crate::http::bind::{Body, Parameters, bodies, parameters};
use crate::http::refusal;
use crate::world::runtime::{Role, Runtime};

/// What an operation gets.
#[derive(Debug)]
pub(crate) struct Inputs {
    /// The entity or policy in the path, as the URL spelled it.
    pub(crate) id: String,
    pub(crate) parameters: Parameters,
    pub(crate) body: Body,
}

impl Inputs {
    /// For what the gateway answers itself.
    pub(crate) fn of_id(id: String) -> Self {
        Self { id, parameters: Parameters::default(), body: Body::Unbound }
    }
}

/// Step 1: who may do what. The only answer of the service that lacks its usual headers.
///
/// # Errors
/// If a reader wants to write.
pub(crate) fn check_role(role: Role, method: &Method) -> Result<(), Refusal> {
    match role {
        Role::User if *method != Method::GET => Err(refusal::access_denied()),
        Role::Admin | Role::User => Ok(()),
    }
}

/// Steps 3 to 7: media type, entity, form of the parameters, timeout, model, api-version.
///
/// # Errors
/// The first step's that fails.
pub(crate) fn inputs(call: &Call<'_>, id: Option<String>, runtime: Runtime, hours_west: u8) -> Result<Inputs, Refusal> {
    bodies::check_media_type(call, runtime)?;
    let id = id.ok_or(refusal::INVALID_HEADER)?;
    parameters::check_form(call)?;
    parameters::check_timeout(call)?;
    let mut state = ModelState::default();
    let parameters = parameters::read(call, hours_west, &mut state);
    let body = bodies::read(call, runtime, &mut state);
    if !state.is_valid() {
        return Err(refusal::invalid(state.message()));
    }
    check_version(call.parameter("api-version"), runtime)?;
    // The preview's documents want `~` between the levels of a name.
    let named = call.operation().placeholders.iter().any(|kind| ["application", "service"].contains(kind));
    let id = if named && runtime == Runtime::V6_2 { id.replace('~', "/") } else { id };
    Ok(Inputs { id, parameters, body })
}

fn check_version(version: Option<&str>, runtime: Runtime) -> Result<(), Refusal> {
    let text = version.unwrap_or("0.0");
    let taken = match runtime {
        Runtime::V6_2 => text.strip_suffix("-preview").and_then(number).is_some_and(|number| number == 6.2),
        Runtime::V6_4 | Runtime::V11_3 => number(text).is_some_and(|number| number >= 6.4),
    };
    if taken { Ok(()) } else { Err(refusal::INVALID_API_VERSION.into()) }
}

/// A decimal number; Rust would also take `inf` and `nan`.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    text.chars().all(plain).then(|| text.parse().ok())?
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
