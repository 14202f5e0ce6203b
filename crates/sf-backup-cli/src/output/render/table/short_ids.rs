//! Ids on a narrow screen: shortened to a unique prefix, which commands accept instead of the whole id.

use std::collections::BTreeSet;

use super::cell::Cell;

/// Minimum number of characters that commands accept.
const SHORTEST: usize = 8;
/// The length of a whole id.
const WHOLE: usize = 36;

/// The number of characters that distinguish these ids; ignores other texts.
pub(super) fn length<'c>(cells: impl Iterator<Item = &'c Cell>) -> usize {
    let ids: BTreeSet<&str> = cells.map(|cell| cell.text.as_str()).filter(|text| is_id(text)).collect();
    let is_enough = |length: &usize| {
        let starts: BTreeSet<&str> = ids.iter().filter_map(|id| id.get(..*length)).collect();
        // A hyphen at the end looks as if something were missing.
        starts.len() == ids.len() && !starts.iter().any(|start| start.ends_with('-'))
    };
    (SHORTEST..WHOLE).find(is_enough).unwrap_or(WHOLE)
}

/// Shortens an id; does not change any other text.
pub(super) fn short(cell: &mut Cell, length: usize) {
    if is_id(&cell.text) {
        cell.text.truncate(length);
    }
}

fn is_id(text: &str) -> bool {
    let dashes = [8, 13, 18, 23];
    let fits = |(at, byte): (usize, u8)| if dashes.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    text.len() == WHOLE && text.bytes().enumerate().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ids: &[&str]) -> usize {
        let cells: Vec<Cell> = ids.iter().map(|id| Cell::from(*id)).collect();
        length(cells.iter())
    }

    #[test]
    fn ids_are_as_long_as_they_must_be() {
        let one = "6b1c2f7e-0000-4000-8000-000000000001";
        assert_eq!(of(&[one, one, "fabric:/A", ""]), 8);
        assert_eq!(of(&[one, "6b1c2f7f-0000-4000-8000-000000000001"]), 8);
        assert_eq!(of(&[one, "6b1c2f7e-1000-4000-8000-000000000001"]), 10);
        assert_eq!(of(&[one, "6b1c2f7e-0000-5000-8000-000000000001"]), 15);
        assert_eq!(of(&[one, "6b1c2f7e-0000-4000-8000-000000000002"]), 36);
    }

    #[test]
    fn only_ids_are_shortened() {
        for (text, shown) in [
            ("6b1c2f7e-0000-4000-8000-000000000001", "6b1c2f7e"),
            ("fabric:/CalcApp/CalcService", "fabric:/CalcApp/CalcService"),
        ] {
            let mut cell = Cell::from(text);
            short(&mut cell, 8);
            assert_eq!(cell.text, shown);
        }
    }
}
