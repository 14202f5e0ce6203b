use sf_backup_proto::flow::Outcome;
use sf_backup_proto::{Operation, RequestOptions};
use sf_backup_transport::{Call, Drive, Step, within_span};

use crate::Error;
use crate::http::Http;

sf_backup_transport::client! {
    /// A client of one cluster. Clones share its connections and its state of the cluster.
    ///
    /// A call blocks its thread until the response or the deadline. Any number of threads may make calls at the same time.
    Http
}

impl Client {
    /// Sends an operation. Retries only when it is safe; if the response to a change is lost, checks whether it was made.
    ///
    /// # Errors
    /// [`kind`](sf_backup_proto::Error::kind) classifies the error. If there was no response, its source is an
    /// [`HttpError`](crate::HttpError).
    pub fn send<O: Operation>(&self, operation: O) -> Result<O::Response, Error> {
        self.send_with(operation, RequestOptions::new())
    }

    /// Sends an operation with options for this call. Options that are not set are those of the client.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_with<O: Operation>(&self, operation: O, options: RequestOptions) -> Result<O::Response, Error> {
        let (call, http) = self.0.call(operation, options)?;
        run(call, http)
    }
}

/// Makes a call.
pub(crate) fn run<O: Operation>(mut call: Call<'_, O>, http: &Http) -> Result<O::Response, Error> {
    drive(call.drive(), http)?;
    call.into_response()
}

/// Not generic, so that it is compiled once for all operations.
fn drive(mut call: Drive<'_>, http: &Http) -> Result<(), Error> {
    within_span(call.spec(), || {
        loop {
            match call.step() {
                Step::Send { request, deadline, fresh_connection } => {
                    let outcome = http.exchange(request, deadline, fresh_connection);
                    call.sent(outcome.map_or_else(Outcome::from, Outcome::Response));
                }
                Step::Sleep(pause) => std::thread::sleep(pause),
                Step::Token(request) => call.token(request.run()),
                Step::Done(result) => return result,
            }
        }
    })
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_settings_and_no_token() {
        let builder = Client::builder("http://127.0.0.1:1".parse().unwrap());
        let builder = builder.bearer("hunter2".into()).deadline(std::time::Duration::from_secs(7)).observer(|_| {});
        for shown in [format!("{builder:?}"), format!("{:?}", builder.clone().build())] {
            assert!(shown.contains("http://127.0.0.1:1") && shown.contains("7s"), "{shown}");
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
