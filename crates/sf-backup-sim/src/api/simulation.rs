//! One simulated cluster: the gateway, the world behind it, and the orders that change them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use sf_backup_proto::{PartitionId, Timestamp};

use crate::api::journal::Journal;
use crate::api::order::{
    FailOver, HealthOrder, Order, PolicyUnreadable, QuorumLoss, RequestOrder, SizeOrder, StorageOrder,
};
use crate::api::saver::{Changes, Snapshot};
use crate::http::gateway::Gateway;
use crate::http::in_flight::InFlightRequest;
use crate::world::clock::Pause;
use crate::world::runtime::Runtime;

/// A simulated cluster.
#[derive(Debug)]
pub(crate) struct Simulation {
    pub(crate) gateway: Gateway,
    /// Whether requests below `/$sim/` are accepted.
    pub(crate) control: bool,
    /// The orders for later, by the number of their event.
    orders: BTreeMap<u64, Order>,
    /// The journal, if it is kept.
    pub(crate) journal: Option<Journal>,
    /// The folder with Service Fabric Explorer.
    pub(crate) explorer: Option<PathBuf>,
    /// Asks for a write of the journal to its file.
    pub(crate) changes: Option<Changes>,
    /// Number of imported states so far.
    pub(crate) generation: u64,
}

impl Simulation {
    pub(crate) fn new(gateway: Gateway, control: bool) -> Self {
        Self { gateway, control, orders: BTreeMap::new(), journal: None, explorer: None, changes: None, generation: 0 }
    }

    /// Sends a POST without faults.
    fn send(&mut self, order: &RequestOrder) -> Result<(), String> {
        let RequestOrder { path, body } = order;
        let version = if self.gateway.world.runtime == Runtime::V6_2 { "6.2-preview" } else { "6.4" };
        let and = if path.contains('?') { '&' } else { '?' };
        let request =
            Request::post(format!("{path}{and}api-version={version}")).header(CONTENT_TYPE, "application/json");
        let request = request.body(Bytes::from(body.clone())).map_err(|error| format!("{path}: {error}"))?;
        match InFlightRequest::new(request).respond_at_once(&mut self.gateway) {
            Some(response) if response.status().is_success() => Ok(()),
            Some(response) => Err(format!("{path}: {}", String::from_utf8_lossy(response.body()))),
            None => Err(format!("{path}: the backup service is not available")),
        }
    }

    /// Plans an order.
    pub(crate) fn plan(&mut self, delay: Duration, order: Order) {
        let number = self.orders.last_key_value().map_or(0, |(last, _)| last + 1);
        self.orders.insert(number, order);
        self.gateway.world.plan_order(delay, number);
    }

    /// Lets time pass, and handles everything that is due on the way.
    pub(crate) fn advance(&mut self, time: Duration) {
        let until = self.gateway.world.clock.later(time);
        while let Some(number) = self.gateway.world.advance_until(until) {
            if let Some(order) = self.orders.remove(&number) {
                // An order for a partition that does not exist has no effect.
                let _ = self.carry_out(order);
            }
        }
    }

    /// Lets the time pass that a request waits for.
    pub(crate) fn pass(&mut self, pause: Pause) {
        self.advance(match pause {
            Pause::Latency(latency) => latency,
            Pause::Until(there) => there.since(self.gateway.world.clock.now()),
        });
    }

    /// Carries out an order.
    ///
    /// # Errors
    /// If the partition, service or policy of the order does not exist.
    pub(crate) fn carry_out(&mut self, order: Order) -> Result<(), String> {
        let partition =
            |found: bool, id: PartitionId| if found { Ok(()) } else { Err(format!("there is no partition {id}")) };
        let world = &mut self.gateway.world;
        match order {
            Order::Fault(fault) => self.gateway.faults.add(fault),
            Order::ClearFaults => self.gateway.faults.clear(),
            Order::Role(role) => self.gateway.role = role,
            Order::DateHeader(header) => self.gateway.date_header = header,
            Order::QuorumLoss(QuorumLoss { partition_id: id, ends: true, .. }) => {
                return partition(world.regain_quorum(id.uuid()), id);
            }
            Order::QuorumLoss(QuorumLoss { partition_id: id, takes, ends: false }) => {
                if !world.lose_quorum(id.uuid(), takes) {
                    return Err(format!("there is no partition {id} of a stateful service"));
                }
            }
            Order::Size(SizeOrder { partition_id, megabytes }) => {
                if !world.set_size(partition_id.map(PartitionId::uuid), megabytes) {
                    return Err("there is no such partition".into());
                }
            }
            Order::Health(HealthOrder { service_name: name, health_state }) => {
                if !world.report_health(&name, health_state) {
                    return Err(format!("there is no service {name:?}; a full name is fabric:/App/Service"));
                }
            }
            Order::DataLoss(id) => return partition(world.lose_data(id.uuid()), id),
            Order::Storage(StorageOrder { storage, failure }) => {
                world.break_storage(&storage, failure.as_ref().map(|failure| (failure.code, &*failure.message)));
            }
            Order::FailOver(FailOver { partition_id: Some(id), takes }) => {
                return partition(world.fail_over_partition(id.uuid(), takes), id);
            }
            Order::FailOver(FailOver { partition_id: None, takes }) => world.fail_over_service(takes),
            Order::Request(order) => return self.send(&order),
            Order::PolicyUnreadable(PolicyUnreadable { policy_name: name }) => {
                if !world.make_unreadable(&name) {
                    return Err(format!("there is no policy {name:?}"));
                }
            }
        }
        Ok(())
    }
}

impl Snapshot for Mutex<Simulation> {
    fn snapshot(&self) -> ((u64, Timestamp), Vec<u8>) {
        let simulation = self.lock().unwrap_or_else(PoisonError::into_inner);
        let now = simulation.gateway.world.clock.now();
        let journal = simulation.journal.as_ref();
        let lines = journal.map(|journal| journal.lines(now)).unwrap_or_default();
        ((journal.map_or(0, Journal::entries), now), lines)
    }
}
