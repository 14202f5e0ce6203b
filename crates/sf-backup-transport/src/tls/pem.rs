//! A lenient PEM parser: several blocks, text between blocks, Windows line endings, lines of any length.

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

/// A block from `-----BEGIN label-----` to the matching `-----END label-----`.
pub(crate) struct Block<'a> {
    label: &'a str,
    lines: Vec<&'a [u8]>,
}

impl<'a> Block<'a> {
    pub(crate) fn label(&self) -> &'a str {
        self.label
    }

    pub(crate) fn is_certificate(&self) -> bool {
        matches!(self.label, "CERTIFICATE" | "X509 CERTIFICATE")
    }

    pub(crate) fn is_private_key(&self) -> bool {
        self.label.ends_with("PRIVATE KEY")
    }

    /// Whether the block is encrypted. PKCS#8 has that in the label, older forms in a header line.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.label.starts_with("ENCRYPTED") || self.lines.iter().any(|line| line.contains(&b':'))
    }

    /// The decoded contents; `None` if they are not Base64.
    pub(crate) fn der(&self) -> Option<Zeroizing<Vec<u8>>> {
        let length = self.lines.iter().map(|line| line.len()).sum();
        let mut text = Zeroizing::new(Vec::with_capacity(length));
        for line in &self.lines {
            text.extend_from_slice(line);
        }
        let text = str::from_utf8(&text).ok()?;
        Base64::decode_vec(text).ok().map(Zeroizing::new)
    }
}

/// The complete blocks of a file, in order.
pub(crate) fn blocks(file: &[u8]) -> Vec<Block<'_>> {
    let mut complete = Vec::new();
    let mut open: Option<Block<'_>> = None;
    // Windows editors start files with a byte order mark.
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    for line in file.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii) {
        if let Some(label) = boundary(line, b"-----BEGIN ") {
            let lines = Vec::new();
            open = Some(Block { label, lines });
        } else if let Some(label) = boundary(line, b"-----END ") {
            complete.extend(open.take().filter(|block| block.label == label));
        } else if let Some(block) = &mut open {
            block.lines.push(line);
        }
    }
    complete
}

fn boundary<'a>(line: &'a [u8], start: &[u8]) -> Option<&'a str> {
    let label = line.strip_prefix(start)?.strip_suffix(b"-----")?;
    str::from_utf8(label).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(file: &[u8]) -> Vec<&str> {
        blocks(file).iter().map(Block::label).collect()
    }

    #[test]
    fn blocks_are_found_among_other_text() {
        let file = b"\xef\xbb\xbf-----BEGIN EC PARAMETERS-----\r\nBggq\r\n-----END EC PARAMETERS-----\r\n\
            friendlyName: Stra\xdfe\r\n-----BEGIN EC PRIVATE KEY-----  \r\nAQ\r\n ID\r\n-----END EC PRIVATE KEY-----";
        assert_eq!(labels(file), ["EC PARAMETERS", "EC PRIVATE KEY"]);
        let blocks = blocks(file);
        let key = blocks.last().unwrap();
        assert!(key.is_private_key() && !key.is_certificate() && !key.is_encrypted());
        assert_eq!(key.der().unwrap().as_slice(), [1, 2, 3]);
    }

    #[test]
    fn a_block_without_a_matching_end_is_skipped() {
        assert!(labels(b"-----BEGIN CERTIFICATE-----\nAQID\n").is_empty());
        assert!(labels(b"-----BEGIN CERTIFICATE-----\nAQID\n-----END PRIVATE KEY-----\n").is_empty());
        assert_eq!(labels(b"-----BEGIN A-----\nAQID\n-----BEGIN B-----\nAQID\n-----END B-----\n"), ["B"]);
    }

    #[test]
    fn encryption_is_recognised_in_both_forms() {
        for file in [
            &b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAQID\n-----END ENCRYPTED PRIVATE KEY-----\n"[..],
            b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAQID\n-----END RSA PRIVATE KEY-----\n",
        ] {
            assert!(blocks(file).iter().all(Block::is_encrypted));
            assert_eq!(blocks(file).len(), 1);
        }
    }

    #[test]
    fn invalid_base64_does_not_decode() {
        let file = b"-----BEGIN CERTIFICATE-----\nAQ!D\n-----END CERTIFICATE-----\n";
        assert!(blocks(file).iter().all(|block| block.der().is_none()));
        assert_eq!(blocks(file).len(), 1);
    }
}
