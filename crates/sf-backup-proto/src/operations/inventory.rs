//! The few queries outside the backup API that finding one's way in a cluster needs: same macro, same shapes, read-only.
//! They are sent as api-version 6.0 with `~` in ids, as documented for them, whatever the target says.

use crate::error::{BuildError, ReadError};
#[allow(unused_imports)] // no query is sent once
use crate::flow::resolve;
use crate::model::inventory::{
    AadMetadataObject, ApplicationInfo, ApplicationNameInfo, ClusterVersion, ServiceInfo, ServiceNameInfo,
    ServicePartitionInfo,
};
use crate::model::page::Page;
use crate::name::{ApplicationId, ContinuationToken, PartitionId, ServiceId};
use crate::operation::call::{CallReader, CallWriter};
use crate::operation::spec::{self, OperationSpec};
use crate::operation::table::operations;
use crate::operation::{Operation, Paged, Visitor, sealed, table};

operations! {
    /// The queries, in order.
    table INVENTORY;

    /// The server's half: one method for each query.
    ///
    /// Not covered by semver: a query more is a method more here.
    service Inventory;

    fixed (V6_0, Tilde);

    /// Lists the applications of the cluster.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getapplicationinfolist)
    GetApplicationInfoList as get_application_info_list {
        GET "/Applications" since "6.0" => 200 Page<ApplicationInfo>;
        query {
            /// Where to continue a list.
            continuation_token: ContinuationToken = "ContinuationToken",
            /// The most items of a page; 0 is no bound.
            max_results: u32 = "MaxResults",
        }
        pages ApplicationInfo;
    }

    /// Lists the services of an application.
    ///
    /// Errors to expect: none for an application that does not exist; the list is empty then.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getserviceinfolist)
    GetServiceInfoList as get_service_info_list {
        GET "/Applications/{application}/$/GetServices" since "6.0" => 200 Page<ServiceInfo>;
        path { /// The application.
            application: ApplicationId }
        query {
            /// Where to continue a list.
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
        GET "/Services/{service}/$/GetPartitions" since "6.0" => 200 Page<ServicePartitionInfo>;
        path { /// The service.
            service: ServiceId }
        query {
            /// Where to continue a list.
            continuation_token: ContinuationToken = "ContinuationToken",
        }
        pages ServicePartitionInfo;
    }

    /// Tells which application a service belongs to.
    ///
    /// Errors to expect: `FABRIC_E_SERVICE_DOES_NOT_EXIST`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getapplicationnameinfo)
    GetApplicationNameInfo as get_application_name_info {
        GET "/Services/{service}/$/GetApplicationName" since "6.0" => 200 ApplicationNameInfo;
        path { /// The service.
            service: ServiceId }
    }

    /// Tells which service a partition belongs to.
    ///
    /// Errors to expect: `FABRIC_E_PARTITION_NOT_FOUND`.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getservicenameinfo)
    GetServiceNameInfo as get_service_name_info {
        GET "/Partitions/{partition}/$/GetServiceName" since "6.0" => 200 ServiceNameInfo;
        path { /// The partition.
            partition: PartitionId }
    }

    /// Tells the version of the runtime that the cluster runs.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getclusterversion)
    GetClusterVersion as get_cluster_version {
        GET "/$/GetClusterVersion" since "6.0" => 200 ClusterVersion;
    }

    /// Tells how to log in with Microsoft Entra ID. Needs no authentication itself.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getaadmetadata)
    GetAadMetadata as get_aad_metadata {
        GET "/$/GetAadMetadata" since "6.0" => 200 AadMetadataObject;
    }
}
