//! A run against a cluster: checks the request, confirms a loss, sends the request, and prints the result.

mod begin;
mod blame;
mod patience;

use std::sync::Arc;

use sf_backup_hyper::{Error, RetryPolicy};
use sf_backup_ops::lint::RuntimeVersion;
use sf_backup_ops::report::Origin;
use sf_backup_proto::{Operation, Paged, Pager, Target};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::cluster::calls::AnyCall;
use crate::cluster::change_log::ChangeLog;
use crate::cluster::client::Client;
use crate::cluster::dry_run::curl::Identity;
use crate::cluster::input::Document;
use crate::cluster::lookup::{Entity, Lookup};
use crate::cluster::runtime::Interrupts;
use crate::cluster::verify::{ChangeKind, Verified};
use crate::connection::Connection;
use crate::options::global::{DryRun, Options};
use crate::options::ids::Concurrency;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::table::Record;

pub(crate) use patience::{PATIENCE, STILL_AT_IT};

/// The client and the terminal of one command.
#[derive(Debug)]
pub(crate) struct Session<'t, 'c> {
    terminal: &'t mut Terminal<'c>,
    client: Client,
    /// The name of the cluster.
    cluster: String,
    target: Target,
    pinned: bool,
    dry_run: bool,
    /// The options of every curl command, if curl commands are printed.
    curl: Option<Identity>,
    /// The client's requests and responses, one line each, with --verbose.
    exchanges: Option<UnboundedReceiver<String>>,
    /// The file that the call was created from.
    document: Option<Document>,
    /// Interrupts of a run that reports its state before it ends.
    interrupts: Interrupts,
    /// The options by which another run finds the same cluster, as they were typed.
    connection_words: Vec<String>,
    /// Whether entities are looked up before and after changes.
    verifies: bool,
    /// Whether calls are retried.
    retries: bool,
    /// The cluster's lists, each read once.
    pub(crate) lists: Option<Arc<Lookup>>,
    /// What was verified before a change.
    pub(crate) verified: Verified,
    /// Facts that are printed with the result in addition to the response.
    facts: Vec<(&'static str, String)>,
}

impl<'t, 'c> Session<'t, 'c> {
    /// Creates a session over `connection`, for a call that was read from `document`.
    pub(crate) fn new(
        connection: &Connection,
        options: &Options,
        connection_words: Vec<String>,
        document: Option<Document>,
        terminal: &'t mut Terminal<'c>,
    ) -> Result<Self, Failure> {
        let retry = match options.max_attempts {
            1 => RetryPolicy::never(),
            max_attempts => RetryPolicy { max_attempts, ..RetryPolicy::default() },
        };
        connection.print_warnings(terminal);
        let tls = connection.tls()?;
        if let Some(warning) = tls.warning() {
            terminal.warn(warning);
        }
        let mut builder = connection.builder(tls).retry(retry).wall_clock(terminal.console.clock);
        let mut exchanges = None;
        if terminal.options.verbose {
            let (sender, receiver) = unbounded_channel();
            builder = builder.observer(move |record| {
                // The receiver is closed only at the end of the run.
                let _ = sender.send(record.to_string());
            });
            exchanges = Some(receiver);
        }
        let http = connection.client(builder)?;
        terminal.clock.follow(http.clone());
        let log = |path| ChangeLog::new(path, terminal.console.clock, terminal.side_failures.clone());
        let log = options.log.as_deref().map(log).map(Arc::new);
        let client = Client::new(http, log);
        Ok(Self {
            client,
            cluster: connection.cluster_name(),
            target: connection.target(),
            pinned: connection.api_version.is_some(),
            dry_run: options.dry_run.is_some(),
            curl: (options.dry_run == Some(DryRun::Curl)).then(|| Identity::of(connection)),
            exchanges,
            document,
            interrupts: Interrupts::none(),
            connection_words,
            verifies: !options.no_verify,
            retries: options.max_attempts > 1,
            lists: None,
            verified: Verified::default(),
            facts: Vec::new(),
            terminal,
        })
    }

    /// Sets how the run handles interruptions.
    pub(crate) fn on_interrupt(&mut self, interrupts: Interrupts) {
        self.interrupts = interrupts;
    }

    /// Sets the facts that are printed with the result in addition to the response.
    pub(crate) fn set_facts(&mut self, facts: Vec<(&'static str, String)>) {
        self.facts = facts;
    }

    pub(crate) fn has_facts(&self) -> bool {
        !self.facts.is_empty()
    }

    /// Adds these facts to the result.
    pub(crate) fn with_facts(&self, record: Record) -> Record {
        self.facts.iter().fold(record, |record, (name, value)| record.with(name, Some(value)))
    }

    pub(crate) fn connection_words(&self) -> &[String] {
        &self.connection_words
    }

    pub(crate) fn take_interrupts(&mut self) -> Interrupts {
        std::mem::replace(&mut self.interrupts, Interrupts::none())
    }

    pub(crate) fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// All items of a list.
    pub(crate) async fn items<O: Paged>(&mut self, call: O) -> Result<Vec<O::Item>, Failure> {
        match self.pages(call).await {
            Ok(items) => Ok(items),
            Err(error) => Err(Box::pin(self.blame_with_names(error)).await),
        }
    }

    /// All items of a list, or the unchanged error.
    pub(crate) async fn pages<O: Paged>(&mut self, call: O) -> Result<Vec<O::Item>, Error> {
        let mut items = Vec::new();
        let mut pager = Pager::collecting(call);
        while let Some(call) = pager.next_call() {
            let page = self.send(call).await;
            items.extend(pager.accept(page)?);
        }
        Ok(items)
    }

    /// The response to a call.
    pub(crate) async fn ask<O: Operation>(&mut self, call: O) -> Result<O::Response, Failure> {
        let sent = self.send(call).await;
        self.or_blame(sent).await
    }

    /// The response to a call of any operation.
    pub(crate) async fn ask_any<R>(&mut self, call: &AnyCall<R>) -> Result<R, Failure> {
        let sending = call.send(self.client.clone());
        let sent = self.patiently(sending).await;
        self.or_blame(sent).await
    }

    async fn or_blame<R>(&mut self, sent: Result<R, Error>) -> Result<R, Failure> {
        match sent {
            Ok(response) => Ok(response),
            Err(error) => Err(Box::pin(self.blame_with_names(error)).await),
        }
    }

    /// The cluster's client, for concurrent calls.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The origin of the data, for reports.
    pub(crate) fn origin(&self, runtime: Option<RuntimeVersion>) -> Origin {
        Origin {
            cluster: self.cluster.clone(),
            endpoint: self.client.endpoints().to_string(),
            runtime: runtime.map(|runtime| runtime.to_string()),
            program: concat!("sf-backup ", env!("CARGO_PKG_VERSION")).to_owned(),
            notice: None,
        }
    }

    /// The terminal of the run.
    pub(crate) fn terminal(&mut self) -> &mut Terminal<'c> {
        self.terminal
    }

    /// The response to a call, or the unchanged error.
    pub(crate) async fn send<O: Operation>(&mut self, call: O) -> Result<O::Response, Error> {
        let client = self.client.clone();
        self.patiently(client.send(call)).await
    }

    /// A client for look-ups, which retries once.
    pub(crate) fn lookup_client(&self) -> Client {
        let again = RetryPolicy { max_attempts: 2, ..RetryPolicy::default() };
        self.client.with_retry(if self.retries { again } else { RetryPolicy::never() })
    }

    /// Looks up the entities of a change: see [`Verified::of`].
    pub(crate) async fn verify(
        &mut self,
        change: ChangeKind,
        operation: &'static str,
        calls: Vec<(String, Option<Entity>)>,
        concurrency: Concurrency,
    ) {
        let lookup = self.lookup();
        self.verified = Box::pin(self.patiently(Verified::of(&lookup, change, operation, calls, concurrency))).await;
    }

    /// The cluster's lists, each read once.
    pub(crate) fn lookup(&mut self) -> Arc<Lookup> {
        let client = self.lookup_client();
        self.lists.get_or_insert_with(|| Arc::new(Lookup::new(client))).clone()
    }

    /// Prints the notes after a successful change of these entities.
    pub(crate) fn conclude_change(&mut self, done: &[String]) {
        if !done.is_empty() {
            let notes = self.verified.conclusion(&self.connection_words, done);
            notes.iter().for_each(|note| self.terminal.note(note));
        }
    }

    /// Whether entities are looked up before and after changes.
    pub(crate) fn verifies(&self) -> bool {
        self.verifies
    }
}
