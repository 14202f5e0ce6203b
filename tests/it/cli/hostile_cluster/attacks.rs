//! Texts that attack shells, terminals, markup and parsers: fixed, from a generator with a fixed seed.

use sf_backup_proto::PolicyName;

/// One of each kind, and texts of both directions that must stay readable.
pub(super) const PIECES: &[&str] = &[
    // Terminals.
    "N\u{202e}gnp.exe",
    "\u{2066}a\u{2069}\u{200e}\u{200f}\u{61c}",
    "a\u{2028}b\u{2029}c\u{85}d",
    "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m",
    "\u{1b}]8;;http://evil\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "a\u{7f}\u{8}\u{8}b",
    "a\r\nerror: all is well\n",
    "tab\there",
    "zero\u{200b}\u{200d}\u{2060}\u{feff}\u{ad}\u{180e}width",
    "\u{e0041}\u{e007f}tags",
    "\u{34f}\u{115f}\u{3164}\u{ffa0}\u{fe0f}filler",
    "\u{e000}\u{fffd}private",
    // Shells.
    "$(touch hit)`touch hit`;touch hit",
    "'\"\\",
    "& touch hit &",
    "| touch hit",
    "> hit",
    "\ntouch hit\n",
    "'; touch hit; '",
    "\"; touch hit; \"",
    "!touch hit",
    "${IFS}$HOME*?[a]{b,c}",
    "\u{2019}; ni hit; \u{2019}",
    "#",
    // Markup.
    "<script>alert(1)</script>&amp;",
    "\" onload=\"alert(1)",
    "' x='",
    "--><b>]]>",
    "| [x](javascript:y) *b* |",
    "`code` # h1 ~~s~~ <br>",
    "![i](http://evil/)",
    "&lt;&#x202e;",
    // Parsers of JSON, YAML, labels and lines.
    "\\u{202e}",
    "\\u202e\\n",
    "~",
    "no",
    "- a: b # c",
    "key: {a: [b",
    "{{x}}",
    "%s%n",
    "x\"} 1\nsf_backup_up 0",
    "****",
    "%00%2f..%2f",
    // Texts that must stay readable.
    "سلام שלום 漢字",
    "👩\u{200d}🚀 ❤\u{fe0f}",
];

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(limit).unwrap()).unwrap()
    }
}

/// Each piece alone, and some combined.
pub(super) fn all() -> Vec<String> {
    let mut random = Random(20_261_128);
    let together = (0..20).map(|_| (0..2 + random.below(3)).map(|_| PIECES[random.below(PIECES.len())]).collect());
    PIECES.iter().map(|piece| (*piece).to_owned()).chain(together).collect()
}

/// The valid names of policies; requests cannot contain the others.
pub(super) fn policy_names() -> Vec<String> {
    let taken = |name: &String| name.parse::<PolicyName>().is_ok_and(|parsed| parsed.as_str() == name);
    all().into_iter().filter(taken).collect()
}

/// Whether a character must not reach a screen, by the test's own list.
fn steers(character: char) -> bool {
    matches!(character,
        '\0'..='\u{9}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0e}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The first character of a text that controls a screen or is invisible.
pub(super) fn acting(text: &str) -> Option<(usize, char)> {
    // Joiners and selectors are allowed in pictures only.
    let stray = |(at, character): &(usize, char)| match character {
        '\u{200d}' => !text[..*at].ends_with('👩'),
        '\u{fe0f}' => !text[..*at].ends_with('❤'),
        character => steers(*character),
    };
    text.char_indices().find(stray)
}

#[test]
fn the_generator_is_of_every_kind() {
    let all = all();
    assert!(all.iter().any(|text| acting(text).is_some()) && policy_names().len() > 10, "{all:?}");
    assert_eq!(acting("a\u{202e}"), Some((1, '\u{202e}')));
    assert_eq!(acting("👩\u{200d}🚀 ❤\u{fe0f} سلام"), None);
}
