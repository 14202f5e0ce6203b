//! Negotiation of the api-version.

use sf_backup_proto::{
    ApiVersion, EnableServiceBackup, ErrorKind, GetBackupPolicyList, ResumeServiceBackup, ServiceId,
    SuspendServiceBackup,
};
use sf_backup_sim::{EffectKind, Runtime};

use super::{Driver, create};

#[test]
fn the_version_of_every_release_is_negotiated_and_cached() {
    for runtime in Runtime::ALL {
        let mut driver = Driver::new(runtime);
        let service: ServiceId = "fabric:/CalcApp/CalcService".parse().unwrap();
        driver.send(create("Daily")).unwrap();
        let first = driver.sent;
        driver.send(EnableServiceBackup::new(service.clone(), "Daily".parse().unwrap())).unwrap();
        driver.send(SuspendServiceBackup::new(service.clone())).unwrap();
        driver.send(ResumeServiceBackup::new(service)).unwrap();
        let expected = match runtime {
            Runtime::V6_2 => (2, ApiVersion::V6_2_PREVIEW),
            _ => (1, ApiVersion::V6_4),
        };
        assert_eq!((first, driver.state.version().unwrap()), expected, "{runtime}");
        assert_eq!(driver.sent, first + 3, "{runtime}");
    }
}

#[test]
fn a_rejected_version_changes_nothing() {
    let mut driver = Driver::new(Runtime::V6_2);
    driver.send(create("Daily")).unwrap();
    let created = driver.cluster.effects();
    assert_eq!(created.iter().filter(|effect| effect.kind == EffectKind::PolicyCreated).count(), 1);
    assert_eq!(driver.send(GetBackupPolicyList::new()).unwrap().items.len(), 1);
}

#[test]
fn other_errors_do_not_change_the_version() {
    for runtime in Runtime::ALL {
        let mut driver = Driver::new(runtime);
        let service: ServiceId = "fabric:/CalcApp/CalcService".parse().unwrap();
        let error = driver.send(EnableServiceBackup::new(service, "No".parse().unwrap())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PolicyNotFound, "{runtime}: {error}");
    }
}
