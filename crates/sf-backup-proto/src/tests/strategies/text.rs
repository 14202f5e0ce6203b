use proptest::collection::vec;
use proptest::prelude::*;

/// Characters that are error-prone in URLs and JSON: punctuation, combining marks, text direction, astral planes.
pub(crate) fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        4 => proptest::char::ranges(vec!['a'..='z', 'A'..='Z', '0'..='9'].into()),
        3 => proptest::sample::select(" '\"&;=@:,!*().-_`{}/?#%+$\\|<>[]^~".chars().collect::<Vec<_>>()),
        2 => proptest::sample::select("éßÄ世界\u{301}\u{327}\u{200d}\u{202e}\u{feff}\u{a0}😀𝔘\u{10ffff}".chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ]
}

/// Any text, for free-form fields.
pub(crate) fn text() -> impl Strategy<Value = String> {
    vec(character(), 0..12).prop_map(String::from_iter)
}

/// Text that is not blank.
pub(crate) fn filled_text() -> impl Strategy<Value = String> {
    text().prop_filter("blank, or the server's placeholder", |text| !text.trim().is_empty() && text != "****")
}
