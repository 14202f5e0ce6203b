//! Classes of characters in Unicode 16. Tables, because no standard property means "invisible".

use std::ops::RangeInclusive;

/// Characters that are invisible or change how others are displayed: control characters, text direction marks, line and
/// paragraph separators, annotations, and all that Unicode calls "default ignorable".
const HIDDEN: &[RangeInclusive<char>] = &[
    '\0'..='\u{1f}',
    '\u{7f}'..='\u{9f}',
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{fffe}'..='\u{ffff}',
    '\u{13430}'..='\u{1343f}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Pictures that a joiner or a selector visibly changes.
const PICTURES: &[RangeInclusive<char>] = &[
    '\u{a9}'..='\u{a9}',
    '\u{ae}'..='\u{ae}',
    '\u{203c}'..='\u{203c}',
    '\u{2049}'..='\u{2049}',
    '\u{2122}'..='\u{2122}',
    '\u{2139}'..='\u{2139}',
    '\u{2194}'..='\u{21aa}',
    '\u{231a}'..='\u{23ff}',
    '\u{25aa}'..='\u{25fe}',
    '\u{2600}'..='\u{27bf}',
    '\u{2934}'..='\u{2935}',
    '\u{2b05}'..='\u{2b55}',
    '\u{3030}'..='\u{3030}',
    '\u{303d}'..='\u{303d}',
    '\u{3297}'..='\u{3299}',
    '\u{1f000}'..='\u{1faff}',
];

pub(super) fn is_hidden(character: char) -> bool {
    is_in(HIDDEN, character)
}

pub(super) fn is_picture(character: char) -> bool {
    is_in(PICTURES, character)
}

fn is_in(table: &[RangeInclusive<char>], character: char) -> bool {
    let below = table.partition_point(|range| *range.end() < character);
    table.get(below).is_some_and(|range| range.contains(&character))
}
