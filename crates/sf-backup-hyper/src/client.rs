use sf_backup_proto::flow::Outcome;
use sf_backup_proto::{Operation, RequestOptions};
use sf_backup_transport::{Call, Drive, HttpError, Step, in_span};

use crate::Error;
use crate::http::{Deadline, Http};

sf_backup_transport::client! {
    /// A client of one cluster. Clones share its connections and its state of the cluster.
    ///
    /// Calls require a tokio runtime with IO and time enabled. Dropping the future of a call closes its connection; the
    /// server may complete the request nevertheless.
    Http
}

impl Client {
    /// Sends an operation. Retries only when it is safe; if the response to a change is lost, checks whether it was made.
    ///
    /// # Errors
    /// [`kind`](sf_backup_proto::Error::kind) classifies the error. If there was no response, its source is an [`HttpError`].
    pub async fn send<O: Operation>(&self, operation: O) -> Result<O::Response, Error> {
        self.send_with(operation, RequestOptions::new()).await
    }

    /// Sends an operation with options for this call. Options that are not set are those of the client.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_with<O: Operation>(&self, operation: O, options: RequestOptions) -> Result<O::Response, Error> {
        let (call, http) = self.0.call(operation, options)?;
        run(call, http).await
    }
}

/// Makes a call.
pub(crate) async fn run<O: Operation>(mut call: Call<'_, O>, http: &Http) -> Result<O::Response, Error> {
    drive(call.drive(), http).await?;
    call.into_response()
}

/// Not generic, so that it is compiled once for all operations.
async fn drive(mut call: Drive<'_>, http: &Http) -> Result<(), Error> {
    in_span(call.spec(), async {
        loop {
            match call.step() {
                Step::Send { request, deadline, fresh_connection } => {
                    let deadline = Deadline::after(deadline);
                    let mut result = http.exchange(request, deadline, fresh_connection).await;
                    if result.as_ref().is_err_and(|error| error.is_stale)
                        && let Some(request) = call.same_request()
                    {
                        result = Box::pin(http.exchange(request, deadline, true)).await;
                    }
                    call.sent(result.map_or_else(|error| error.failure.into(), Outcome::Response));
                }
                Step::Sleep(pause) => tokio::time::sleep(pause).await,
                Step::Token(request) => call.token(match tokio::task::spawn_blocking(|| request.run()).await {
                    Ok(token) => token,
                    Err(error) => Err(HttpError::Token { source: Box::new(error) }),
                }),
                Step::Done(result) => return result,
            }
        }
    })
    .await
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
