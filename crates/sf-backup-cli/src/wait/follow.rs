//! Starts one run, or finds it, and follows it to its end.

use std::time::Duration;

use sf_backup_hyper::{Client, Error};
use sf_backup_proto::ErrorKind;
use sf_backup_proto::flow::{Ended, Starts, Watched};

/// What is heard of a run.
#[derive(Debug)]
pub(super) enum News<P> {
    /// The cluster has taken the order, or is believed to have.
    Started,
    Reading(P),
    /// A reading failed, and is made again.
    Trouble(Error),
}

/// How following ended.
#[derive(Debug)]
pub(super) enum End<P> {
    Ended(Ended<P>),
    /// There is no run to be followed.
    Absent,
    /// Starting failed.
    NotStarted(Error),
    /// Reading failed again and again.
    Lost(Error),
}

/// So many readings may fail in a row, each with all the attempts that a call has.
const PATIENCE: u32 = 5;

/// Follows a run; `attach` if it was started before.
pub(super) async fn follow<O: Starts>(
    client: Client,
    call: O,
    attach: bool,
    tell: impl Fn(News<O::Progress>),
) -> End<O::Progress> {
    let run = if attach { Ok(client.attach(call)) } else { client.start(call).await };
    let mut run = match run {
        Ok(run) => run,
        Err(error) => return End::NotStarted(error),
    };
    tell(News::Started);
    let mut failed = 0;
    loop {
        match run.next_reading().await {
            Ok(Watched::Ended(ended)) => return End::Ended(ended),
            Ok(Watched::Reading(_, None)) if attach => return End::Absent,
            Ok(Watched::Reading(seen, reading)) => {
                failed = 0;
                if let (sf_backup_proto::flow::Seen::Run(_), Some(reading)) = (seen, reading) {
                    tell(News::Reading(reading));
                }
            }
            Err(error) => {
                failed += 1;
                if failed > PATIENCE || !may_pass(error.kind()) {
                    return End::Lost(error);
                }
                tell(News::Trouble(error));
                tokio::time::sleep(Duration::from_secs(1) * failed).await;
            }
        }
    }
}

/// Whether the next reading may fare better.
fn may_pass(kind: ErrorKind) -> bool {
    !kind.is_about_the_caller()
        && !matches!(
            kind,
            ErrorKind::InvalidRequest | ErrorKind::InvalidArgument | ErrorKind::EntityNotFound | ErrorKind::NotFound
        )
}
