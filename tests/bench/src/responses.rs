//! A minimal server that responds to every request with 202, so that only the client is measured.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const RESPONSE: &[u8] = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nServer: Microsoft-HTTPAPI/2.0\r\n\r\n";

/// The server in its own process, so that its work is not counted for the client. Stops when dropped.
pub struct Served {
    child: Child,
    _input: Option<ChildStdin>,
    pub url: String,
}

impl Served {
    /// Starts this program as a server of the given kind.
    pub fn start(kind: &[&str]) -> Self {
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new(program).args(kind).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
        let input = child.stdin.take();
        Self { child, _input: input, url: url.trim().to_owned() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may already have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Blocks until standard input closes, when the parent process has ended.
pub fn until_left_alone() {
    let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
}

/// Serves until standard input closes.
pub fn serve() {
    std::thread::spawn(|| {
        until_left_alone();
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(converse(stream));
        }
    });
}

async fn converse(mut stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let mut held = Vec::new();
    loop {
        while let Some(length) = whole(&held) {
            held.drain(..length);
            if stream.write_all(RESPONSE).await.is_err() {
                return;
            }
        }
        match stream.read_buf(&mut held).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// The length of the first request, once it is complete.
fn whole(held: &[u8]) -> Option<usize> {
    let head = held.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&held[..head]).unwrap().to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let length = head + length.unwrap_or(0);
    (held.len() >= length).then_some(length)
}
