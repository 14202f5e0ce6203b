//! Read-only cluster queries outside the backup API: applications, services, partitions, version and authentication.
//!
//! They are always sent with api-version 6.0 and `~` in ids, as the API reference requires, regardless of the target.

use crate::cluster::{ApiVersion, IdDelimiter};
use crate::model::inventory::{
    AadMetadataObject, ApplicationHealth, ApplicationInfo, ApplicationNameInfo, ClusterVersion, PartitionHealth,
    ServiceInfo, ServiceNameInfo, ServicePartitionInfo,
};
use crate::model::page::Page;
use crate::name::{ApplicationId, ContinuationToken, PartitionId, ServiceId};
use crate::operation::table::operations;

operations! {
    /// Every query, in the order of this table.
    table INVENTORY;

    each each_query;

    fixed Some((ApiVersion::V6_0, IdDelimiter::Tilde));

    /// Lists the applications of the cluster.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getapplicationinfolist)
    GetApplicationInfoList as get_application_info_list {
        GET "/Applications" since "6.0" => 200 Page<ApplicationInfo>;
        query {
            /// The token of the page to return, from the previous page.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// Maximum items per page; 0 means unlimited.
            max_results: u32 = "MaxResults",
        }
        pages ApplicationInfo;
    }

    /// Lists the services of an application.
    ///
    /// Errors to expect: `FABRIC_E_APPLICATION_NOT_FOUND`. Some clusters return an empty list instead.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getserviceinfolist)
    GetServiceInfoList as get_service_info_list {
        GET "/Applications/" {application: ApplicationId} "/$/GetServices" since "6.0" => 200 Page<ServiceInfo>;
        query {
            /// The token of the page to return, from the previous page.
            continuation_token: ContinuationToken = "ContinuationToken",
        }
        pages ServiceInfo;
    }

    /// Lists the partitions of a service.
    ///
    /// Errors to expect: `FABRIC_E_SERVICE_DOES_NOT_EXIST`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitioninfolist)
    GetPartitionInfoList as get_partition_info_list {
        GET "/Services/" {service: ServiceId} "/$/GetPartitions" since "6.0" => 200 Page<ServicePartitionInfo>;
        query {
            /// The token of the page to return, from the previous page.
            continuation_token: ContinuationToken = "ContinuationToken",
        }
        pages ServicePartitionInfo;
    }

    /// Returns one application, or nothing if it does not exist.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getapplicationinfo)
    GetApplicationInfo as get_application_info {
        GET "/Applications/" {application: ApplicationId} "" since "6.0" => 200 Option<ApplicationInfo>;
    }

    /// Returns the health of an application and its services. For `fabric:/System`, that of the system services.
    ///
    /// Errors to expect: `FABRIC_E_HEALTH_ENTITY_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getapplicationhealth)
    GetApplicationHealth as get_application_health {
        GET "/Applications/" {application: ApplicationId} "/$/GetHealth" since "6.0" => 200 ApplicationHealth;
    }

    /// Returns one partition, or nothing if it does not exist.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitioninfo)
    GetPartitionInfo as get_partition_info {
        GET "/Partitions/" {partition: PartitionId} "" since "6.0" => 200 Option<ServicePartitionInfo>;
    }

    /// Returns the health of a partition, including why its periodic backups fail. The backup API does not report that.
    ///
    /// Errors to expect: `FABRIC_E_HEALTH_ENTITY_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitionhealth)
    GetPartitionHealth as get_partition_health {
        GET "/Partitions/" {partition: PartitionId} "/$/GetHealth" since "6.0" => 200 PartitionHealth;
    }

    /// Returns the application of a service.
    ///
    /// Errors to expect: `FABRIC_E_SERVICE_DOES_NOT_EXIST`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getapplicationnameinfo)
    GetApplicationNameInfo as get_application_name_info {
        GET "/Services/" {service: ServiceId} "/$/GetApplicationName" since "6.0" => 200 ApplicationNameInfo;
    }

    /// Returns the service of a partition.
    ///
    /// Errors to expect: `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getservicenameinfo)
    GetServiceNameInfo as get_service_name_info {
        GET "/Partitions/" {partition: PartitionId} "/$/GetServiceName" since "6.0" => 200 ServiceNameInfo;
    }

    /// Returns the version of the Service Fabric runtime of the cluster.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getclusterversion)
    GetClusterVersion as get_cluster_version {
        GET "/$/GetClusterVersion" since "6.0" => 200 ClusterVersion;
    }

    /// Returns the settings for signing in with Microsoft Entra ID. Needs no authentication.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getaadmetadata)
    GetAadMetadata as get_aad_metadata {
        GET "/$/GetAadMetadata" since "6.0" => 200 AadMetadataObject;
    }
}
