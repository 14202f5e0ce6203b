//! Several objects of one kind as a table: a row for each object, a column for each member.

use super::cell::Cell;
use super::{Record, Table, plain};

/// The table, with the names of the objects in a first column `of`.
pub(crate) fn records(of: &'static str, objects: &[(String, Record)]) -> Table {
    let mut header = vec![of];
    for (name, ..) in objects.iter().flat_map(|(_, record)| &record.rows) {
        if !header.contains(name) {
            header.push(name);
        }
    }
    let mut table = Table::new(&header);
    let members = header.get(1..).unwrap_or_default();
    for (object, record) in objects {
        let cell = |member: &&'static str| {
            let row = record.rows.iter().find(|(name, ..)| name == member);
            row.map(|(_, value, _)| value.clone()).unwrap_or_default()
        };
        table.shown([plain(object)].into_iter().chain(members.iter().map(cell)).map(Cell::from));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_of_one_item_adds_a_column_for_all() {
        let one = Record::default().with("State", Some("Success")).with("LSN", Some(7));
        let other = Record::default().with("State", Some("Failure")).prose("Error", Some("no space"));
        let objects = [("a".to_owned(), one), ("b".to_owned(), other)];
        assert_eq!(
            records("PARTITION", &objects).text(),
            "PARTITION  State    LSN  Error\na          Success  7\nb          Failure       no space\n"
        );
    }
}
