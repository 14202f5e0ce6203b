use proptest::prelude::*;

use super::*;

/// Hostile texts: control characters, text direction, invisible characters, and what looks like our own escapes.
pub(crate) fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\u{202e}",
        "\u{2066}",
        "\u{200f}",
        "\u{2028}",
        "\u{1b}[2J",
        "\u{9b}",
        "\u{7f}",
        "\r",
        "\n",
        "\t",
        "\0",
        "\u{200d}",
        "\u{fe0f}",
        "\u{feff}",
        "\u{ad}",
        "\u{e0041}",
        "\\",
        "\\u{",
        "\\u{202e}",
        "u{",
        "{",
        "}",
        "👩",
        "👩‍🚀",
        "1\u{fe0f}\u{20e3}",
        "שלום",
        "سلام",
        "漢字",
        "a",
        " ",
        "\"",
        "'",
    ]);
    prop::collection::vec(prop_oneof![pieces.prop_map(str::to_owned), any::<char>().prop_map(String::from)], 0..12)
        .prop_map(|pieces| pieces.concat())
}

#[test]
fn control_and_invisible_characters_are_escaped() {
    for (text, shown) in [
        ("a\u{1b}[2Jb\r\nc\u{9b}", r"a\u{1b}[2Jb\u{d}\u{a}c\u{9b}"),
        ("Daily\u{202e}gnp", r"Daily\u{202e}gnp"),
        ("\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}", r"\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}"),
        ("a\u{2028}b\u{2029}c", r"a\u{2028}b\u{2029}c"),
        ("a\u{200b}\u{200d}b\u{ad}\u{feff}\u{2060}", r"a\u{200b}\u{200d}b\u{ad}\u{feff}\u{2060}"),
        ("x\u{e0041}\u{fe0f}", r"x\u{e0041}\u{fe0f}"),
        ("\u{7f}\t", r"\u{7f}\u{9}"),
        (r"\u{202e}", r"\u{5c}u{202e}"),
        (r"\\nas\users\u", r"\\nas\users\u"),
    ] {
        assert_eq!(line(text), shown, "{text:?}");
        assert_eq!(unescaped(shown).as_deref(), Some(text));
        assert_eq!(is_plain(text), !text.contains(is_hidden), "{text:?}");
    }
}

#[test]
fn scripts_and_emoji_stay_readable() {
    for text in
        ["Zürich – ü", "سلام عليكم", "שָׁלוֹם", "漢字かな", "हिन्दी", "ไทย", "👨‍👩‍👧‍👦", "❤️‍🔥", "1️⃣ ©️", "🏳️‍🌈", "👍🏽", "\\\\nas\\a"]
    {
        assert_eq!(line(text), text);
        assert!(is_plain(text), "{text}");
    }
    // A joiner that does not join pictures is invisible.
    assert_eq!(line("👩\u{200d}a"), r"👩\u{200d}a");
    assert_eq!(line("1\u{fe0f}"), r"1\u{fe0f}");
}

#[test]
fn output_keeps_its_line_breaks_and_what_was_escaped_before() {
    assert_eq!(lines("a\\u{1b}\nb\u{1b}\u{202e}\n"), "a\\u{1b}\nb\\u{1b}\\u{202e}\n");
}

proptest! {
    #[test]
    fn nothing_is_lost_and_nothing_hidden_is_left(text in hostile()) {
        let shown = line(&text);
        prop_assert!(is_plain(&shown), "{shown:?}");
        prop_assert_eq!(unescaped(&shown), Some(text.clone()));
        prop_assert!(lines(&shown) == shown);
    }

    #[test]
    fn json_parses_back_to_the_same(text in hostile(), key in hostile()) {
        let value = serde_json::json!({ key: [text] });
        let shown = json(serde_json::to_string_pretty(&value).unwrap());
        prop_assert!(shown.split('\n').all(is_plain), "{shown:?}");
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
