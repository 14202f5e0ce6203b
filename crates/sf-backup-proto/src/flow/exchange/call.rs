//! The operation of a call, without its type.

use bytes::Bytes;
use http::{Request, Response};

use crate::cluster::Target;
use crate::error::Error;
use crate::operation::{Operation, OperationSpec};
use crate::wire::body::Body;

/// What an exchange needs from its operation.
#[doc(hidden)]
pub trait AnyCall: std::fmt::Debug + Send {
    fn spec(&self) -> &'static OperationSpec;

    fn entity(&self) -> Option<String>;

    fn to_request(&self, target: &Target) -> Result<Request<Body>, Error>;

    /// Parses a response, and keeps the result.
    fn accept(&mut self, response: &Response<Bytes>) -> Result<(), Error>;
}

/// An operation, and its parsed response once there is one.
#[derive(Debug)]
pub(super) struct Typed<O: Operation> {
    pub(super) operation: O,
    pub(super) response: Option<O::Response>,
}

impl<O: Operation> AnyCall for Typed<O> {
    fn spec(&self) -> &'static OperationSpec {
        O::spec()
    }

    fn entity(&self) -> Option<String> {
        self.operation.entity()
    }

    fn to_request(&self, target: &Target) -> Result<Request<Body>, Error> {
        self.operation.to_request(target)
    }

    fn accept(&mut self, response: &Response<Bytes>) -> Result<(), Error> {
        self.response = Some(self.operation.parse(response)?);
        Ok(())
    }
}
