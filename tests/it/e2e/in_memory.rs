//! Clients whose responses come from a function, as programs use them in their own tests.

use std::io::ErrorKind as Io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use sf_backup_proto::flow::RetryPolicy;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
use sf_backup_proto::model::storage::FileShareBackupStorageDescription;
use sf_backup_proto::{CreateBackupPolicy, Endpoint, Error, ErrorKind, IsoDuration};
use sf_backup_sim::{Cluster, EffectKind};
use sf_backup_transport::HttpError;

type Reply = Result<Response<Bytes>, HttpError>;
type Create = Box<dyn Fn() -> Result<(), Error<HttpError>>>;

fn create() -> CreateBackupPolicy {
    let hourly = FrequencyBasedBackupScheduleDescription::new(IsoDuration::hours(1));
    let share = FileShareBackupStorageDescription::new(r"\\nas\backups");
    CreateBackupPolicy::new(BackupPolicyDescription::new("Hourly", false, 3_u8, hourly, share))
}

/// Creates a policy with each client, with responses from `respond`, and requests observed by `observed`.
fn clients(
    respond: impl Fn(Request<Bytes>) -> Reply + Clone + Send + Sync + 'static,
    observed: &Arc<AtomicUsize>,
) -> [Create; 2] {
    // Nothing is sent to this address.
    let endpoint: Endpoint = "http://127.0.0.1:1".parse().unwrap();
    let count = || {
        let observed = Arc::clone(observed);
        move |_: &sf_backup_transport::RequestRecord| {
            observed.fetch_add(1, Ordering::Relaxed);
        }
    };
    let hyper = sf_backup_hyper::Client::builder(endpoint.clone()).retry(RetryPolicy::never()).observer(count());
    let blocking = sf_backup_blocking::Client::builder(endpoint).retry(RetryPolicy::never()).observer(count());
    let (hyper, blocking) = (hyper.respond_with(respond.clone()).build(), blocking.respond_with(respond).build());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    [Box::new(move || runtime.block_on(hyper.send(create()))), Box::new(move || blocking.send(create()))]
}

#[test]
fn a_simulated_cluster_responds_without_sockets() {
    let cluster = Cluster::builder().build();
    let respond = {
        let cluster = cluster.clone();
        move |request| Ok(cluster.respond(request))
    };
    let observed = Arc::default();
    let [first, second] = clients(respond, &observed);
    first().unwrap();
    // The other client uses the same cluster.
    assert_eq!(second().unwrap_err().kind(), ErrorKind::PolicyExists);
    assert_eq!(cluster.effects().iter().filter(|effect| effect.kind == EffectKind::PolicyCreated).count(), 1);
    assert_eq!(observed.load(Ordering::Relaxed), 2);
}

#[test]
fn a_missing_response_counts_by_its_reason() {
    let unsent =
        |_| Err(HttpError::Connect { address: "127.0.0.1:1".to_owned(), source: Io::ConnectionRefused.into() });
    let lost = |_| Err(HttpError::Closed { source: Io::ConnectionReset.into() });
    for create in clients(unsent, &Arc::default()) {
        let error = create().unwrap_err();
        assert_eq!((error.kind(), error.may_have_changed()), (ErrorKind::Unreachable, false));
    }
    for create in clients(lost, &Arc::default()) {
        assert!(create().unwrap_err().may_have_changed());
    }
}
