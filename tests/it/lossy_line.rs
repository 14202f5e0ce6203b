//! A connection to a simulated cluster on which requests and responses get lost.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use sf_backup_proto::error::TransportErrorKind;
use sf_backup_proto::flow::{self, Exchange, Moment, Outcome, SendOrder, Step};
use sf_backup_proto::{Endpoints, Error, Operation, RequestOptions};
use sf_backup_sim::Cluster;

/// What happens to one request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fate {
    Delivered,
    NeverSent,
    /// The connection breaks before the request arrives.
    Swallowed,
    /// The request is carried out, and the connection breaks before its response arrives.
    ResponseLost,
    /// The client gives up, and the gateway delivers the request this many seconds later.
    DeliveredLater(u64),
    /// The request is carried out after the gateway has given up.
    GatewayTimeout,
    /// The service is moving.
    Unavailable,
}

/// A connection and its cluster, with a common clock.
pub(crate) struct LossyLine {
    pub(crate) cluster: Cluster,
    pub(crate) now: Duration,
    /// The fates of the next requests; later ones are delivered.
    fates: std::vec::IntoIter<Fate>,
    late: Vec<(Duration, Request<Bytes>)>,
}

impl LossyLine {
    pub(crate) fn new(cluster: Cluster, fates: Vec<Fate>) -> Self {
        Self { cluster, now: Duration::ZERO, fates: fates.into_iter(), late: Vec::new() }
    }

    /// Delivers every request from now on.
    pub(crate) fn stop_losing(&mut self) {
        self.fates = Vec::new().into_iter();
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        self.late.sort_by_key(|(due, _)| *due);
        while let Some((due, request)) = self.late.first().cloned().filter(|(due, _)| *due <= end) {
            self.late.remove(0);
            self.cluster.advance(due.saturating_sub(self.now));
            self.now = self.now.max(due);
            self.cluster.respond(request);
        }
        self.cluster.advance(end.saturating_sub(self.now));
        self.now = end;
    }

    pub(crate) fn deliver_later(&mut self, request: Request<Bytes>, seconds: u64) {
        self.late.push((self.now + Duration::from_secs(seconds), request));
    }

    fn carry(&mut self, request: Request<Bytes>) -> Outcome<&'static str> {
        let cut = |fault| Outcome::Failed { fault, source: "cut" };
        let empty = |status| Outcome::Response(Response::builder().status(status).body(Bytes::new()).unwrap());
        match self.fates.next().unwrap_or(Fate::Delivered) {
            Fate::Delivered => Outcome::Response(self.cluster.respond(request)),
            Fate::NeverSent => cut(TransportErrorKind::Unreachable),
            Fate::Swallowed => cut(TransportErrorKind::Lost),
            Fate::ResponseLost => {
                self.cluster.respond(request);
                cut(TransportErrorKind::Lost)
            }
            Fate::DeliveredLater(seconds) => {
                self.deliver_later(request, seconds);
                cut(TransportErrorKind::TimedOut)
            }
            Fate::GatewayTimeout => {
                self.cluster.respond(request);
                empty(504)
            }
            Fate::Unavailable => empty(503),
        }
    }

    /// Makes a call over the connection, with two endpoints.
    pub(crate) fn send<O: Operation>(&mut self, call: O) -> Result<O::Response, Error<&'static str>> {
        let state = flow::Cluster::new("http://a,http://b".parse::<Endpoints>().unwrap(), 1);
        let mut exchange = Exchange::new(&state, call, RequestOptions::new());
        loop {
            match exchange.step(Moment::after(self.now)) {
                Step::Send(SendOrder { request, .. }) => {
                    let outcome = self.carry(request.map(Bytes::from));
                    self.pass(Duration::from_millis(10));
                    exchange.report(outcome, Moment::after(self.now));
                }
                Step::Wait(pause) => self.pass(pause.duration),
                Step::Token(_) | Step::Pending => panic!("there is no token, and everything is reported"),
                Step::Done(result) => return result,
            }
        }
    }
}
