//! The commands that undo a change.

use std::collections::BTreeMap;

use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::secret::MASK;

use crate::cluster::lookup::Entity;
use crate::output::ordered_json::OrderedJson;
use crate::output::shell::word;

/// The previous state that a change replaces.
#[derive(Debug, Clone, Default)]
pub(super) struct Undo {
    /// By the changed name: the entity, and its previous policy.
    enables: BTreeMap<String, (Entity, String)>,
    /// By the replaced policy: its previous contents.
    policies: BTreeMap<String, OrderedJson>,
}

impl Undo {
    pub(super) fn enable(&mut self, name: &str, entity: &Entity, policy: &str) {
        self.enables.insert(name.to_owned(), (entity.clone(), policy.to_owned()));
    }

    pub(super) fn update(&mut self, name: &str, old: &BackupPolicyDescription) {
        self.policies.extend(OrderedJson::of(old).map(|old| (name.to_owned(), old)));
    }

    /// The commands that undo the changes of `done`, with the options that find the cluster.
    pub(super) fn commands(&self, options: &[String], done: &[String]) -> Vec<String> {
        let mut ids: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for (name, (entity, policy)) in self.enables.iter().filter(|(name, _)| done.contains(name)) {
            ids.entry((entity.noun(), policy)).or_default().push(name);
        }
        let enables = ids.into_iter().map(|((noun, policy), ids)| {
            format!("to undo: {}", line(options, [noun, "enable"].into_iter().chain(ids).chain(["--policy", policy])))
        });
        let policies = self.policies.iter().filter(|(name, _)| done.contains(name)).filter_map(|(name, old)| {
            let (mut old, mut missing) = (old.clone(), Vec::new());
            refer(&mut old, &mut missing);
            // A policy from a pipe leaves no input for a prompt.
            let update = line(options, ["policy", "update", name, "-f", "-", "--yes"]);
            let text = serde_json::to_string(&old).ok()?;
            let secrets = match missing.as_slice() {
                [] => String::new(),
                missing => format!(" (set {} first: the cluster does not return secrets)", missing.join(" and ")),
            };
            Some(format!("to undo{secrets}: printf %s {} | {update}", word(&text)))
        });
        enables.chain(policies).collect()
    }
}

/// A command line: `sf-backup --endpoint URL` and these words.
fn line<'w>(options: &[String], words: impl IntoIterator<Item = &'w str>) -> String {
    let mut all = vec!["sf-backup".to_owned()];
    all.extend_from_slice(options);
    all.extend(words.into_iter().map(word));
    all.join(" ")
}

/// Replaces masked secrets by references to variables.
fn refer(value: &mut OrderedJson, missing: &mut Vec<String>) {
    match value {
        OrderedJson::Object(members) => {
            for (name, value) in members {
                if *value == OrderedJson::text(MASK) {
                    let variable = variable(name);
                    *value = OrderedJson::text(&format!("env:{variable}"));
                    missing.push(variable);
                } else {
                    refer(value, missing);
                }
            }
        }
        OrderedJson::Array(items) => items.iter_mut().for_each(|item| refer(item, missing)),
        OrderedJson::Scalar(_) => {}
    }
}

/// `ConnectionString` as a variable's name: `CONNECTION_STRING`.
fn variable(member: &str) -> String {
    let mut name = String::new();
    for letter in member.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_under_the_same_policy_are_one_command() {
        let mut undo = Undo::default();
        for (name, policy) in [("fabric:/A/S", "My Daily"), ("fabric:/A/T", "My Daily"), ("fabric:/A/U", "Hourly")] {
            undo.enable(name, &Entity::Service(name.parse().unwrap()), policy);
        }
        let done = ["fabric:/A/S", "fabric:/A/T"].map(str::to_owned);
        let options = ["--endpoint".to_owned(), "http://c:1".to_owned()];
        assert_eq!(
            undo.commands(&options, &done),
            ["to undo: sf-backup --endpoint http://c:1 service enable fabric:/A/S fabric:/A/T --policy 'My Daily'"]
        );
    }

    #[test]
    fn what_the_cluster_masks_is_a_variable() {
        let mut old =
            serde_json::from_str(r#"{"Name":"P","Storage":{"ConnectionString":"****","ContainerName":"c"}}"#).unwrap();
        let mut missing = Vec::new();
        refer(&mut old, &mut missing);
        assert_eq!(missing, ["CONNECTION_STRING"]);
        assert_eq!(
            serde_json::to_string(&old).unwrap(),
            r#"{"Name":"P","Storage":{"ConnectionString":"env:CONNECTION_STRING","ContainerName":"c"}}"#
        );
    }
}
