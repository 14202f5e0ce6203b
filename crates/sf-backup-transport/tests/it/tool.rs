//! The `openssl` tool as a gateway that renegotiates.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use sf_backup_tests::not_run;
use tempfile::TempDir;

use super::forge::Pair;

/// Time limit of a test, long enough for a loaded machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// `openssl s_server` for one connection. Killed when dropped.
pub(crate) struct Tool {
    child: Child,
    pub(crate) address: SocketAddr,
    output: Output,
    _files: TempDir,
}

/// The output of a child process, as far as it was read.
struct Output {
    chunks: Receiver<(usize, Vec<u8>)>,
    /// Standard output and standard error, kept apart so that their lines do not mix.
    texts: [String; 2],
}

impl Output {
    fn of(sources: [Box<dyn Read + Send>; 2]) -> Self {
        let (sender, chunks) = channel();
        for (index, source) in sources.into_iter().enumerate() {
            let sender = sender.clone();
            thread::spawn(move || pump(index, source, &sender));
        }
        Self { chunks, texts: Default::default() }
    }

    /// Waits until the output contains `expected`.
    fn wait_for(&mut self, expected: &str) {
        self.wait_until(expected, |text| text.contains(expected));
    }

    fn wait_until(&mut self, expected: &str, said: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !self.texts.iter().any(|text| said(text)) {
            let left = deadline.saturating_duration_since(Instant::now());
            let (index, chunk) =
                self.chunks.recv_timeout(left).unwrap_or_else(|_| panic!("no {expected:?} in {:?}", self.texts));
            self.texts[index].push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}

fn pump(index: usize, mut source: impl Read, sender: &Sender<(usize, Vec<u8>)>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = source.read(&mut buffer) {
        if sender.send((index, buffer[..count].to_vec())).is_err() {
            break;
        }
    }
}

impl Tool {
    /// Starts the tool. Reports the test as not run and returns `None` if `openssl` is not installed.
    pub(crate) fn start(server: &Pair, clients: &Pair) -> Option<Self> {
        Self::start_with(server, clients, &[])
    }

    /// Starts the tool with further options.
    pub(crate) fn start_with(server: &Pair, clients: &Pair, options: &[&str]) -> Option<Self> {
        let files = tempfile::tempdir().unwrap();
        let write = |name: &str, contents: Vec<u8>| {
            let path = files.path().join(name);
            std::fs::write(&path, contents).unwrap();
            path
        };
        let child = Command::new("openssl")
            .args("s_server -tls1_2 -no_ticket -no_cache -naccept 1 -accept 127.0.0.1:0".split(' '))
            .args([Path::new("-cert"), &write("server.pem", server.pem())])
            .args([Path::new("-key"), &write("server.key", server.pkcs8())])
            .args([Path::new("-CAfile"), &write("clients.pem", clients.pem())])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                not_run("openssl", "install the command openssl");
                return None;
            }
            Err(error) => panic!("{error}"),
        };
        let stdout = child.stdout.take().unwrap();
        let stderr = child.stderr.take().unwrap();
        let mut output = Output::of([Box::new(stdout), Box::new(stderr)]);
        let port = |text: &str| {
            let (_, rest) = text.split_once("ACCEPT 127.0.0.1:")?;
            rest.split_once('\n')?.0.trim().parse::<u16>().ok()
        };
        output.wait_until("its port", |text| port(text).is_some());
        let port = output.texts.iter().find_map(|text| port(text)).unwrap();
        Some(Self { child, address: ([127, 0, 0, 1], port).into(), output, _files: files })
    }

    fn say(&mut self, text: &str) {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    /// Waits for the request, requests the client certificate, responds and closes. Returns the output of the tool.
    pub(crate) fn serve(mut self, request_end: &str, seen: &str, response: &str) -> String {
        self.output.wait_for(request_end);
        self.say("R\n");
        self.output.wait_for(seen);
        self.say(response);
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
        self.output.texts.concat()
    }
}

impl Tool {
    /// Waits for the request, requests the client certificate, and waits until that has ended the connection.
    pub(crate) fn refuse(mut self, request_end: &str) -> String {
        self.output.wait_for(request_end);
        self.say("R\n");
        // The end of its input would end the tool before the client responds.
        let input = self.child.stdin.take();
        self.child.wait().unwrap();
        drop(input);
        self.output.texts.concat()
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        // It may already have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
