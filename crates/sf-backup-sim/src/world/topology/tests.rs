use super::Topology;

fn rule_of(json: &str) -> String {
    Topology::from_json(json).unwrap_err().to_string()
}

fn with_partitions(partitions: &str) -> String {
    format!(
        r#"{{"Applications":[{{"Name":"fabric:/A","Services":[
            {{"Name":"fabric:/A/S","ServiceKind":"Stateful","Partitions":[{partitions}]}}]}}]}}"#
    )
}

#[test]
fn the_default_is_the_calculator() {
    let topology = Topology::default();
    let (application, service) = topology.service("fabric:/CalcApp/CalcService").unwrap();
    assert_eq!(application.name(), "fabric:/CalcApp");
    assert!(service.is_persisted());
    assert_eq!(service.partitions().len(), 2);
    let first = &service.partitions()[0];
    assert_eq!(first.id().to_string(), "6b1c2f7e-0000-4000-8000-000000000001");
    assert_eq!(topology.partition(first.id()).unwrap().2, first);
}

#[test]
fn a_stateless_service_is_not_persisted() {
    let topology = Topology::from_json(
        r#"{"Applications":[{"Name":"fabric:/A","Services":[
            {"Name":"fabric:/A/Web","ServiceKind":"Stateless","Partitions":[]},
            {"Name":"fabric:/A/Mem","ServiceKind":"Stateful","HasPersistedState":false,"Partitions":[]}]}]}"#,
    )
    .unwrap();
    for name in ["fabric:/A/Web", "fabric:/A/Mem"] {
        assert!(!topology.service(name).unwrap().1.is_persisted(), "{name}");
    }
}

#[test]
fn errors_name_place_and_rule() {
    assert_eq!(
        rule_of(
            r#"{"Applications":[{"Name":"fabric:/A","Services":[{"Name":"fabric:/B/S","ServiceKind":"Stateful","Partitions":[]}]}]}"#
        ),
        "topology, at Applications[0].Services[0].Name: \"fabric:/B/S\" must begin with its application's name and a slash, \
         fabric:/A/"
    );
    assert_eq!(
        rule_of(r#"{"Applications":[{"Name":"fabric:/A","Services":[]},{"Name":"fabric:/A","Services":[]}]}"#),
        "topology, at Applications[1].Name: \"fabric:/A\" is given twice"
    );
    let error = rule_of(r#"{"Applications":[{"Name":"fabric:/A","Servces":[]}]}"#);
    assert!(error.starts_with("topology, at Applications[0].Servces: unknown field `Servces`"), "{error}");
}

#[test]
fn errors_of_partitions() {
    let id = "3f0c2a51-9d3e-4c52-8a64-6d3a9be1c0a";
    for (partitions, expected) in [
        (r#"{"ServicePartitionKind":"Singleton","Id":"x"}"#.to_owned(), "Partitions[0].Id: \"x\" is not a GUID"),
        (
            format!(r#"{{"ServicePartitionKind":"Named","Id":"{id}1"}}"#),
            "Partitions[0]: a Named partition needs Name, and no keys",
        ),
        (
            format!(r#"{{"ServicePartitionKind":"Int64Range","Id":"{id}1","LowKey":"1","HighKey":"x"}}"#),
            "Partitions[0].HighKey: a key must be a 64-bit whole number",
        ),
        (
            format!(r#"{{"ServicePartitionKind":"Int64Range","Id":"{id}1","LowKey":"1","HighKey":0}}"#),
            "Partitions[0]: LowKey 1 is above HighKey 0",
        ),
        (
            format!(
                r#"{{"ServicePartitionKind":"Int64Range","Id":"{id}1","LowKey":"0","HighKey":"9"}},
                   {{"ServicePartitionKind":"Int64Range","Id":"{id}2","LowKey":"5","HighKey":"12"}}"#
            ),
            "Partitions[1]: the keys from 5 to 9 have two partitions",
        ),
        (
            format!(
                r#"{{"ServicePartitionKind":"Singleton","Id":"{id}1"}},{{"ServicePartitionKind":"Singleton","Id":"{id}1"}}"#
            ),
            "Partitions[1].Id: \"3f0c2a51-9d3e-4c52-8a64-6d3a9be1c0a1\" is given twice",
        ),
    ] {
        let error = rule_of(&with_partitions(&partitions));
        assert!(error.contains(expected), "{error}\nexpected {expected}");
    }
}

#[test]
fn a_removed_service_takes_its_partitions_along() {
    let mut topology = Topology::default();
    assert!(topology.remove_service("fabric:/CalcApp/CalcService"));
    assert_eq!(topology.partitions().count(), 0);
    assert!(!topology.remove_service("fabric:/CalcApp/CalcService"));
    assert!(topology.application("fabric:/CalcApp").is_some());
}

#[test]
fn the_sample_has_enough_to_look_at() {
    let sample = Topology::sample();
    let services: Vec<_> = sample.applications().iter().flat_map(|application| application.services()).collect();
    assert_eq!((sample.applications().len(), services.len(), sample.partitions().count()), (2, 4, 10));
    assert_eq!(services.iter().filter(|service| !service.is_stateful()).count(), 1);
    let first = sample.partitions().next().unwrap();
    assert_eq!(
        (first.1.name(), first.2.id().to_string().as_str()),
        ("fabric:/CalcApp/CalcService", "6b1c2f7e-0000-4000-8000-000000000001")
    );
    assert_eq!(services[0].partitions(), Topology::default().applications()[0].services()[0].partitions());
}

#[test]
fn a_generated_cluster_has_the_size_asked_for() {
    let generated = Topology::generate("3x4x5".parse().unwrap());
    assert_eq!((generated.applications().len(), generated.partitions().count()), (3, 60));
    assert_eq!(generated.service("fabric:/App3/Service4").unwrap().1.partitions().len(), 5);
    assert_eq!("10x100x100".parse::<super::Size>().unwrap().to_string(), "10x100x100");
    for text in ["", "10", "10x10", "1x1x1x1", "0x1x1", "ax1x1", "-1x1x1", "1000x1000x1000", "4294967295x4294967295x2"]
    {
        assert!(text.parse::<super::Size>().is_err(), "{text}");
    }
}
