//! What a JSON text may cost once it is read, bounded before it is.
//!
//! Two bytes of JSON can become half a kilobyte of values, so that a bound for the bytes of an answer alone would let
//! memory grow a hundredfold. What takes the memory is counted here by what it is written with.

/// Texts up to this length are read whatever they hold: the dearest of them become some 80 MB.
const LIGHT: usize = 1024 * 1024;

/// Every object begins with a brace, and takes up to 640 bytes if nobody knows its members. The largest answer that clients
/// take unless told otherwise, 64 MiB, full of real backups has 400,000.
const MOST_BRACES: usize = 500_000;

/// What stands in an object or a list is parted by commas, and takes up to 90 bytes. The same answer has 2,300,000.
const MOST_COMMAS: usize = 3_000_000;

/// What a text has too much of to be an answer of this API.
pub(crate) fn excess(text: &[u8]) -> Option<&'static str> {
    if text.len() <= LIGHT {
        return None;
    }
    let (mut braces, mut commas) = (0, 0);
    // Counts that fit a byte are added up sixteen or more at a time.
    for some in text.chunks(usize::from(u8::MAX)) {
        let count = |byte: u8| some.iter().fold(0_u8, |sum, at| sum.wrapping_add(u8::from(*at == byte)));
        braces += usize::from(count(b'{'));
        commas += usize::from(count(b','));
    }
    if braces > MOST_BRACES {
        Some("more than 500000 objects")
    } else if commas > MOST_COMMAS {
        Some("more than 3000000 values")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_may_hold_anything() {
        assert_eq!(excess("{".repeat(LIGHT).as_bytes()), None);
        assert_eq!(excess("{".repeat(LIGHT + 1).as_bytes()), Some("more than 500000 objects"));
    }

    #[test]
    fn every_object_and_every_value_counts() {
        let objects = |count: usize| "{}  ".repeat(count);
        assert_eq!(excess(objects(MOST_BRACES).as_bytes()), None);
        assert_eq!(excess(objects(MOST_BRACES + 1).as_bytes()), Some("more than 500000 objects"));
        let values = |count: usize| "0,".repeat(count);
        assert_eq!(excess(values(MOST_COMMAS).as_bytes()), None);
        assert_eq!(excess(values(MOST_COMMAS + 1).as_bytes()), Some("more than 3000000 values"));
    }
}
