use std::fmt::{Debug, Display};
use std::str::FromStr;

use sf_backup_proto::{
    ApiVersion, ApplicationId, ContinuationToken, DeleteBackupPolicy, Endpoint, GetBackupPolicyList, IdDelimiter,
    Operation, PartitionId, PolicyName, ResumeApplicationBackup, ResumePartitionBackup, ResumeServiceBackup, ServiceId,
    Target, Timeout,
};

use crate::server_read::assert_round_trip;

/// Uses the bytes as a name, an id, a token, an endpoint, an api-version and a timeout.
pub fn names(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    if let Some(id) = parse::<ServiceId>(text) {
        assert_eq!(ServiceId::from_str(&id.to_string()).as_ref(), Ok(&id));
        let tilde = Target::new("http://localhost".parse().expect("an endpoint")).id_delimiter(IdDelimiter::Tilde);
        let resume = ResumeServiceBackup::new(id);
        if let Ok(request) = resume.to_request(&tilde) {
            assert_eq!(request.uri().path().matches('/').count(), 4);
        }
        assert_round_trip(&resume);
    }
    if let Some(id) = parse::<ApplicationId>(text) {
        assert_eq!(ApplicationId::from_str(&id.to_string()).as_ref(), Ok(&id));
        assert_round_trip(&ResumeApplicationBackup::new(id));
    }
    if let Some(id) = parse::<PartitionId>(text) {
        assert_eq!(PartitionId::from_str(&id.to_string()), Ok(id));
        assert_round_trip(&ResumePartitionBackup::new(id));
    }
    if let Some(name) = parse::<PolicyName>(text) {
        assert_eq!(name.as_str(), text);
        assert_round_trip(&DeleteBackupPolicy::new(name));
    }
    if let Some(token) = ContinuationToken::new(text) {
        assert_round_trip(&GetBackupPolicyList::new().continuation_token(token));
    }
    if let Some(version) = parse::<ApiVersion>(text) {
        assert_eq!(ApiVersion::from_str(&version.to_string()), Ok(version));
    }
    if let Some(timeout) = parse::<Timeout>(text) {
        assert_eq!(Timeout::try_from(timeout.duration()), Ok(timeout));
    }
    if let Some(endpoint) = parse::<Endpoint>(text) {
        assert_eq!(Endpoint::from_str(&endpoint.to_string()).as_ref(), Ok(&endpoint));
        assert!(!endpoint.host().is_empty() && endpoint.port() > 0);
        let list = GetBackupPolicyList::new().to_request(&Target::new(endpoint));
        if let Err(error) = list {
            crate::assert_presentable(&error);
        }
    }
}

fn parse<T: FromStr<Err: Display + Debug>>(text: &str) -> Option<T> {
    match text.parse() {
        Ok(value) => Some(value),
        Err(error) => {
            // An invalid value is quoted, and users paste long ones.
            if text.len() < 4_096 {
                crate::assert_presentable(&error);
            }
            None
        }
    }
}
