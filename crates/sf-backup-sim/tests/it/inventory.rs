//! The gateway's own queries.

use serde_json::json;
use sf_backup_proto::inventory::{
    GetAadMetadata, GetApplicationInfoList, GetApplicationNameInfo, GetClusterVersion, GetPartitionInfoList,
    GetServiceInfoList, GetServiceNameInfo,
};
use sf_backup_proto::{ErrorKind, ServiceId};
use sf_backup_sim::Runtime;

use crate::harness::{FIRST, Test, each};

#[test]
fn clients_find_their_way_to_every_partition() {
    for runtime in Runtime::ALL {
        let test = Test::new(runtime);
        let applications = test.send(&GetApplicationInfoList::new()).unwrap().items;
        assert_eq!(applications.len(), 4, "{runtime}");
        let names = applications.iter().map(|application| application.name.clone().unwrap());
        let mut partitions = 0;
        for name in names {
            for service in test.send(&GetServiceInfoList::new(name.parse().unwrap())).unwrap().items {
                let service: ServiceId = service.name.unwrap().parse().unwrap();
                partitions += test.send(&GetPartitionInfoList::new(service)).unwrap().items.len();
            }
        }
        assert_eq!(partitions, 10);
        let version = test.send(&GetClusterVersion::new()).unwrap().version.unwrap();
        assert!(version.starts_with(&format!("{runtime}.")), "{version}");
        assert!(test.send(&GetAadMetadata::new()).unwrap().metadata.unwrap().tenant.is_none());
    }
}

#[test]
fn ids_have_tildes_and_lists_end_with_an_empty_token() {
    let test = Test::new(Runtime::V6_4);
    let page = test.raw("GET /Applications/Shop~EU/$/GetServices?api-version=6.0", &[], "").ok_json();
    assert_eq!(page["ContinuationToken"], "");
    let service = json!({
        "ServiceKind": "Stateful", "Id": "Shop~EU~Cart", "Name": "fabric:/Shop/EU/Cart", "TypeName": "CartType",
        "ManifestVersion": "1.0.0", "HealthState": "Ok", "ServiceStatus": "Active", "IsServiceGroup": false,
        "HasPersistedState": true,
    });
    assert_eq!(page["Items"], json!([service]));
    let partitions = test.raw("GET /Services/CalcApp~CalcService/$/GetPartitions?api-version=6.0", &[], "").ok_json();
    assert_eq!(partitions["Items"][0]["PartitionInformation"]["Id"], FIRST);
}

#[test]
fn applications_come_in_pages() {
    let test = Test::new(Runtime::V6_4);
    let page = |query: &str| test.raw(&format!("GET /Applications?api-version=6.0{query}"), &[], "").ok_json();
    let first = page("&MaxResults=3");
    assert_eq!(each(first["Items"].as_array().unwrap(), "Id"), ["CalcApp", "Shop", "Shop~EU"]);
    assert_eq!(first["ContinuationToken"], "fabric:/Shop/EU");
    let rest = page("&MaxResults=3&ContinuationToken=fabric:/Shop/EU");
    assert_eq!(
        (each(rest["Items"].as_array().unwrap(), "Id"), &rest["ContinuationToken"]),
        (vec!["Shop10"], &json!(""))
    );
}

#[test]
fn names_are_found_from_the_partition_upwards() {
    let test = Test::new(Runtime::V6_4);
    let partition = FIRST.parse().unwrap();
    let service = test.send(&GetServiceNameInfo::new(partition)).unwrap();
    assert_eq!(service.name.as_deref(), Some("fabric:/CalcApp/CalcService"));
    let service = "fabric:/Shop/EU/Cart".parse().unwrap();
    let application = test.send(&GetApplicationNameInfo::new(service)).unwrap();
    assert_eq!((application.id.as_deref(), application.name.as_deref()), (Some("Shop~EU"), Some("fabric:/Shop/EU")));
}

#[test]
fn an_unknown_service_is_the_gateways_404() {
    let test = Test::new(Runtime::V6_4);
    let error = test.send(&GetApplicationNameInfo::new("fabric:/No/Such".parse().unwrap())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EntityNotFound);
    let error = test.send(&GetServiceNameInfo::new(uuid::Uuid::from_u128(7).into())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EntityNotFound);
    let error = test.send(&GetPartitionInfoList::new("fabric:/No/Such".parse().unwrap())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EntityNotFound);
    let error = test.send(&GetServiceInfoList::new("fabric:/No".parse().unwrap())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EntityNotFound);
    assert!(error.to_string().contains("FABRIC_E_APPLICATION_NOT_FOUND"), "{error}");
}
