//! TLS on top of TCP, through a proxy if there is one.

use std::fmt;
use std::io::{Read, Write};

use sf_backup_transport::tls::native::TlsStream;
use sf_backup_transport::tls::{ConnectError, Watched, client_refusal};
use sf_backup_transport::{ConnectStep, ConnectionPolicy, host_and_port};
use ureq::Error;
use ureq::unversioned::transport::time::{Duration, Instant};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, TcpConnector, Transport, TransportAdapter,
};

use super::failure::Failed;

type Tcp = <TcpConnector as Connector>::Out;

/// TCP, or TLS to a verified server.
pub(super) type Stream = Either<Tcp, TlsTransport>;

/// Connects to the endpoint in `details`; `tcp` opens a TCP connection within the time of its details.
pub(super) fn secure(
    policy: &ConnectionPolicy,
    details: &ConnectionDetails<'_>,
    tcp: impl Fn(&ConnectionDetails<'_>) -> Result<Option<Tcp>, Error>,
) -> Result<Option<Stream>, Error> {
    let Some(tls) = policy.connector(details.uri).map_err(Failed::from)? else {
        return Ok(tcp(details)?.map(Either::A));
    };
    let (host, port) = host_and_port(details.uri);
    let open = || {
        let Some(tcp) = tcp(&with_time_left(details))? else { return Err(Error::ConnectionFailed.into()) };
        let mut stream = TransportAdapter::new(tcp, details.current_time.clone());
        stream.set_timeout(time_left(details));
        if let Some(proxy) = policy.proxy(details.uri) {
            proxy.open(&mut stream, host, port)?;
        }
        Ok(stream)
    };
    let stream = tls.establish(host, open).map_err(|failed: Failed| match (time_left(details).after, failed) {
        // TLS libraries replace ureq's own error for this.
        (Duration::Exact(left), Failed { step, error: Error::Other(_) }) if left.is_zero() => {
            Failed { step, error: Error::Timeout(details.timeout.reason) }
        }
        (_, failed) => failed,
    })?;
    let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
    Ok(Some(Either::B(TlsTransport { buffers, stream })))
}

impl From<ConnectError> for Failed {
    fn from(error: ConnectError) -> Self {
        let tunnel = matches!(error, ConnectError::Tunnel { .. });
        let step = if tunnel { ConnectStep::Tunnel } else { ConnectStep::Handshake };
        Self { step: Some(step), error: Error::Other(Box::new(error)) }
    }
}

/// The same details with the time that is left to connect.
fn with_time_left<'a>(details: &'a ConnectionDetails<'_>) -> ConnectionDetails<'a> {
    ConnectionDetails {
        uri: details.uri,
        addrs: details.addrs.clone(),
        config: details.config,
        request_level: details.request_level,
        resolver: details.resolver,
        now: (details.current_time)(),
        timeout: time_left(details),
        current_time: details.current_time.clone(),
        run_connector: details.run_connector.clone(),
        register_shutdown: details.register_shutdown.clone(),
    }
}

/// The time that is left to connect.
fn time_left(details: &ConnectionDetails<'_>) -> NextTimeout {
    let mut timeout = details.timeout;
    let times = (details.now, (details.current_time)(), timeout.after);
    if let (Instant::Exact(start), Instant::Exact(now), Duration::Exact(all)) = times {
        timeout.after = Duration::Exact(all.saturating_sub(now.saturating_duration_since(start)));
    }
    timeout
}

/// A connection to a verified server.
pub(super) struct TlsTransport {
    buffers: LazyBuffers,
    stream: TlsStream<Watched<TransportAdapter<Tcp>>>,
}

impl TlsTransport {
    fn adapter(&mut self) -> &mut TransportAdapter<Tcp> {
        self.stream.get_mut().get_mut()
    }
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.adapter().set_timeout(timeout);
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        let result = self.stream.write_all(output);
        // A server that refuses this client sends an alert before it closes the connection.
        if result.is_err()
            && let Err(alert) = self.stream.read(&mut [0])
            && client_refusal(&alert.to_string()).is_some()
        {
            return Err(alert.into());
        }
        Ok(result?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.adapter().set_timeout(timeout);
        let count = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(count);
        Ok(count > 0)
    }

    fn is_open(&mut self) -> bool {
        // The system does not report what TLS has decrypted already.
        self.stream.buffered_read_size().is_ok_and(|left| left == 0) && self.adapter().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsTransport").finish_non_exhaustive()
    }
}
