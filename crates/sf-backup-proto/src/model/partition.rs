//! Partitioning schemes: key ranges, names and singletons.

use uuid::Uuid;

use crate::model::object::model;
use crate::model::union::union;

union! {
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

model! {
    /// A partition with a range of 64-bit keys; both bounds are inclusive.
    Int64RangePartitionInformation {
        optional {
            /// The lowest key.
            low_key: i64 = "LowKey",
            /// The highest key.
            high_key: i64 = "HighKey",
            /// The partition's id.
            id: Uuid = "Id",
        }
    }
}

model! {
    /// A partition with a name.
    NamedPartitionInformation {
        optional {
            /// The name.
            name: String = "Name",
            /// The partition's id.
            id: Uuid = "Id",
        }
    }
}

model! {
    /// The only partition of its service.
    SingletonPartitionInformation {
        optional {
            /// The partition's id.
            id: Uuid = "Id",
        }
    }
}
