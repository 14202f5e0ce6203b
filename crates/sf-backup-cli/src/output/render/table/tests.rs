//! Tests of tables.

use super::*;

impl Table {
    /// The lines in full length, without colours.
    pub(in super::super) fn text(&self) -> String {
        self.draw(None, false)
    }

    /// The lines fitted to this width, or in full length.
    fn draw(&self, width: Option<usize>, colored: bool) -> String {
        self.draw_in(&self.layout(width), Head::Columns, colored)
    }
}

#[test]
fn columns_are_aligned_by_display_width() {
    let mut table = Table::new(&["NAME", "SIZE", "NOTE"]);
    table.row(["über".to_owned(), "1".to_owned(), String::new()]);
    table.row(["a longer name".to_owned(), "22".to_owned(), String::new()]);
    assert_eq!(table.text(), "NAME           SIZE\nüber           1\na longer name  22\n");
}

fn ids() -> Table {
    let mut table = Table::new(&["ID", "PLACE", "NOTE"]).wrapping(&["NOTE"]).below("PLACE");
    table.row(["6b1c2f7e-0000".to_owned(), "a place/with a long name".to_owned(), ["word"; 9].join(" ")]);
    table
}

#[test]
fn a_narrow_screen_breaks_sentences_and_never_ids() {
    let whole = 13 + 2 + 24 + 2 + 44;
    for width in 31..100 {
        let text = ids().draw(Some(width), false);
        assert!(text.lines().all(|line| line.chars().count() <= width), "{width}: {text}");
        assert!(text.contains("6b1c2f7e-0000") && text.contains("a place/with a long name"), "{text}");
        assert_eq!(text == ids().text(), width >= whole, "{width}: {text}");
        let below = text.contains("\n    a place/with a long name\n");
        assert_eq!(below, width < 13 + 2 + 24 + 2 + 16, "{width}: {text}");
    }
}

#[test]
fn a_very_narrow_screen_gets_a_line_for_each_cell() {
    let mut table = ids();
    table.row(["other".to_owned(), String::new(), "x".to_owned()]);
    let text = table.draw(Some(30), false);
    assert!(text.starts_with("ID:     6b1c2f7e-0000\nPLACE:  a place/with a long name\nNOTE:   word word"), "{text}");
    assert!(text.ends_with("\n\nID:    other\nNOTE:  x\n"), "{text}");
}

#[test]
fn more_rows_follow_in_the_columns_of_the_first_ones() {
    let page = |rows: &[[&str; 3]]| {
        let mut table = Table::new(&["NAME", "SIZE", "NOTE"]).wrapping(&["NOTE"]);
        rows.iter().for_each(|row| table.row(row.map(str::to_owned)));
        table
    };
    let first = page(&[["abcd", "1", ""]]);
    let layout = first.layout(None);
    assert_eq!(first.draw_in(&layout, Head::Columns, false), first.text());
    let second = page(&[["a longer name", "2", ""], ["b", "3", ""]]);
    assert!(second.suits(&layout));
    assert_eq!(second.draw_in(&layout, Head::Continued, false), "a longer name  2\nb     3\n");
    assert!(!page(&[["c", "4", "a note"]]).suits(&layout));

    // No word is truncated, and no line exceeds the screen if its words do not.
    let layout = page(&[["a", "1", "some words that are there"]]).layout(Some(30));
    let text = page(&[["b", "2", "more words than there is room for"]]).draw_in(&layout, Head::Continued, false);
    assert_eq!(text, "b     2     more words than\n            there is room for\n");
    let layout = page(&[["a name that is far too long", "1", ""]]).layout(Some(20));
    assert_eq!(page(&[["b", "2", ""]]).draw_in(&layout, Head::Continued, false), "\nNAME:  b\nSIZE:  2\n");
}

#[test]
fn a_cutting_column_keeps_each_item_on_its_line() {
    let mut table = Table::new(&["ID", "REASON"]).cutting(&["REASON"]);
    table.row(["6b1c2f7e".to_owned(), "one two three four five six".to_owned()]);
    assert_eq!(table.draw(Some(29), false), "ID        REASON\n6b1c2f7e  one two three four\u{2026}\n");
    assert_eq!(table.draw(Some(80), false), table.text());
}

#[test]
fn colours_change_no_column() {
    let mut table = Table::new(&["STATE", "NAME"]).painted("STATE", |_| anstyle::AnsiColor::Red.on_default());
    table.row(["Stale".to_owned(), "a\u{1b}[0m".to_owned()]);
    assert_eq!(
        table.draw(None, true),
        "\u{1b}[1mSTATE\u{1b}[0m  \u{1b}[1mNAME\u{1b}[0m\n\u{1b}[31mStale\u{1b}[0m  a\\u{1b}[0m\n"
    );
    assert_eq!(table.draw(Some(80), false), table.text());
}

#[test]
fn prose_is_broken_between_words() {
    let record =
        Record::default().prose("Note", Some("one two three four five")).with("Id", Some("a b c d e f g h i j k"));
    assert_eq!(record.fitted(24), "Note:  one two three\n       four five\nId:    a b c d e f g h i j k\n");
}

#[test]
fn server_text_cannot_control_the_terminal_in_a_table() {
    let mut table = Table::new(&["NAME"]);
    table.row(["a\u{1b}[2Jb\r\nc\u{202e}".to_owned()]);
    assert_eq!(table.text(), "NAME\na\\u{1b}[2Jb\\u{d}\\u{a}c\\u{202e}\n");
}

#[test]
fn a_record_omits_absent_values() {
    let record =
        Record::default().with("State", Some("Success")).with("Ended", None::<String>).with("Location", Some("x"));
    assert_eq!(record.text(), "State:     Success\nLocation:  x\n");
}

fn backups() -> Table {
    let mut table = Table::new(&["AGE", "ID", "PLACE", "SIZE"]).ids(&["ID"]).dropping(&["PLACE", "SIZE"]);
    table.row(["1h", "6b1c2f7e-0000-4000-8000-000000000001", "somewhere", "10"]);
    table.row(["2h", "7c1c2f7e-0000-4000-8000-000000000001", "elsewhere", "9"]);
    table
}

#[test]
fn a_narrow_screen_gets_short_ids_and_then_fewer_columns() {
    let text = |width| backups().draw(Some(width), false);
    assert_eq!(text(58), backups().text());
    assert_eq!(text(57), "AGE  ID        PLACE      SIZE\n1h   6b1c2f7e  somewhere  10\n2h   7c1c2f7e  elsewhere  9\n");
    assert_eq!(text(29), "AGE  ID        SIZE\n1h   6b1c2f7e  10\n2h   7c1c2f7e  9\n");
    assert_eq!(text(18), "AGE  ID\n1h   6b1c2f7e\n2h   7c1c2f7e\n");
    let layout = backups().layout(Some(29));
    assert!(backups().suits(&layout), "a column that was dropped is not missed");
}

#[test]
fn items_are_sorted_by_value() {
    let sorted = |mut table: Table, by: &str| {
        table.sort(by);
        table.item_names()
    };
    let named = |cells: &[[Cell; 2]]| {
        let mut table = Table::new(&["NAME", "THE VALUE"]);
        cells.iter().for_each(|row| table.row(row.clone()));
        table
    };
    let row = |name: &str, value: &str| [Cell::from(name), Cell::from(value)];
    let numbers = named(&[row("a", "10"), row("b", ""), row("c", "9")]);
    assert_eq!(sorted(numbers.clone(), "the-value"), "c\na\nb\n");
    assert_eq!(sorted(numbers, "other"), "a\nb\nc\n");
    let texts = named(&[row("a", "10"), row("b", "x"), row("c", "9")]);
    assert_eq!(sorted(texts, "THE VALUE"), "a\nc\nb\n");
    let ages =
        named(&[["a".into(), Cell::valued("2h".to_owned(), 7_200)], ["b".into(), Cell::valued("9m".to_owned(), 540)]]);
    assert_eq!(sorted(ages, "the_value"), "b\na\n");
}

#[test]
fn programs_get_every_column_or_the_names() {
    let mut table = Table::new(&["KIND", "NAME", "PARTITION"]).named(&["PARTITION", "NAME"]);
    table.row(["Service", "fabric:/A/B, \"C\"", ""]);
    table.row(["  Partition", "", "6b1c2f7e"]);
    assert_eq!(
        table.csv(true),
        "KIND,NAME,PARTITION\r\nService,\"fabric:/A/B, \"\"C\"\"\",\r\nPartition,,6b1c2f7e\r\n"
    );
    assert_eq!(table.csv(false).lines().count(), 2);
    assert_eq!(table.item_names(), "fabric:/A/B, \"C\"\n6b1c2f7e\n");
}
