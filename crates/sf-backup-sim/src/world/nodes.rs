//! The nodes of the cluster, and the replicas on them.

use uuid::Uuid;

use crate::world::state::State;

/// The number of nodes: one for each replica of a system service.
pub(crate) const NODES: usize = 5;

/// A node, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node(pub(crate) usize);

impl Node {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..NODES).map(Self)
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::all().find(|node| node.name() == name)
    }

    pub(crate) fn name(self) -> String {
        format!("_Node_{}", self.0)
    }

    /// A number of the length of real ids, the same in every run.
    pub(crate) fn id(self) -> Uuid {
        Uuid::from_u128(0x2f4e_6d8c_a0b1_c2d3_e4f5_0617_2839_4a5b_u128.wrapping_add(self.0 as u128))
    }
}

/// The role of a replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReplicaRole {
    Primary,
    ActiveSecondary,
    /// An instance of a stateless service.
    None,
}

/// A replica of a stateful partition, or an instance of a stateless one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replica {
    pub(crate) id: u64,
    pub(crate) node: Node,
    pub(crate) role: ReplicaRole,
    pub(crate) is_up: bool,
}

/// The smallest id of a replica: real ones are of this size.
const FIRST_REPLICA: u64 = 131_992_384_400_000_000;

impl State {
    /// The replicas of a partition: `number` of them, on different nodes. A fail-over moves the primary to the next one, and a
    /// quorum loss leaves one up.
    pub(crate) fn replicas(&self, partition: Uuid, stateful: bool, number: usize) -> Vec<Replica> {
        let (high, low) = partition.as_u64_pair();
        let hash = high ^ low.rotate_left(32);
        let offset = usize::try_from(hash % NODES as u64).unwrap_or(0);
        let agent = self.agents.get(&partition);
        let without_quorum = agent.is_some_and(|agent| agent.quorum_loss.is_some());
        let without_primary = agent.is_some_and(|agent| agent.is_down());
        let primary = usize::try_from(self.fail_overs(partition)).unwrap_or(0) % number.max(1);
        let replica = |place: usize| {
            let role = match place {
                _ if !stateful => ReplicaRole::None,
                place if place == primary && !without_primary => ReplicaRole::Primary,
                _ => ReplicaRole::ActiveSecondary,
            };
            Replica {
                id: FIRST_REPLICA + hash % 1_000_000_000 + place as u64,
                node: Node((offset + place) % NODES),
                role,
                is_up: !without_quorum || place == 0,
            }
        };
        (0..number).map(replica).collect()
    }
}
