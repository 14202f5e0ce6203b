//! The calls of `calls.py` as values of our operations, in the same order.

mod backups;
mod deliberate;
mod entities;
mod policies;

use bytes::Bytes;
use http::Request;
use sf_backup_proto::model::storage::{
    AzureBlobBackupStorageDescription, BackupStorageDescription, FileShareBackupStorageDescription,
};
use sf_backup_proto::{
    ApplicationId, ContinuationToken, IdDelimiter, Operation, OperationSpec, PartitionId, PolicyName, ServiceId,
    Target, Timeout, Timestamp,
};

use deliberate::Deliberate;

type Build = Box<dyn Fn(&Target) -> Request<Bytes>>;
type Read = Box<dyn Fn(&Request<Bytes>) -> Result<(), String>>;

/// A call for both clients.
pub(super) struct Intent {
    /// The name in `calls.py`.
    pub(super) name: &'static str,
    pub(super) operation: &'static OperationSpec,
    pub(super) differences: Vec<Deliberate>,
    target: Target,
    ours: Build,
    theirs: Build,
    read: Read,
}

impl Intent {
    /// An intent whose foreign request we parse as our value.
    fn new<O: Operation>(name: &'static str, ours: O) -> Self {
        Self::read_as(name, ours.clone(), ours)
    }

    /// An intent whose foreign request contains more than ours; we parse it as `theirs`.
    fn read_as<O: Operation>(name: &'static str, ours: O, theirs: O) -> Self {
        Self {
            name,
            operation: O::spec(),
            differences: Vec::new(),
            target: target(),
            ours: Box::new(move |target| ours.to_request(target).unwrap().map(Bytes::from)),
            theirs: {
                let theirs = theirs.clone();
                Box::new(move |target| theirs.to_request(target).unwrap().map(Bytes::from))
            },
            read: Box::new(move |request| match O::from_request(request) {
                Ok(read) if read == theirs => Ok(()),
                Ok(read) => Err(format!("is read as {read:#?},\ninstead of {theirs:#?}")),
                Err(error) => Err(format!("cannot be read: {error}")),
            }),
        }
    }

    fn differs(mut self, differences: &[Deliberate]) -> Self {
        self.differences = differences.to_vec();
        self
    }

    /// With a server timeout of 30 s.
    fn in_time(mut self) -> Self {
        self.target = self.target.timeout(Timeout::try_from(30).unwrap());
        self
    }

    fn by_tildes(mut self) -> Self {
        self.target = self.target.id_delimiter(IdDelimiter::Tilde);
        self
    }

    /// Our request.
    pub(super) fn request(&self) -> Request<Bytes> {
        (self.ours)(&self.target)
    }

    /// Our request for the value that the foreign request is parsed as.
    pub(super) fn request_as_read(&self) -> Request<Bytes> {
        (self.theirs)(&self.target)
    }

    /// Parses the foreign request.
    pub(super) fn read(&self, request: &Request<Bytes>) -> Result<(), String> {
        (self.read)(request)
    }
}

/// All of them, in the order of `calls.py`.
pub(super) fn all() -> Vec<Intent> {
    let mut all = policies::intents();
    all.extend(entities::applications());
    all.extend(entities::services());
    all.extend(entities::partitions());
    all.extend(backups::intents());
    all
}

fn target() -> Target {
    Target::new("http://127.0.0.1:19080".parse().unwrap())
}

fn application() -> ApplicationId {
    "fabric:/CalcApp".parse().unwrap()
}

fn service() -> ServiceId {
    "fabric:/CalcApp/CalcService".parse().unwrap()
}

fn partition() -> PartitionId {
    "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap()
}

fn policy() -> PolicyName {
    "DailyAzureBackupPolicy".parse().unwrap()
}

fn token(text: &str) -> ContinuationToken {
    ContinuationToken::new(text).unwrap()
}

fn march() -> Timestamp {
    "2024-03-01T00:00:00Z".parse().unwrap()
}

fn april() -> Timestamp {
    "2024-04-01T12:30:15Z".parse().unwrap()
}

fn share() -> BackupStorageDescription {
    FileShareBackupStorageDescription::new(r"\\nas\backup").into()
}

fn blob() -> BackupStorageDescription {
    let connection = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=b==";
    AzureBlobBackupStorageDescription::new(connection, "backups").friendly_name("blob").into()
}
