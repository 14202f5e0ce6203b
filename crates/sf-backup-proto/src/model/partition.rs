//! Partitioning schemes: key ranges, names and singletons.

use uuid::Uuid;

use crate::model::object::models;
use crate::model::union::unions;

unions! {
    /// The id and the key range or name of a partition.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-partitioninformation)
    PartitionInformation by "ServicePartitionKind" {
        /// A partition with a range of 64-bit keys.
        Int64Range(Int64RangePartitionInformation),
        /// A partition with a name.
        Named(NamedPartitionInformation),
        /// The only partition of the service.
        Singleton(SingletonPartitionInformation),
    }
}

impl PartitionInformation {
    /// The partition's id.
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Int64Range(partition) => partition.id,
            Self::Named(partition) => partition.id,
            Self::Singleton(partition) => partition.id,
            Self::Unknown(_) => None,
        }
    }
}

models! {
    /// A partition with a range of 64-bit keys; both bounds are inclusive.
    Int64RangePartitionInformation {
        /// The lowest key.
        low_key: i64 = "LowKey",
        /// The highest key.
        high_key: i64 = "HighKey",
        /// The partition's id.
        id: Uuid = "Id",
    }

    /// A partition with a name.
    NamedPartitionInformation {
        /// The name.
        name: String = "Name",
        /// The partition's id.
        id: Uuid = "Id",
    }

    /// The only partition of its service.
    SingletonPartitionInformation {
        /// The partition's id.
        id: Uuid = "Id",
    }
}
