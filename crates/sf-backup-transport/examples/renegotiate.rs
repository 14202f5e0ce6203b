//! Tests whether SChannel renegotiates TLS on this Windows, without code of this workspace. Sends a request to a server on
//! `localhost`, without verifying it, and waits five seconds for the response. The server renegotiates before it responds.
//!
//! ```text
//! renegotiate PORT
//! ```

#[cfg(windows)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::Duration;

    use schannel::schannel_cred::{Direction, Protocol, SchannelCred};
    use schannel::tls_stream;

    let port = std::env::args().nth(1).ok_or("expected a port")?.parse::<u16>()?;
    let stream = TcpStream::connect(("localhost", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let credentials = SchannelCred::builder().enabled_protocols(&[Protocol::Tls12]).acquire(Direction::Outbound)?;
    let mut builder = tls_stream::Builder::new();
    let mut stream = builder.domain("localhost").verify_callback(|_| Ok(())).connect(credentials, stream)?;
    stream.write_all(b"POST /ResumeBackup HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n")?;
    let mut response = [0; 12];
    stream.read_exact(&mut response)?;
    println!("{}", String::from_utf8_lossy(&response));
    Ok(())
}

#[cfg(not(windows))]
fn main() {
    eprintln!("SChannel exists only on Windows");
}
