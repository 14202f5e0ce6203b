//! As much of XML and HTML as an error answer needs.

/// Characters at the beginning that are searched for a mark of HTML.
const HEAD: usize = 512;

/// Whether it is a page for people.
pub(super) fn is_html(text: &str) -> bool {
    let head: String = text.chars().take(HEAD).collect::<String>().to_ascii_lowercase();
    head.contains("<html") || head.contains("<!doctype html")
}

/// The text of the first element of that local name, under whatever prefix: the server's answers are flat.
pub(super) fn element(text: &str, name: &str) -> Option<String> {
    text.split('<').skip(1).find_map(|piece| {
        let (tag, content) = piece.split_once('>')?;
        let full = tag.split_ascii_whitespace().next()?;
        let local = full.rsplit(':').next()?;
        (local == name && !content.is_empty()).then(|| decoded(content))
    })
}

/// The text of the first `title`, in any case.
pub(super) fn title(text: &str) -> Option<String> {
    text.split('<').skip(1).find_map(|piece| {
        let (tag, content) = piece.split_once('>')?;
        let name = tag.split_ascii_whitespace().next()?;
        name.eq_ignore_ascii_case("title").then(|| decoded(content))
    })
}

/// With entities replaced by what they stand for; one that is not known stays.
fn decoded(text: &str) -> String {
    let mut pieces = text.split('&');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once(';').and_then(|(name, rest)| Some((entity(name)?, rest))) {
            Some((character, rest)) => {
                plain.push(character);
                plain.push_str(rest);
            }
            None => {
                plain.push('&');
                plain.push_str(piece);
            }
        }
    }
    plain
}

fn entity(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "amp" => Some('&'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}
