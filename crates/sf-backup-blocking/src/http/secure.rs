//! TLS on top of TCP, through a proxy where there is one. What leaves here was admitted: nothing else enters the pool.

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use native_tls::{HandshakeError, TlsStream};
use sf_backup_transport::tls::{
    ConnectError, Connector as Tls, HandshakeWatch, ProxyServer, Security, client_refusal, leaf, place,
};
use ureq::Error;
use ureq::unversioned::transport::time::{Duration, Instant};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Either, LazyBuffers, NextTimeout, Transport, TransportAdapter,
};

use super::connector::{Failed, Step, Tcp};

/// A connection that may carry requests.
pub(super) type Stream = Either<Tcp, Secured>;

/// Makes a TCP connection fit for `https`; to the proxy, if there is one. `redial` opens another one, within the time that it
/// is given.
pub(super) fn secure(
    security: &Security,
    details: &ConnectionDetails<'_>,
    tcp: Tcp,
    redial: impl Fn(&ConnectionDetails<'_>) -> Result<Option<Tcp>, Error>,
) -> Result<Stream, Error> {
    let tls = match (details.needs_tls(), security.connector()) {
        (false, _) => return Ok(Either::A(tcp)),
        // Never in the clear.
        (true, None) => {
            let why = Why::Not(ConnectError::handshake(&io::ErrorKind::Unsupported.into()));
            return Err(Broken { step: Step::Handshake, why }.into());
        }
        (true, Some(tls)) => tls,
    };
    let way = Way { details, proxy: security.proxy(details.uri) };
    match way.secured(tls, tcp) {
        Ok(stream) => {
            let config = details.config;
            let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
            Ok(Either::B(Secured { buffers, stream }))
        }
        Err(Broken { why: Why::Not(ConnectError::Refused(refused)), step }) if refused.presented().is_none() => {
            let presented = redial(&way.rest()).ok().flatten().and_then(|tcp| way.look(tcp));
            let refused = match presented {
                Some(presented) => refused.with_presented(&presented),
                None => refused,
            };
            Err(Broken { step, why: Why::Not(refused.into()) }.into())
        }
        Err(broken) => Err(broken.into()),
    }
}

/// The way to an `https` endpoint, on a TCP connection.
struct Way<'a> {
    details: &'a ConnectionDetails<'a>,
    proxy: Option<&'a ProxyServer>,
}

/// What ended the way, and where.
struct Broken {
    step: Step,
    why: Why,
}

enum Why {
    Not(ConnectError),
    /// ureq's own error, such as a timeout.
    Io(Error),
}

impl From<Broken> for Error {
    fn from(Broken { step, why }: Broken) -> Self {
        let error = match why {
            Why::Not(not) => Self::Other(Box::new(not)),
            Why::Io(error) => error,
        };
        Failed::at(step)(error)
    }
}

impl Way<'_> {
    fn secured(&self, tls: &Tls, tcp: Tcp) -> Result<TlsStream<Wire>, Broken> {
        let wire = self.open(tcp, self.time_left())?;
        self.handshake(tls, wire).map_err(|why| Broken { step: Step::Handshake, why })
    }

    /// What the server presents, which the platform does not tell when it refuses it. Nothing is sent.
    fn look(&self, tcp: Tcp) -> Option<Vec<u8>> {
        let wire = self.open(tcp, self.time_left()).ok()?;
        let (host, _) = place(self.details.uri);
        leaf(&Tls::looking().ok()?.connect(host, wire).ok()?)
    }

    /// The connection to the endpoint; through the proxy, if there is one.
    fn open(&self, tcp: Tcp, timeout: NextTimeout) -> Result<Wire, Broken> {
        let mut wire = Wire::new(tcp, self.details, timeout);
        if let Some(proxy) = self.proxy {
            let broken = |why| Broken { step: Step::Tunnel, why };
            let (host, port) = place(self.details.uri);
            proxy.open(&mut wire, host, port).map_err(|error| match (wire.cause.take(), error) {
                (Some(cause), _) => broken(Why::Io(cause)),
                (None, error) => broken(Why::Not(error)),
            })?;
        }
        Ok(wire)
    }

    fn handshake(&self, tls: &Tls, wire: Wire) -> Result<TlsStream<Wire>, Why> {
        let (cause, watch) = (wire.cause.clone(), wire.watch.clone());
        let (host, _) = place(self.details.uri);
        let shaken = tls.native().connect(host, wire);
        let stream = shaken.map_err(|error| match (cause.take(), error) {
            (Some(error), _) => Why::Io(error),
            (None, HandshakeError::Failure(error)) => Why::Not(tls.failure(&error, &watch)),
            (None, HandshakeError::WouldBlock(_)) => Why::Io(io::Error::from(io::ErrorKind::WouldBlock).into()),
        })?;
        tls.admit(&stream, SystemTime::now()).map_err(|refused| Why::Not(refused.into()))?;
        Ok(stream)
    }

    /// The same details, with what is left of the time to connect.
    fn rest(&self) -> ConnectionDetails<'_> {
        let details = self.details;
        ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: (details.current_time)(),
            timeout: self.time_left(),
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        }
    }

    /// What TCP has left of the time to connect.
    fn time_left(&self) -> NextTimeout {
        let mut timeout = self.details.timeout;
        let times = (self.details.now, (self.details.current_time)(), timeout.after);
        if let (Instant::Exact(start), Instant::Exact(now), Duration::Exact(all)) = times {
            timeout.after = Duration::Exact(all.saturating_sub(now.saturating_duration_since(start)));
        }
        timeout
    }
}

/// A connection whose server was admitted.
pub(super) struct Secured {
    buffers: LazyBuffers,
    stream: TlsStream<Wire>,
}

impl Secured {
    /// What went wrong below TLS, which TLS itself only calls an error.
    fn below<T>(&mut self, result: io::Result<T>) -> Result<T, Error> {
        match self.stream.get_mut().cause.take() {
            Some(error) => Err(error),
            None => Ok(result?),
        }
    }
}

impl Transport for Secured {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.get_mut().adapter.set_timeout(timeout);
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        let result = self.stream.write_all(output);
        // A server that refuses this client says why before it closes the connection: that waits to be read.
        if result.is_err()
            && let Err(told) = self.stream.read(&mut [0])
            && client_refusal(&told.to_string()).is_some()
        {
            self.stream.get_mut().cause.take();
            return Err(told.into());
        }
        self.below(result)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.get_mut().adapter.set_timeout(timeout);
        let result = self.stream.read(self.buffers.input_append_buf());
        let count = self.below(result)?;
        self.buffers.input_appended(count);
        Ok(count > 0)
    }

    fn is_open(&mut self) -> bool {
        // What TLS has decrypted already, the system does not tell any more.
        self.stream.buffered_read_size().is_ok_and(|left| left == 0)
            && self.stream.get_mut().adapter.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for Secured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secured").finish_non_exhaustive()
    }
}

/// The bytes below TLS. ureq's errors do not survive the way through a TLS library, so the last one is kept aside.
struct Wire {
    adapter: TransportAdapter<Tcp>,
    cause: Kept,
    watch: HandshakeWatch,
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Option<Error>>>);

impl Kept {
    fn take(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn keep<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.into());
            kind.into()
        })
    }
}

impl Wire {
    fn new(tcp: Tcp, details: &ConnectionDetails<'_>, timeout: NextTimeout) -> Self {
        let mut adapter = TransportAdapter::new(tcp, details.current_time.clone());
        adapter.set_timeout(timeout);
        Self { adapter, cause: Kept::default(), watch: HandshakeWatch::default() }
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let result = self.adapter.read(buffer);
        let count = self.cause.keep(result)?;
        self.watch.read(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.adapter.write(bytes);
        self.cause.keep(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.adapter.flush();
        self.cause.keep(result)
    }
}
