//! Waits for calls, and meanwhile prints each exchange and the reason for a long delay.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;

use super::Session;

/// After this time, a note explains the delay.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
pub(crate) const STILL_AT_IT: &str = "no response yet; requests are repeated if that is safe, otherwise their effect \
    is checked, which can take over two minutes (Ctrl-C stops)";

impl Session<'_, '_> {
    /// Waits for one call or several, and prints a note if it takes long.
    pub(crate) async fn patiently<T>(&mut self, calls: impl Future<Output = T>) -> T {
        self.patiently_saying(STILL_AT_IT, pin!(calls)).await
    }

    /// Waits for calls. Prints each exchange with --verbose, and `reason` if it takes long.
    pub(crate) async fn patiently_saying<T>(
        &mut self,
        reason: &str,
        mut calls: Pin<&mut (dyn Future<Output = T> + '_)>,
    ) -> T {
        let result = {
            let mut notes = pin!(self.print_meanwhile(reason));
            poll_fn(|context| match notes.as_mut().poll(context) {
                Poll::Ready(never) => match never {},
                Poll::Pending => calls.as_mut().poll(context),
            })
            .await
        };
        self.print_exchanges();
        result
    }

    /// Prints each exchange, and once the reason for a long delay.
    async fn print_meanwhile(&mut self, reason: &str) -> Infallible {
        let mut patience = pin!(sleep(PATIENCE));
        let mut silent = true;
        loop {
            tokio::select! {
                biased;
                line = next_line(&mut self.exchanges) => self.terminal.note(&line),
                () = &mut patience, if silent => {
                    silent = false;
                    self.terminal.note(reason);
                }
            }
        }
    }

    /// The next exchange to print.
    pub(crate) fn next_exchange(&mut self) -> impl Future<Output = String> {
        next_line(&mut self.exchanges)
    }

    pub(crate) fn print_exchanges(&mut self) {
        while let Some(Ok(line)) = self.exchanges.as_mut().map(UnboundedReceiver::try_recv) {
            self.terminal.note(&line);
        }
        self.terminal.print_side_failures();
    }
}

/// The next line; waits forever without a receiver.
async fn next_line(lines: &mut Option<UnboundedReceiver<String>>) -> String {
    match lines {
        Some(lines) => match lines.recv().await {
            Some(line) => line,
            // The client is gone, and the calls that are waited for end by themselves.
            None => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}
