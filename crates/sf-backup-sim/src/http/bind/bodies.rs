//! Binding of the body of each operation.

use crate::http::server::Call;
use crate::world::refusal::Refusal;
use serde_json::Value;
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::operation::BodyRule;

use super::json::{self, Object, Reader};
use super::model_state::ModelState;
use super::{policy, restore};
use crate::world::runtime::Runtime;
use crate::world::view::{PolicyView, QueryView, RestoreView};

/// The bound body of an operation. An inner `None` means that the body is absent or `null`.
#[derive(Debug, Default)]
pub(crate) enum Body {
    /// The operation has no body, or the body is invalid.
    #[default]
    Unbound,
    Policy(Option<Box<PolicyView>>),
    /// Enable: the name of the policy.
    Mapping(Option<String>),
    /// Disable: whether to delete the backups.
    Clean(Option<bool>),
    /// Backup: the storage.
    Storage(Option<Box<BackupStorageDescription>>),
    Restore(Option<Box<RestoreView>>),
    Query(Option<Box<QueryView>>),
}

/// The argument name of an operation's body, and the function that reads it.
type Binding = (&'static str, fn(Option<Object<'_>>, Runtime, &mut Reader<'_>) -> Body);

/// The binding for the last segment of the path, which is the same for applications, services and partitions.
fn binding(call: &Call<'_>, runtime: Runtime) -> Option<Binding> {
    let operation = call.operation();
    if operation.body == BodyRule::None {
        return None;
    }
    match operation.path.rsplit('/').next()? {
        "Create" | "Update" => Some(("backupPolicy", read_policy)),
        "EnableBackup" => Some(("backupMapping", read_mapping)),
        // The preview has no clean-up.
        "DisableBackup" if runtime >= Runtime::V6_4 => Some(("cleanBackupView", read_clean)),
        "Backup" => Some(("backupStorage", read_storage)),
        "Restore" => Some(("restoreDetails", read_restore)),
        "GetBackups" => Some(("backupQuery", read_query)),
        _ => None,
    }
}

const JSON: [&str; 2] = ["application/json", "text/json"];
const OTHERS: [&str; 3] = ["application/xml", "text/xml", "application/x-www-form-urlencoded"];

/// Rejects a body with an unsupported media type, if the operation binds a body and there is one.
pub(crate) fn check_media_type(call: &Call<'_>, runtime: Runtime) -> Result<(), Refusal> {
    if binding(call, runtime).is_none() || call.body().is_empty() {
        return Ok(());
    }
    let message = match call.media_type() {
        Some(known) if JSON.contains(&&*known) || OTHERS.contains(&&*known) => return Ok(()),
        Some(other) => format!("The request entity's media type '{other}' is not supported for this resource."),
        None => "The request contains an entity body but no Content-Type header. The inferred media type \
                 'application/octet-stream' is not supported for this resource."
            .to_owned(),
    };
    Err(Refusal::Message(http::StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
}

/// Reads the body and adds its errors to `state`.
pub(crate) fn read(call: &Call<'_>, runtime: Runtime, state: &mut ModelState) -> Body {
    let Some((argument, read)) = binding(call, runtime) else {
        return Body::Unbound;
    };
    let mut reader = Reader::new(state, argument);
    let json = call.media_type().is_none_or(|media_type| JSON.contains(&&*media_type));
    let text = call.body().trim_ascii();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let value = match serde_json::from_slice(text) {
        _ if text.is_empty() => Some(Value::Null),
        // The framework also binds forms and XML, but without these members.
        Ok(value) if json => Some(value),
        _ => None,
    };
    let body = match &value {
        Some(Value::Null) => read(None, runtime, &mut reader),
        Some(Value::Object(members)) => read(Some(Object::new(members, "")), runtime, &mut reader),
        _ => {
            reader.unreadable("");
            Body::Unbound
        }
    };
    reader.finish();
    body
}

fn read_policy(object: Option<Object<'_>>, runtime: Runtime, reader: &mut Reader<'_>) -> Body {
    let view = object.and_then(|object| policy::read(object, runtime, reader));
    Body::Policy(view.map(Box::new))
}

fn read_mapping(object: Option<Object<'_>>, _: Runtime, reader: &mut Reader<'_>) -> Body {
    Body::Mapping(object.map(|object| object.required_text("BackupPolicyName", reader)))
}

fn read_clean(object: Option<Object<'_>>, _: Runtime, reader: &mut Reader<'_>) -> Body {
    Body::Clean(object.map(|object| object.required_value("CleanBackup", reader, json::boolean)))
}

fn read_storage(object: Option<Object<'_>>, runtime: Runtime, reader: &mut Reader<'_>) -> Body {
    Body::Storage(object.and_then(|object| restore::read_storage(object, runtime, reader)).map(Box::new))
}

fn read_restore(object: Option<Object<'_>>, runtime: Runtime, reader: &mut Reader<'_>) -> Body {
    Body::Restore(object.map(|object| Box::new(restore::read_restore(object, runtime, reader))))
}

fn read_query(object: Option<Object<'_>>, runtime: Runtime, reader: &mut Reader<'_>) -> Body {
    Body::Query(object.and_then(|object| restore::read_query(object, runtime, reader)).map(Box::new))
}
