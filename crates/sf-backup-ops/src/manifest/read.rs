//! Reads a file strictly: every mistake is reported with its place and the rule, and without the value, which may be a
//! misplaced secret.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde_json::{Map, Value};
use sf_backup_proto::PolicyName;

use super::{API_VERSION, Entity, KIND, Manifest, Policy};

/// The mistake in a file, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestError {
    path: String,
    rule: String,
}

impl ManifestError {
    pub(crate) fn new(path: &str, rule: &str) -> Self {
        Self { path: path.to_owned(), rule: rule.to_owned() }
    }

    /// The path, such as `policies[0].Schedule.Interval`; empty for the whole file.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The rule that is broken.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    pub(crate) fn below(mut self, path: &str) -> Self {
        self.path = match (path, &*self.path) {
            (path, "") => path.to_owned(),
            ("", inside) => inside.to_owned(),
            (path, inside) => format!("{path}.{inside}"),
        };
        self
    }
}

impl std::fmt::Display for ManifestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &*self.path {
            "" => f.write_str(&self.rule),
            path => write!(f, "{path}: {}", self.rule),
        }
    }
}

impl std::error::Error for ManifestError {}

const SECTIONS: &[&str] = &["apiVersion", "kind", "policies", "enablement", "suspensions"];
const SUSPENDED: &[&str] = &["EntityKind", "ApplicationName", "ServiceName", "PartitionId"];
const ENABLED: &[&str] = &["EntityKind", "ApplicationName", "ServiceName", "PartitionId", "BackupPolicyName"];

impl Manifest {
    /// Reads the contents of a file.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn read(value: &Value) -> Result<Self, ManifestError> {
        let members = object(value, "", SECTIONS)?;
        head(members, "apiVersion", API_VERSION)?;
        head(members, "kind", KIND)?;
        Ok(Self {
            policies: list(members, "policies", policies)?,
            enablement: list(members, "enablement", enablement)?,
            suspensions: list(members, "suspensions", suspensions)?,
        })
    }
}

/// Checks the members that identify the kind of file.
pub(crate) fn head(members: &Map<String, Value>, name: &str, expected: &str) -> Result<(), ManifestError> {
    match members.get(name) {
        Some(value) if value == expected => Ok(()),
        _ => Err(ManifestError::new(name, &format!("must be {expected}"))),
    }
}

/// Reads an optional section.
fn list<T>(
    members: &Map<String, Value>,
    name: &str,
    read: impl FnOnce(&str, &[Value]) -> Result<T, ManifestError>,
) -> Result<Option<T>, ManifestError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::Array(items)) => read(name, items).map(Some),
        Some(_) => {
            let rule = "must be a list; [] for none; omit it if it is not managed here";
            Err(ManifestError::new(name, rule))
        }
    }
}

fn policies(section: &str, items: &[Value]) -> Result<BTreeMap<PolicyName, Policy>, ManifestError> {
    let mut policies = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let path = format!("{section}[{index}]");
        let policy = Policy::read(item).map_err(|error| error.below(&path))?;
        let name =
            policy.name().ok_or_else(|| ManifestError::new(&format!("{path}.Name"), "cannot be part of a URL"))?;
        if policies.insert(name, policy).is_some() {
            return Err(ManifestError::new(&format!("{path}.Name"), "is also the name of an earlier policy"));
        }
    }
    Ok(policies)
}

fn enablement(section: &str, items: &[Value]) -> Result<BTreeMap<Entity, PolicyName>, ManifestError> {
    let mut enablement = BTreeMap::new();
    for (path, entity, members) in entities(section, items, ENABLED)? {
        let policy = text(members, &path, "BackupPolicyName")?;
        let policy = policy.ok_or_else(|| ManifestError::new(&path, "BackupPolicyName is required"))?;
        enablement.insert(entity, policy);
    }
    Ok(enablement)
}

fn suspensions(section: &str, items: &[Value]) -> Result<BTreeSet<Entity>, ManifestError> {
    Ok(entities(section, items, SUSPENDED)?.into_iter().map(|(_, entity, _)| entity).collect())
}

/// An item of a section: its path, its entity, and all its members.
type Item<'v> = (String, Entity, &'v Map<String, Value>);

/// Reads the entities of a section, each of which must occur once.
fn entities<'v>(section: &str, items: &'v [Value], known: &[&str]) -> Result<Vec<Item<'v>>, ManifestError> {
    let mut seen = BTreeSet::new();
    let mut entities = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let path = format!("{section}[{index}]");
        let members = object(item, &path, known)?;
        let entity = entity(members, &path)?;
        // A partition is identified by its id alone.
        let identity = match &entity {
            Entity::Partition { id, .. } => id.to_string(),
            entity => entity.to_string(),
        };
        if !seen.insert(identity) {
            return Err(ManifestError::new(&path, &format!("names {entity} again")));
        }
        entities.push((path, entity, members));
    }
    Ok(entities)
}

/// Reads an entity. Its kind follows from its names and may be left out.
fn entity(members: &Map<String, Value>, path: &str) -> Result<Entity, ManifestError> {
    let application = text(members, path, "ApplicationName")?;
    let service = text(members, path, "ServiceName")?;
    let partition = text(members, path, "PartitionId")?;
    let (kind, entity) = match (application, service, partition) {
        (Some(id), None, None) => ("Application", Entity::Application(id)),
        (None, Some(id), None) => ("Service", Entity::Service(id)),
        (None, Some(service), Some(id)) => ("Partition", Entity::Partition { service, id }),
        _ => {
            let rule = "must have an ApplicationName, or a ServiceName, or a ServiceName and a PartitionId";
            return Err(ManifestError::new(path, rule));
        }
    };
    match members.get("EntityKind") {
        None => Ok(entity),
        Some(given) if given == kind => Ok(entity),
        Some(_) => {
            let rule = format!("must be {kind}, according to the names, or be omitted");
            Err(ManifestError::new(&format!("{path}.EntityKind"), &rule))
        }
    }
}

pub(crate) fn text<T: FromStr>(members: &Map<String, Value>, path: &str, name: &str) -> Result<Option<T>, ManifestError>
where
    T::Err: std::fmt::Display,
{
    let at = |rule: &str| ManifestError::new(name, rule).below(path);
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|error: T::Err| at(&error.to_string())),
        Some(_) => Err(at("must be text")),
    }
}

/// Checks that a value is an object with only these members.
pub(crate) fn object<'v>(
    value: &'v Value,
    path: &str,
    known: &[&str],
) -> Result<&'v Map<String, Value>, ManifestError> {
    let Value::Object(members) = value else {
        return Err(ManifestError::new(path, "must be an object"));
    };
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(members),
        Some(unknown) => {
            let rule = format!("is unknown; expected one of {}", known.join(", "));
            Err(ManifestError::new(unknown, &rule).below(path))
        }
    }
}
