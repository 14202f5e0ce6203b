//! Look-ups against the simulator, and against clusters that respond to less.

use sf_backup_sim::{Cluster, Topology};

use super::*;
use crate::output::exit::Exit;

const TOPOLOGY: &str = r#"{"Applications":[
  {"Name":"fabric:/Shop","Services":[
    {"Name":"fabric:/Shop/Cart","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
      {"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-000000000001"}]},
    {"Name":"fabric:/Shop/Cache","ServiceKind":"Stateful","HasPersistedState":false,"Partitions":[
      {"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-000000000002"}]},
    {"Name":"fabric:/Shop/Web","ServiceKind":"Stateless","Partitions":[]},
    {"Name":"fabric:/Shop/EU/Deep","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
      {"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-000000000003"}]}]},
  {"Name":"fabric:/Bank","Services":[]}]}"#;

fn find(entity: &Entity) -> Found {
    let simulated = Cluster::builder().topology(Topology::from_json(TOPOLOGY).unwrap()).build().listen().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(Lookup::new(Client::new(sf_backup_hyper::Client::new(simulated.endpoint()), None)).find(entity))
}

fn service(name: &str) -> Entity {
    Entity::Service(name.parse().unwrap())
}

fn application(name: &str) -> Entity {
    Entity::Application(name.parse().unwrap())
}

fn partition(last: u8) -> Entity {
    Entity::Partition(format!("6b1c2f7e-0000-4000-8000-0000000000{last:02x}").parse().unwrap())
}

fn failure(entity: &Entity) -> (String, String) {
    let Found::Absent(absent) = find(entity) else { panic!("{entity} is there") };
    let failure = Failure::from(absent);
    assert_eq!(failure.exit(), Exit::NotFound);
    let report = failure.report().unwrap();
    (report.line().to_owned(), report.hint().unwrap().to_owned())
}

#[test]
fn existing_entities_are_found_with_their_state() {
    use ServiceState::{Persisted, Stateless, Volatile};
    for (entity, state) in [
        (application("Shop"), None),
        (application("System"), None),
        (service("Shop/Cart"), Some(Persisted)),
        (service("Shop/Cache"), Some(Volatile)),
        (service("Shop/Web"), Some(Stateless)),
        (service("Shop/EU/Deep"), Some(Persisted)),
        (partition(1), Some(Persisted)),
        (partition(2), Some(Volatile)),
        (partition(3), Some(Persisted)),
    ] {
        let Found::There(there) = find(&entity) else { panic!("{entity}") };
        assert_eq!(there.state, state, "{entity}");
    }
}

#[test]
fn absent_entities_have_suggestions() {
    for (entity, problem, hint) in [
        (service("Shop/Crat"), "no service of this name", "did you mean fabric:/Shop/Cart"),
        (service("Shop/Nope"), "no service of this name", "fabric:/Shop/Cart"),
        (service("shop/cart"), "no application fabric:/shop", "did you mean fabric:/Shop/Cart"),
        (service("Cart"), "no service of this name", "fabric:/Shop/Cart"),
        (service("Shop"), "no service of this name", "fabric:/Shop is an application"),
        (service("Bank/Ledger"), "no service of this name", "'sf-backup service list Bank'"),
        (service("Zoo/Lion"), "no application fabric:/Zoo", "services"),
        (application("Shpo"), "no application of this name", "did you mean fabric:/Shop?"),
        (application("Zoo"), "no application of this name", "fabric:/Bank, fabric:/Shop"),
        (application("Shop/Cart"), "no application of this name", "fabric:/Shop/Cart is a service"),
        (partition(9), "no partition with this id", "partition list"),
    ] {
        let (message, suggestion) = failure(&entity);
        assert!(message.contains(problem) && suggestion.contains(hint), "{entity}: {message}; {suggestion}");
    }
}
