//! The connection is cut at every byte of a request and of a response. The result of every call must be true, and no
//! change may be applied twice.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{CreateBackupPolicy, EnableServiceBackup, Endpoint, Error, Operation, SuspendServiceBackup};
use sf_backup_sim::{Cluster, EffectKind};

use super::scenarios;
use super::transport::{Fault, Transport, patient};

scenarios! {
    everywhere: [],
    clients: [
        a_lost_creation_is_found,
        a_truncated_request_is_reported_as_possibly_sent_or_unsent,
        idempotent_calls_succeed_despite_any_cut,
    ],
}

/// The position at which the first connection is cut.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// After this many bytes from the client.
    Request(usize),
    /// After this many bytes to the client.
    Response(usize),
}

/// The number of bytes on the first connection.
#[derive(Debug, Clone, Copy, Default)]
struct Passed {
    request: usize,
    response: usize,
}

/// A relay to a server that cuts a connection in both directions.
struct Relay {
    address: SocketAddr,
    passed: Arc<Mutex<Passed>>,
}

impl Relay {
    /// The thread ends with the process, because it only waits in `accept`.
    fn new(server: SocketAddr, cut: Option<Cut>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let passed = Arc::new(Mutex::new(Passed::default()));
        let counted = passed.clone();
        thread::spawn(move || {
            let mut cut = cut;
            while let Ok((client, _)) = listener.accept() {
                relay(client, server, cut.take(), &counted);
            }
        });
        Self { address, passed }
    }

    fn endpoint(&self) -> Endpoint {
        format!("http://{}", self.address).parse().unwrap()
    }
}

fn relay(client: TcpStream, server: SocketAddr, cut: Option<Cut>, passed: &Arc<Mutex<Passed>>) {
    let upstream = TcpStream::connect(server).unwrap();
    let (request, response) = match cut {
        Some(Cut::Request(bytes)) => (bytes, usize::MAX),
        Some(Cut::Response(bytes)) => (usize::MAX, bytes),
        None => (usize::MAX, usize::MAX),
    };
    let (from, to) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
    let counted = passed.clone();
    thread::spawn(move || copy(&from, &to, request, &mut |bytes| counted.lock().unwrap().request += bytes));
    let counted = passed.clone();
    thread::spawn(move || copy(&upstream, &client, response, &mut |bytes| counted.lock().unwrap().response += bytes));
}

/// Copies bytes up to a number, then cuts both ends. Cuts only after a byte is available.
fn copy(mut from: &TcpStream, mut to: &TcpStream, most: usize, count: &mut dyn FnMut(usize)) {
    let mut left = most;
    let mut some = [0; 512];
    while let Ok(read @ 1..) = from.read(&mut some) {
        let passed = read.min(left);
        left -= passed;
        count(passed);
        if to.write_all(&some[..passed]).is_err() || passed < read || left == 0 {
            break;
        }
    }
    for end in [from, to] {
        // The other direction may already have cut it.
        let _ = end.shutdown(Shutdown::Both);
    }
}

fn policy() -> BackupPolicyDescription {
    let json = r#"{"Name":"P","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":0,
        "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"},
        "Storage":{"StorageKind":"FileShare","Path":"\\\\nas\\b","PrimaryUserName":"u","PrimaryPassword":"secret"}}"#;
    serde_json::from_str(json).unwrap()
}

/// A new cluster behind a relay. With `ready`, a policy is already enabled.
struct Place {
    cluster: Cluster,
    _listening: sf_backup_sim::Listening,
    relay: Relay,
}

impl Place {
    fn new<T: Transport>(ready: bool, cut: Option<Cut>) -> Self {
        let cluster = Cluster::builder().build();
        let listening = cluster.listen().unwrap();
        if ready {
            let client = T::at(listening.endpoint());
            client.send(CreateBackupPolicy::new(policy())).unwrap();
            let service = "CalcApp/CalcService".parse().unwrap();
            client.send(EnableServiceBackup::new(service, "P".parse().unwrap())).unwrap();
        }
        let relay = Relay::new(listening.address(), cut);
        Self { cluster, _listening: listening, relay }
    }

    fn count(&self, kind: EffectKind) -> usize {
        self.cluster.effects().iter().filter(|effect| effect.kind == kind).count()
    }
}

/// The number of bytes of a call in each direction, without a cut.
fn measure<T: Transport, O: Operation>(ready: bool, call: O) -> Passed {
    let place = Place::new::<T>(ready, None);
    T::at(place.relay.endpoint()).send(call).unwrap();
    let passed = *place.relay.passed.lock().unwrap();
    assert!(passed.request > 100 && passed.response > 50, "{passed:?}");
    passed
}

fn create() -> CreateBackupPolicy {
    CreateBackupPolicy::new(policy())
}

/// If the response is cut, the client finds the policy by reading and does not create it again.
fn a_lost_creation_is_found<T: Transport>() {
    let whole = measure::<T, _>(false, create());
    for bytes in 0..whole.response {
        let place = Place::new::<T>(false, Some(Cut::Response(bytes)));
        let result = patient::<T>(place.relay.endpoint()).send(create());
        result.unwrap_or_else(|error| panic!("cut after {bytes} bytes: {error}"));
        assert_eq!(place.count(EffectKind::PolicyCreated), 1, "cut after {bytes} bytes");
    }
}

/// If the request is cut and the client does not verify, no unsent call is reported as done, and no done call as
/// unsent.
fn a_truncated_request_is_reported_as_possibly_sent_or_unsent<T: Transport>() {
    let whole = measure::<T, _>(false, create());
    for bytes in 0..=whole.request {
        let place = Place::new::<T>(false, Some(Cut::Request(bytes)));
        let result: Result<(), Error<Fault>> = T::at(place.relay.endpoint()).send(create());
        let created = place.count(EffectKind::PolicyCreated);
        assert!(created == 0 || bytes == whole.request, "cut after {bytes} bytes");
        // The last cut races with the response.
        match result {
            Ok(()) => assert_eq!(created, 1, "cut after {bytes} bytes"),
            Err(error) => assert!(error.may_have_changed() || created == 0, "cut after {bytes} bytes: {error}"),
        }
    }
}

/// For a cut at any byte, the request is retried and the cluster suspends once.
fn idempotent_calls_succeed_despite_any_cut<T: Transport>() {
    let suspend = || SuspendServiceBackup::new("CalcApp/CalcService".parse().unwrap());
    let whole = measure::<T, _>(true, suspend());
    let requests = (0..=whole.request).step_by(7).map(Cut::Request);
    let responses = (0..whole.response).step_by(7).map(Cut::Response);
    for cut in requests.chain(responses) {
        let place = Place::new::<T>(true, Some(cut));
        let result = patient::<T>(place.relay.endpoint()).send(suspend());
        result.unwrap_or_else(|error| panic!("{cut:?}: {error}"));
        assert_eq!(place.count(EffectKind::Suspended), 1, "{cut:?}");
    }
}
