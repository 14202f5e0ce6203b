//! One run against a cluster: checks the request, asks where data is lost, sends it, and shows the result.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use http::Request;
use sf_backup_hyper::{Error, RetryPolicy};
use sf_backup_ops::lint::RuntimeVersion;
use sf_backup_ops::report::Origin;
use sf_backup_proto::error::Cause;
use sf_backup_proto::{ApiVersion, Body, ErrorKind, OPERATIONS, Operation, OperationSpec, Paged, Pager, Target};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::sleep;

use crate::cluster::calls::{AnyCall, Calls};
use crate::cluster::change_log::ChangeLog;
use crate::cluster::client::Client;
use crate::cluster::confirm::confirm;
use crate::cluster::dry_run::RequestPreviews;
use crate::cluster::dry_run::curl::Identity;
use crate::cluster::input::Document;
use crate::cluster::lookup::{Entity, Lookup};
use crate::cluster::policy_gate;
use crate::cluster::runtime::Interrupts;
use crate::cluster::verify::{ChangeKind, Verified};
use crate::connection::Connection;
use crate::options::global::{DryRun, Options};
use crate::options::ids::Concurrency;
use crate::output::console::Terminal;
use crate::output::failure::{Failure, REFUSES_EVERYBODY, Report};
use crate::output::lists::OUTCOME_COLUMNS;
use crate::output::render::table::Record;

/// After this time a person is told that the silence has a reason.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
pub(crate) const STILL_AT_IT: &str = "no response yet; requests are repeated if that is safe, otherwise their effect \
    is checked, which can take over two minutes (Ctrl-C stops)";

/// The cluster's client, and how things are said.
#[derive(Debug)]
pub(crate) struct Session<'t, 'c> {
    terminal: &'t mut Terminal<'c>,
    client: Client,
    /// What the cluster is called.
    cluster: String,
    target: Target,
    pinned: bool,
    dry_run: bool,
    /// What goes with every command, where commands are to be shown.
    curl: Option<Identity>,
    /// What the client's exchanges are, line by line, if anybody wants to know.
    exchanges: Option<UnboundedReceiver<String>>,
    /// The file that the call was made from.
    document: Option<Document>,
    /// What asks a run to end that has something to say first.
    interrupts: Interrupts,
    /// The options by which another run finds the same cluster, as they were typed.
    connection_words: Vec<String>,
    /// Whether entities are looked up.
    verifies: bool,
    /// Whether any call is sent again.
    retries: bool,
    /// The cluster's lists, each read once.
    pub(crate) lists: Option<Arc<Lookup>>,
    /// What was found out before a change.
    pub(crate) verified: Verified,
    /// What is shown with the result in addition to the response.
    facts: Vec<(&'static str, String)>,
}

impl<'t, 'c> Session<'t, 'c> {
    /// A session over `connection`, for a call that was read from `document`.
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
                // Nobody listens only when the run is over.
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

    /// Checks a request, and shows it if that is all that is wanted: as [`begin_all`](Self::begin_all).
    pub(crate) fn begin<O: Operation>(&mut self, call: &O, verb: &str, loss: Option<String>) -> Result<bool, Failure> {
        self.begin_all(&Calls::from(call.clone()), verb, loss)
    }

    /// Checks the requests, and shows them if that is all that is wanted; else has what `verb` loses confirmed, if it loses
    /// something. Whether to go on.
    pub(crate) fn begin_all<O: Operation>(
        &mut self,
        calls: &Calls<O>,
        verb: &str,
        loss: Option<String>,
    ) -> Result<bool, Failure> {
        let requests = calls.all().iter().map(|call| call.to_request(&self.target)).collect();
        let in_preview = calls.all().first().and_then(|call| call.to_request(&preview(&self.target)).ok());
        self.begin_requests(const { &O::SPEC }, requests, in_preview, calls.are_several(), verb, loss)
    }

    /// Opens the log, if there is one. A command that may change something does this before it asks anybody; for a call
    /// that is shown or changes something, [`begin_all`](Self::begin_all) does it.
    pub(crate) fn open_log(&self) -> Result<(), Failure> {
        match self.client.log().filter(|_| !self.dry_run) {
            Some(log) => log.open().map_err(|error| Failure::usage(format!("{error}; nothing was sent"))),
            None => Ok(()),
        }
    }

    /// As [`begin_all`](Self::begin_all). `in_preview` is the first request in the other api-version.
    fn begin_requests(
        &mut self,
        operation: &OperationSpec,
        requests: Result<Vec<Request<Body>>, sf_backup_proto::Error>,
        in_preview: Option<Request<Body>>,
        are_several: bool,
        verb: &str,
        loss: Option<String>,
    ) -> Result<bool, Failure> {
        if operation.changes() {
            // After the change it is too late to refuse a column.
            self.terminal.check_sort(OUTCOME_COLUMNS)?;
        }
        let requests = requests.map_err(|error| self.blame(error.map_transport(|never| match never {})))?;
        if operation.changes() {
            self.open_log()?;
        }
        self.document.iter().try_for_each(Document::refusal)?;
        if self.dry_run {
            let mut previews = RequestPreviews::new(self.terminal.options.format, self.curl.as_ref(), are_several);
            for request in &requests {
                self.terminal.result(&previews.add(request)?)?;
            }
            self.terminal.result(&previews.end()?)?;
            self.print_document_notes();
            // Listings of what there is have a version of their own, which every cluster knows.
            let depends_on_version =
                requests.first().zip(in_preview).is_some_and(|(now, then)| now.uri() != then.uri());
            if !self.pinned && depends_on_version {
                self.terminal.note("(falls back to api-version 6.2-preview if 6.4 is refused)");
            }
            return Ok(false);
        }
        self.print_document_notes();
        confirm(self.terminal, verb, loss).map(|()| true)
    }

    fn print_document_notes(&mut self) {
        if let Some(document) = &self.document {
            document.notes().iter().for_each(|note| self.terminal.note(note));
            document.warnings().for_each(|warning| self.terminal.warn(warning));
        }
    }

    /// Reads the cluster's release, if the rules about a policy that was read depend on it.
    pub(crate) async fn settle_runtime(&mut self) {
        // What is refused whatever the release is needs no cluster.
        let wanted = |document: &Document| document.wants_runtime() && document.refusal().is_ok();
        if self.dry_run || !self.document.as_ref().is_some_and(wanted) {
            return;
        }
        let client = self.client.clone();
        let runtime = self.patiently(policy_gate::runtime(&client)).await;
        if let (Some(document), Some(runtime)) = (&mut self.document, runtime) {
            document.set_runtime(runtime);
        }
    }

    /// Leaves it to the run what happens when it is interrupted.
    pub(crate) fn on_interrupt(&mut self, interrupts: Interrupts) {
        self.interrupts = interrupts;
    }

    /// Sets what is shown with the result in addition to the response.
    pub(crate) fn set_facts(&mut self, facts: Vec<(&'static str, String)>) {
        self.facts = facts;
    }

    pub(crate) fn has_facts(&self) -> bool {
        !self.facts.is_empty()
    }

    /// The result with what else is to be shown.
    pub(crate) fn with_facts(&self, record: Record) -> Record {
        self.facts.iter().fold(record, |record, (name, value)| record.with(name, Some(value)))
    }

    pub(crate) fn connection_words(&self) -> &[String] {
        &self.connection_words
    }

    pub(crate) fn take_interrupts(&mut self) -> Interrupts {
        std::mem::replace(&mut self.interrupts, Interrupts::none())
    }

    /// Checks a request that is to be sent later.
    pub(crate) fn check<O: Operation>(&self, call: &O) -> Result<(), Failure> {
        let request = call.to_request(&self.target);
        request.map(|_| ()).map_err(|error| self.blame(error.map_transport(|never| match never {})))
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

    /// The same, or the error as it is.
    pub(crate) async fn pages<O: Paged>(&mut self, call: O) -> Result<Vec<O::Item>, Error> {
        let mut items = Vec::new();
        let mut pager = Pager::collecting(call);
        while let Some(call) = pager.next_call() {
            let page = self.send(call).await;
            items.extend(pager.accept(page)?);
        }
        Ok(items)
    }

    /// The answer to a call.
    pub(crate) async fn ask<O: Operation>(&mut self, call: O) -> Result<O::Response, Failure> {
        let sent = self.send(call).await;
        self.or_blame(sent).await
    }

    /// The same of a call of any operation.
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

    /// The failure, with what a look-up adds: the names of policies like the one that is not there, or that everybody is refused.
    pub(crate) async fn blame_with_names(&mut self, error: Error) -> Failure {
        let own = error.entity().and_then(|entity| entity.strip_prefix("policy ")).map(str::to_owned);
        match own.or_else(|| self.verified.policy()) {
            Some(policy) if error.kind() == ErrorKind::PolicyNotFound && self.verifies => {
                let lookup = self.lookup();
                let meant = self.patiently(lookup.policies_like(&policy)).await;
                let report = Report::of(&error);
                let report = match meant {
                    Some(meant) => report.hinted(meant),
                    None => report,
                };
                Failure::Reported { exit: Failure::exit_of(&error), report: Box::new(report) }
            }
            _ if error.kind() == ErrorKind::Forbidden && self.verifies && OPERATIONS.contains(&error.operation()) => {
                let lookup = self.lookup();
                if !self.patiently(lookup.backup_service_refuses_reads(&error)).await {
                    return self.blame(error);
                }
                let hint = format!(
                    "the backup service refuses all callers: it refuses reads, and the cluster answers other queries with the same \
                     credentials; {REFUSES_EVERYBODY}"
                );
                let report = Report::of(&error).hinted(hint);
                Failure::Reported { exit: Failure::exit_of(&error), report: Box::new(report) }
            }
            _ => self.blame(error),
        }
    }

    /// The cluster's client, for calls of which several are made at once.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// What reports say of their source.
    pub(crate) fn origin(&self, runtime: Option<RuntimeVersion>) -> Origin {
        Origin {
            cluster: self.cluster.clone(),
            endpoint: self.client.endpoints().to_string(),
            runtime: runtime.map(|runtime| runtime.to_string()),
            program: concat!("sf-backup ", env!("CARGO_PKG_VERSION")).to_owned(),
            notice: None,
        }
    }

    /// Where the run speaks.
    pub(crate) fn terminal(&mut self) -> &mut Terminal<'c> {
        self.terminal
    }

    /// The answer to a call, or the error as it is.
    pub(crate) async fn send<O: Operation>(&mut self, call: O) -> Result<O::Response, Error> {
        let client = self.client.clone();
        self.patiently(client.send(call)).await
    }

    /// Waits for one call or several, and prints a note if it takes long.
    pub(crate) async fn patiently<T>(&mut self, calls: impl Future<Output = T>) -> T {
        self.patiently_saying(STILL_AT_IT, pin!(calls)).await
    }

    /// Waits for calls, shows each exchange as it happens if that is wanted, and gives a reason for a long silence.
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

    /// Prints each exchange as it happens and, once, the reason for a long silence.
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

    /// Shows the next exchange, once there is one.
    pub(crate) fn next_exchange(&mut self) -> impl Future<Output = String> {
        next_line(&mut self.exchanges)
    }

    pub(crate) fn print_exchanges(&mut self) {
        while let Some(Ok(line)) = self.exchanges.as_mut().map(UnboundedReceiver::try_recv) {
            self.terminal.note(&line);
        }
        self.terminal.print_side_failures();
    }

    /// A client for look-ups: a courtesy is sent again once.
    pub(crate) fn courtesy(&self) -> Client {
        let again = RetryPolicy { max_attempts: 2, ..RetryPolicy::default() };
        self.client.with_retry(if self.retries { again } else { RetryPolicy::never() })
    }

    /// Looks up what a change is about, as [`Verified::of`].
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
        let client = self.courtesy();
        self.lists.get_or_insert_with(|| Arc::new(Lookup::new(client))).clone()
    }

    /// Says what there is to say after a change of these, which have succeeded.
    pub(crate) fn conclude_change(&mut self, done: &[String]) {
        if !done.is_empty() {
            let notes = self.verified.conclusion(&self.connection_words, done);
            notes.iter().for_each(|note| self.terminal.note(note));
        }
    }

    /// Whether entities are looked up around a change.
    pub(crate) fn verifies(&self) -> bool {
        self.verifies
    }

    /// The failure, worded with the file that is to blame for it, if one is.
    pub(crate) fn blame(&self, error: Error) -> Failure {
        let message = match (error.cause(), &self.document) {
            (Cause::Build(problem), Some(document)) => document.blame(problem),
            _ => None,
        };
        Failure::Call { error: Box::new(error), message }
    }
}

/// The next line, once there is one: never, where nobody listens.
async fn next_line(lines: &mut Option<UnboundedReceiver<String>>) -> String {
    match lines {
        Some(lines) => match lines.recv().await {
            Some(line) => line,
            // The client is gone, and what waits for it ends by itself.
            None => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}

/// A dry run's target for a cluster that knows the preview only.
fn preview(target: &Target) -> Target {
    target.clone().api_version(ApiVersion::V6_2_PREVIEW)
}
