//! The health of partitions and applications, as returned by the cluster queries.
//!
//! Only the members that matter to backups have fields. All others, and values that cannot be read, are kept as
//! [`Extra`](crate::model::Extra).

use uuid::Uuid;

use crate::model::object::models;
use crate::time::Timestamp;
use crate::wire::open_enum::open_enums;

open_enums! {
    /// A health state.
    HealthState {
        /// No legal value.
        Invalid,
        /// Healthy.
        Ok,
        /// Unhealthy, but not critical.
        Warning,
        /// Critical.
        Error,
    }
}

models! {
    /// The health of a partition.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-partitionhealth)
    PartitionHealth {
        /// The worst state of the partition, its events and its replicas.
        aggregated_health_state: HealthState = "AggregatedHealthState" @lenient,
        /// The events reported on the partition, one per source and property.
        health_events: Vec<HealthEvent> = "HealthEvents" @lenient,
        /// The partition's id.
        partition_id: Uuid = "PartitionId" @lenient,
    }

    /// The health of an application.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-applicationhealth)
    ApplicationHealth {
        /// The worst state of the application, its events and its services.
        aggregated_health_state: HealthState = "AggregatedHealthState" @lenient,
        /// The events reported on the application.
        health_events: Vec<HealthEvent> = "HealthEvents" @lenient,
        /// The application's full name.
        name: String = "Name" @lenient,
        /// The health state of each service.
        service_health_states: Vec<ServiceHealthState> = "ServiceHealthStates" @lenient,
    }

    /// The health state of a service.
    ServiceHealthState {
        /// The worst state of the service, its events and its partitions.
        aggregated_health_state: HealthState = "AggregatedHealthState" @lenient,
        /// The service's full name.
        service_name: String = "ServiceName" @lenient,
    }

    /// A health report.
    ///
    /// The source `System.BackupRestoreManager` reports periodic backups under the property `Backup`: with
    /// [`HealthState::Warning`] and the cause after a failed backup, otherwise with [`HealthState::Ok`] or not at all. The
    /// backup API does not report these failures.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-healthevent)
    HealthEvent {
        /// The reporter.
        source_id: String = "SourceId" @lenient,
        /// The property that the report is about.
        property: String = "Property" @lenient,
        /// The reported state.
        health_state: HealthState = "HealthState" @lenient,
        /// The description, for people.
        description: String = "Description" @lenient,
        /// When the source reported it.
        source_utc_timestamp: Timestamp = "SourceUtcTimestamp" @lenient,
        /// When the health store last changed the event.
        last_modified_utc_timestamp: Timestamp = "LastModifiedUtcTimestamp" @lenient,
        /// Whether the report's time to live has passed.
        is_expired: bool = "IsExpired" @lenient,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{HealthState, PartitionHealth};

    #[test]
    fn what_cannot_be_read_is_absent_and_kept() {
        let text = json!({
            "aggregatedHealthState": "Warning",
            "HealthEvents": [
                { "SourceId": "System.BackupRestoreManager", "SourceUtcTimestamp": "soon", "HealthState": 2, "New": 1 },
            ],
            "PartitionId": { "Id": 7 },
        });
        let health: PartitionHealth = serde_json::from_value(text).unwrap();
        assert_eq!(health.aggregated_health_state, Some(HealthState::Warning));
        assert_eq!(health.partition_id, None);
        assert_eq!(health.extra.json("PartitionId").as_deref(), Some(r#"{"Id":7}"#));
        let [event] = &health.health_events.unwrap()[..] else { panic!("one event") };
        assert_eq!(event.source_id.as_deref(), Some("System.BackupRestoreManager"));
        assert_eq!((event.source_utc_timestamp, event.extra.json("New").as_deref()), (None, Some("1")));
        assert_eq!(event.health_state.as_ref().unwrap().as_str(), "2");
        let empty: PartitionHealth = serde_json::from_value(json!({ "HealthEvents": "none" })).unwrap();
        assert_eq!(empty.health_events, None);
    }
}
