//! Built-in topologies: the default, the sample of the command line, and one of any size.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Application, Keys, Partition, Service, Size, Topology};

const GENERATED_ID: u128 = 0x6e5c_0000_0000_4000_8000_0000_0000_0000;
const FIRST_ID: u128 = 0x6b1c_2f7e_0000_4000_8000_0000_0000_0000;

impl Topology {
    /// The topology of `sf-backup sim`: two applications, four services of which one is stateless, and ten partitions
    /// of every kind. Contains `fabric:/CalcApp/CalcService` of the default.
    pub fn sample() -> Self {
        let partition = |last: u128, keys| Partition { id: Uuid::from_u128(FIRST_ID + last), keys };
        let service = |name: &str, stateful: bool, partitions| Service {
            name: name.into(),
            stateful,
            persisted: stateful,
            partitions,
        };
        let quarter = |at: u128, low, high| partition(at, Keys::Int64Range { low, high });
        let cart = vec![
            quarter(0x21, i64::MIN, i64::MIN / 2 - 1),
            quarter(0x22, i64::MIN / 2, -1),
            quarter(0x23, 0, i64::MAX / 2),
            quarter(0x24, i64::MAX / 2 + 1, i64::MAX),
        ];
        let named = |last, name: &str| partition(last, Keys::Named(name.into()));
        let mut applications = Self::default().applications;
        if let Some(calculator) = applications.first_mut() {
            calculator.services.push(service("fabric:/CalcApp/Web", false, vec![partition(0x11, Keys::Singleton)]));
        }
        applications.push(Application {
            name: "fabric:/Shop".into(),
            services: vec![
                service("fabric:/Shop/Cart", true, cart),
                service("fabric:/Shop/Orders", true, vec![named(0x31, "eu"), named(0x32, "us"), named(0x33, "asia")]),
            ],
        });
        Self::checked(applications).unwrap_or_default()
    }

    /// Creates a topology of a given size for load tests, with names such as `fabric:/App1/Service1`.
    pub fn generate(size: Size) -> Self {
        let Size { applications, services, partitions } = size;
        let mut last = 0_u128;
        let mut partition = |at: u32| {
            last += 1;
            Partition { id: Uuid::from_u128(GENERATED_ID + last), keys: Keys::Named(format!("p{at}").into()) }
        };
        let mut service = |application: u32, at: u32| Service {
            name: format!("fabric:/App{application}/Service{at}").into(),
            stateful: true,
            persisted: true,
            partitions: (1..=partitions).map(&mut partition).collect(),
        };
        let applications = (1..=applications).map(|at| Application {
            name: format!("fabric:/App{at}").into(),
            services: (1..=services).map(|service_at| service(at, service_at)).collect(),
        });
        // Every name and id is unique.
        Self::checked(applications.collect()).unwrap_or_default()
    }
}

/// `fabric:/CalcApp` with the stateful service `fabric:/CalcApp/CalcService`, two partitions with half of the keys each.
impl Default for Topology {
    fn default() -> Self {
        let half = |last: u128, low, high| Partition {
            id: Uuid::from_u128(FIRST_ID + last),
            keys: Keys::Int64Range { low, high },
        };
        let service = Service {
            name: "fabric:/CalcApp/CalcService".into(),
            stateful: true,
            persisted: true,
            partitions: vec![half(1, i64::MIN, -1), half(2, 0, i64::MAX)],
        };
        let application = Application { name: "fabric:/CalcApp".into(), services: vec![service] };
        Self::checked(vec![application])
            .unwrap_or_else(|_| Self { applications: Vec::new(), partitions: HashMap::new() })
    }
}
