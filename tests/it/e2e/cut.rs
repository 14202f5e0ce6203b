//! The connection is cut at every byte of a request, and at every byte of an answer: what a call says stays true, and
//! nothing is done twice.

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
        a_request_cut_short_is_said_to_be_in_doubt_or_unsent,
        what_may_be_sent_twice_succeeds_in_spite_of_any_cut,
    ],
}

/// Where the first connection is cut.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// After this many bytes from the client.
    Request(usize),
    /// After this many bytes to the client.
    Answer(usize),
}

/// How much went over the first connection.
#[derive(Debug, Clone, Copy, Default)]
struct Passed {
    request: usize,
    answer: usize,
}

/// A relay to a server; what it cuts, it cuts for good.
struct Relay {
    address: SocketAddr,
    passed: Arc<Mutex<Passed>>,
}

impl Relay {
    /// Ends with the process: it waits in `accept` only.
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
    let (request, answer) = match cut {
        Some(Cut::Request(bytes)) => (bytes, usize::MAX),
        Some(Cut::Answer(bytes)) => (usize::MAX, bytes),
        None => (usize::MAX, usize::MAX),
    };
    let (from, to) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
    let counted = passed.clone();
    thread::spawn(move || copy(&from, &to, request, &mut |bytes| counted.lock().unwrap().request += bytes));
    let counted = passed.clone();
    thread::spawn(move || copy(&upstream, &client, answer, &mut |bytes| counted.lock().unwrap().answer += bytes));
}

/// Passes bytes on, up to a number; then both ends are cut. Nothing is cut before there is something to cut.
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
        // Already cut by the other direction, perhaps.
        let _ = end.shutdown(Shutdown::Both);
    }
}

fn policy() -> BackupPolicyDescription {
    let json = r#"{"Name":"P","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":0,
        "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"},
        "Storage":{"StorageKind":"FileShare","Path":"\\\\nas\\b","PrimaryUserName":"u","PrimaryPassword":"secret"}}"#;
    serde_json::from_str(json).unwrap()
}

/// A fresh cluster behind a relay; `ready` has a policy enabled already.
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

/// How many bytes a call takes each way, when nothing is cut.
fn measure<T: Transport, O: Operation>(ready: bool, call: O) -> Passed {
    let place = Place::new::<T>(ready, None);
    T::at(place.relay.endpoint()).send(call).unwrap();
    let passed = *place.relay.passed.lock().unwrap();
    assert!(passed.request > 100 && passed.answer > 50, "{passed:?}");
    passed
}

fn create() -> CreateBackupPolicy {
    CreateBackupPolicy::new(policy())
}

/// The answer is cut: the policy is there, is found by reading, and is not created again.
fn a_lost_creation_is_found<T: Transport>() {
    let whole = measure::<T, _>(false, create());
    for bytes in 0..whole.answer {
        let place = Place::new::<T>(false, Some(Cut::Answer(bytes)));
        let result = patient::<T>(place.relay.endpoint()).send(create());
        result.unwrap_or_else(|error| panic!("cut after {bytes} bytes: {error}"));
        assert_eq!(place.count(EffectKind::PolicyCreated), 1, "cut after {bytes} bytes");
    }
}

/// The request is cut, and nobody looks for what became of it: no call is taken for done, and none that was done for unsent.
fn a_request_cut_short_is_said_to_be_in_doubt_or_unsent<T: Transport>() {
    let whole = measure::<T, _>(false, create());
    for bytes in 0..=whole.request {
        let place = Place::new::<T>(false, Some(Cut::Request(bytes)));
        let result: Result<(), Error<Fault>> = T::at(place.relay.endpoint()).send(create());
        let created = place.count(EffectKind::PolicyCreated);
        assert!(created == 0 || bytes == whole.request, "cut after {bytes} bytes");
        // The last cut races with the answer.
        match result {
            Ok(()) => assert_eq!(created, 1, "cut after {bytes} bytes"),
            Err(error) => assert!(error.may_have_changed() || created == 0, "cut after {bytes} bytes: {error}"),
        }
    }
}

/// Wherever it is cut, the call is made again, and the cluster has suspended once.
fn what_may_be_sent_twice_succeeds_in_spite_of_any_cut<T: Transport>() {
    let suspend = || SuspendServiceBackup::new("CalcApp/CalcService".parse().unwrap());
    let whole = measure::<T, _>(true, suspend());
    let requests = (0..=whole.request).step_by(7).map(Cut::Request);
    let answers = (0..whole.answer).step_by(7).map(Cut::Answer);
    for cut in requests.chain(answers) {
        let place = Place::new::<T>(true, Some(cut));
        let result = patient::<T>(place.relay.endpoint()).send(suspend());
        result.unwrap_or_else(|error| panic!("{cut:?}: {error}"));
        assert_eq!(place.count(EffectKind::Suspended), 1, "{cut:?}");
    }
}
