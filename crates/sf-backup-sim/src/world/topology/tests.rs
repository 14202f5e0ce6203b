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
fn the_sample_has_every_kind_of_partition() {
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

#[test]
fn a_stream_is_read_with_the_same_errors_and_an_end() {
    let sample = r#"{"Applications":[{"Name":"fabric:/A","Services":[
        {"Name":"fabric:/A/S","ServiceKind":"Stateful","Partitions":[
        {"ServicePartitionKind":"Singleton","Id":"3f0c2a51-9d3e-4c52-8a64-6d3a9be1c0a1"}]}]}]}"#;
    assert_eq!(Topology::from_reader(sample.as_bytes()), Topology::from_json(sample));
    for text in ["", "{", "{}", "[]", r#"{"Applications":[]} x"#, r#"{"Applications":[{"Name":"A","Services":[]}]}"#] {
        let errors = [Topology::from_reader(text.as_bytes()), Topology::from_json(text)].map(Result::unwrap_err);
        assert_eq!(errors[0], errors[1], "{text}");
    }
    // A text without end, as from a wrong pipe, stops at the limit and is never held as a whole.
    let endless = std::io::Read::chain(r#"{"Applications":["#.as_bytes(), std::io::repeat(b' '));
    let error = super::json::read_stream(endless, 1024 * 1024).unwrap_err();
    assert!(error.to_string().contains("more than 1 MiB"), "{error}");
}

#[test]
fn items_are_sorted_as_the_gateway_lists_them_and_found_by_name() {
    let id = |last: char| format!("3f0c2a51-9d3e-4c52-8a64-6d3a9be1c0a{last}");
    let partition = |last, name| format!(r#"{{"ServicePartitionKind":"Named","Id":"{}","Name":"{name}"}}"#, id(last));
    let service = |name: &str, partitions: &str| {
        format!(r#"{{"Name":"{name}","ServiceKind":"Stateful","Partitions":[{partitions}]}}"#)
    };
    let both = [partition('9', "x"), partition('1', "y")].join(",");
    let text = format!(
        r#"{{"Applications":[{{"Name":"fabric:/B","Services":[]}},{{"Name":"fabric:/A/B","Services":[{},{}]}},
           {{"Name":"fabric:/A","Services":[{}]}}]}}"#,
        service("fabric:/A/B/T", &both),
        service("fabric:/A/B/S", ""),
        service("fabric:/A/C/D", &partition('5', "z")),
    );
    let topology = Topology::from_json(&text).unwrap();
    let names: Vec<_> = topology.applications().iter().map(super::Application::name).collect();
    assert_eq!(names, ["fabric:/A", "fabric:/A/B", "fabric:/B"]);
    let services: Vec<_> = topology.applications()[1].services().iter().map(super::Service::name).collect();
    assert_eq!(services, ["fabric:/A/B/S", "fabric:/A/B/T"]);
    let (application, found) = topology.service("fabric:/A/B/T").unwrap();
    assert_eq!((application.name(), found.partitions()[0].id().to_string()), ("fabric:/A/B", id('1')));
    assert_eq!(topology.service("fabric:/A/C/D").unwrap().0.name(), "fabric:/A");
    for missing in ["fabric:/A", "fabric:/A/C", "fabric:/A/B/U", "fabric:/", ""] {
        assert!(topology.service(missing).is_none(), "{missing}");
    }
    for (_, service, partition) in topology.partitions() {
        assert_eq!(topology.partition(partition.id()).unwrap().1, service);
    }
}
