//! Limits on the memory that parsing a JSON text takes, checked before it is parsed.
//!
//! Two bytes of JSON can become half a kilobyte of values. A limit on the length of a response alone would let memory
//! grow a hundredfold. Therefore objects and values are counted, by their braces and commas.

/// Texts up to this length are not checked. The worst case is about 80 MB.
const UNCHECKED_LEN: usize = 1024 * 1024;

/// Maximum number of `{`, one per object. An object with unknown members takes up to 640 bytes. A response of 64 MiB,
/// the default limit of the clients, that is full of real backups has 400,000.
const MAX_OBJECTS: usize = 500_000;

/// Maximum number of commas, which separate members and items. Each value takes up to 90 bytes. The same response has
/// 2,300,000.
const MAX_VALUES: usize = 3_000_000;

/// The limit that a text exceeds, if any.
pub(crate) fn violation(text: &[u8]) -> Option<&'static str> {
    if text.len() <= UNCHECKED_LEN {
        None
    } else if count(text, b'{') > MAX_OBJECTS {
        Some("more than 500000 objects")
    } else if count(text, b',') > MAX_VALUES {
        Some("more than 3000000 values")
    } else {
        None
    }
}

/// Counting in `u8` over chunks of 255 bytes lets the compiler vectorize the loop.
fn count(text: &[u8], byte: u8) -> usize {
    let within = |some: &[u8]| some.iter().fold(0_u8, |sum, at| sum.wrapping_add(u8::from(*at == byte)));
    text.chunks(usize::from(u8::MAX)).map(|some| usize::from(within(some))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_not_limited() {
        assert_eq!(violation("{".repeat(UNCHECKED_LEN).as_bytes()), None);
        assert_eq!(violation("{".repeat(UNCHECKED_LEN + 1).as_bytes()), Some("more than 500000 objects"));
    }

    #[test]
    fn objects_and_values_are_limited() {
        let objects = |count: usize| "{}  ".repeat(count);
        assert_eq!(violation(objects(MAX_OBJECTS).as_bytes()), None);
        assert_eq!(violation(objects(MAX_OBJECTS + 1).as_bytes()), Some("more than 500000 objects"));
        let values = |count: usize| "0,".repeat(count);
        assert_eq!(violation(values(MAX_VALUES).as_bytes()), None);
        assert_eq!(violation(values(MAX_VALUES + 1).as_bytes()), Some("more than 3000000 values"));
    }
}
