//! Compares the types of services if the backups of one are restored into another.

use std::collections::{BTreeMap, BTreeSet};

use sf_backup_ops::restore::Pair;
use sf_backup_proto::ServiceId;
use sf_backup_proto::inventory::GetServiceInfoList;

use crate::cluster::client::Client;
use crate::cluster::inventory::application_of;
use crate::cluster::pages::all;
use crate::output::failure::Failure;

/// A sentence for each service that would get the backups of a service of another type, as far as this cluster knows
/// both.
pub(super) async fn differing(client: &Client, pairs: &[Pair]) -> Vec<String> {
    let routes: BTreeSet<(&ServiceId, &ServiceId)> = pairs
        .iter()
        .flat_map(|pair| pair.sources.iter().map(|source| (&source.service, &pair.target.service)))
        .filter(|(source, target)| source != target)
        .collect();
    let mut types = Types { client, known: BTreeMap::new() };
    let mut differing = Vec::new();
    for (source, target) in routes {
        let (Some(from), Some(into)) = (types.of(source).await, types.of(target).await) else { continue };
        if from != into {
            differing.push(format!(
                "{source} is of type {from} and {target} of type {into}: {into} may not be able to read the restored \
                    data"
            ));
        }
    }
    differing
}

/// # Errors
/// If a type differs, unless `force` is set.
pub(super) fn refuse(differing: &[String], force: bool) -> Result<(), Failure> {
    match differing.first() {
        Some(first) if !force => Err(Failure::Usage(format!("--into <ID>: {first}; --force plans it anyway"))),
        _ => Ok(()),
    }
}

/// The types of services, read per application. What cannot be read is unknown.
struct Types<'c> {
    client: &'c Client,
    known: BTreeMap<String, Option<String>>,
}

impl Types<'_> {
    async fn of(&mut self, service: &ServiceId) -> Option<String> {
        let name = service.to_string();
        if !self.known.contains_key(&name) {
            self.known.insert(name.clone(), None);
            let application = application_of(self.client, service).await.ok()?;
            let services = all(self.client, GetServiceInfoList::new(application)).await.ok()?;
            self.known.extend(services.into_iter().filter_map(|info| Some((info.name?, info.type_name))));
        }
        self.known.get(&name).cloned().flatten()
    }
}
