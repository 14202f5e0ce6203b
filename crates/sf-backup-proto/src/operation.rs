//! Operations: values that build requests and parse responses; on the server's side, the reverse.

pub(crate) mod call;
#[macro_use]
pub(crate) mod table;

pub use crate::response::ResponseValue;
pub use crate::spec::{BodyRule, OperationSpec, Release};
pub use crate::wire::Style;

use http::{Response, StatusCode};

use crate::cluster::Target;
use crate::error::{Cause, Error, FabricError, NotAttempted, TransportErrorKind};
pub use crate::expected::ExpectedState;
use crate::model::page::Page;
use crate::name::ContinuationToken;
use crate::response::sealed;
use crate::wire::ReadError;
use crate::wire::body::Body;

use call::{CallReader, CallWriter};

/// One operation of the API. Only the table in [`crate::operations`] implements it.
pub trait Operation: sealed::Sealed + Clone + std::fmt::Debug + PartialEq + Send + Sync + 'static {
    /// The row of the table: name, method, path, version, success status, parameters.
    const SPEC: OperationSpec;

    /// The content of a successful response.
    type Response: ResponseValue;

    /// The row, by reference.
    fn spec() -> &'static OperationSpec {
        const { &Self::SPEC }
    }

    /// The entity of the call, for messages: `fabric:/App/Svc`, a partition id, `policy Daily`.
    fn entity(&self) -> Option<String>;

    /// The state after a call that must not be repeated. It is verified if the response is lost.
    #[doc(hidden)]
    fn expected_state(&self) -> Option<ExpectedState> {
        None
    }

    #[doc(hidden)]
    fn write(&self, call: &mut CallWriter<'_>);

    #[doc(hidden)]
    fn read(call: &CallReader<'_>) -> Result<Self, ReadError>;

    /// Builds the request: absolute URI, all headers, and the body.
    ///
    /// # Errors
    /// If the server would reject or silently change a value, if the api-version lacks something that is set, or if a secret
    /// is the server's placeholder.
    fn to_request(&self, target: &Target) -> Result<http::Request<Body>, Error> {
        let mut call = CallWriter::new(Self::spec(), target);
        self.write(&mut call);
        call.finish().map_err(|error| Error::new(Self::spec(), self.entity(), Cause::Build(error)))
    }

    /// Parses a request as [`Self::to_request`] or any other client builds it, for test doubles of a cluster. Applies
    /// none of the server's rules.
    ///
    /// # Errors
    /// If it is a request of another operation, or a value is missing or invalid.
    fn from_request(request: &http::Request<impl AsRef<[u8]>>) -> Result<Self, ReadError> {
        Self::read(&CallReader::new(Self::spec(), request)?)
    }

    /// Parses the response.
    ///
    /// # Errors
    /// [`Cause::Fabric`] for every status other than the operation's success; [`Cause::Response`] if a successful response
    /// cannot be read.
    fn parse(&self, response: &Response<impl AsRef<[u8]>>) -> Result<Self::Response, Error> {
        let status = response.status();
        let body = response.body().as_ref();
        let cause = if status == Self::SPEC.success() {
            match Self::Response::read(status, body) {
                Ok(response) => return Ok(response),
                Err(error) => Cause::Response(error),
            }
        } else if status == StatusCode::NO_CONTENT
            && let Some(absent) = Self::Response::absent()
        {
            return Ok(absent);
        } else {
            Cause::Fabric(FabricError::read(status, response.headers(), body))
        };
        Err(Error::new(Self::spec(), self.entity(), cause))
    }
}

/// An operation that returns a list in pages.
pub trait Paged: Operation<Response = Page<<Self as Paged>::Item>> {
    /// The items of the list.
    type Item: std::fmt::Debug + PartialEq + Send + 'static;

    /// Sets the token of the page to return.
    fn set_continuation_token(&mut self, token: Option<ContinuationToken>);

    /// The token of the page that this call returns.
    fn continuation_token(&self) -> Option<&ContinuationToken>;
}

/// Visits the operations by type, in the order of the table: see [`crate::operations::visit`].
pub trait Visitor {
    /// Called once for each operation.
    fn operation<O: Operation>(&mut self);
}

impl<T> Error<T> {
    /// Creates the error of a call that a transport did not begin, for this reason: nothing was sent.
    pub fn unsent<O: Operation>(operation: &O, reason: NotAttempted, source: T) -> Self {
        Self::new(
            O::spec(),
            operation.entity(),
            Cause::Transport { fault: TransportErrorKind::NotAttempted(reason), source },
        )
    }
}
