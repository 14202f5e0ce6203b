//! Heads of responses that HTTP libraries reject although their status can be read.

use http::StatusCode;

/// The head of a response, as far as it was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// Incomplete.
    Begun,
    /// Complete, or not understood here: the HTTP library decides.
    Over,
    /// A header contains a control character, which HTTP libraries reject. The status was read.
    Malformed(StatusCode),
}

impl Head {
    /// Parses what was received since the request was sent. Skips interim responses.
    pub fn of(mut bytes: &[u8]) -> Self {
        loop {
            let Some(line) = bytes.split_inclusive(|byte| *byte == b'\n').next().filter(|line| line.ends_with(b"\n"))
            else {
                return Self::Begun;
            };
            let Some(status) = status(line) else { return Self::Over };
            let headers = bytes.get(line.len()..).unwrap_or_default();
            match end(headers) {
                Err(Control) => return Self::Malformed(status),
                Ok(None) => return Self::Begun,
                Ok(Some(end)) if status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS => {
                    bytes = headers.get(end..).unwrap_or_default();
                    if bytes.is_empty() {
                        return Self::Begun;
                    }
                }
                Ok(Some(_)) => return Self::Over,
            }
        }
    }
}

/// `HTTP/1.1 401 Unauthorized`
fn status(line: &[u8]) -> Option<StatusCode> {
    let rest = line.strip_prefix(b"HTTP/1.1 ").or_else(|| line.strip_prefix(b"HTTP/1.0 "))?;
    let is_alone = rest.get(3).is_some_and(|byte| matches!(byte, b' ' | b'\r' | b'\n'));
    StatusCode::from_bytes(rest.get(..3)?).ok().filter(|_| is_alone)
}

/// A control character that no header may have.
struct Control;

/// Where the headers end, after an empty line; `None` if they are incomplete.
fn end(headers: &[u8]) -> Result<Option<usize>, Control> {
    let mut rest = headers;
    loop {
        let Some(length) = first_control(rest) else {
            return Ok(None);
        };
        // The byte after a CR may not have arrived yet; a CR alone does not end a line.
        let after = match rest.get(length..).unwrap_or_default() {
            [b'\n', after @ ..] | [b'\r', b'\n', after @ ..] => after,
            [b'\r'] => return Ok(None),
            _ => return Err(Control),
        };
        if length == 0 {
            return Ok(Some(headers.len() - after.len()));
        }
        rest = after;
    }
}

/// The position of the first control character. Checks whole blocks first, which the compiler vectorizes.
fn first_control(bytes: &[u8]) -> Option<usize> {
    let is_control = |byte: &u8| *byte < b' ' && *byte != b'\t' || *byte == 0x7f;
    let has_control = |block: &[u8; 16]| block.iter().fold(false, |any, byte| any | is_control(byte));
    let (blocks, _) = bytes.as_chunks();
    let clean = 16 * blocks.iter().take_while(|block| !has_control(block)).count();
    let rest = bytes.get(clean..).unwrap_or_default();
    rest.iter().position(is_control).map(|position| clean + position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_found_and_the_status_is_kept() {
        let unauthorized = Head::Malformed(StatusCode::UNAUTHORIZED);
        for (bytes, head) in [
            ("", Head::Begun),
            ("HTTP/1.1 401", Head::Begun),
            ("HTTP/1.1 401 No\r\nwww-authenticate: a", Head::Begun),
            ("HTTP/1.1 401 No\r\nwww-authenticate: a\x01", unauthorized),
            ("HTTP/1.1 401\r\nx: a\x7f\r\n\r\n", unauthorized),
            ("HTTP/1.1 401 No\r\nx: \t0123456789abcdef\t0123456789abcdef\x01", unauthorized),
            ("HTTP/1.1 200 OK\r\nx: \t0123456789abcdef\t0123456789abcdef\r\n\r\n", Head::Over),
            ("HTTP/1.0 401 No\nx: a\0b\n\n", unauthorized),
            ("HTTP/1.1 401 No\r\nx: a\rb\r\n\r\n", unauthorized),
            ("HTTP/1.1 401 No\r\nx: a\r", Head::Begun),
            ("HTTP/1.1 200 OK\r\nx: a\tb\r\n\r\n\x01\x02", Head::Over),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\nx: \x1b[2J\r\n", unauthorized),
            ("HTTP/1.1 100 Continue\r\n\r\n", Head::Begun),
            ("SSH-2.0-OpenSSH\x01\r\n", Head::Over),
            ("HTTP/1.1 4011 No\r\nx: \x01\r\n", Head::Over),
        ] {
            assert_eq!(Head::of(bytes.as_bytes()), head, "{bytes:?}");
        }
    }
}
