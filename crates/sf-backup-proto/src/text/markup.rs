//! The parts of XML and HTML that error responses use.

/// Characters at the beginning that are searched for HTML.
const HEAD: usize = 512;

/// Characters of a page's title that are kept.
pub(crate) const TITLE_LIMIT: usize = 200;

/// Whether it is a page for people.
pub(crate) fn is_html(text: &str) -> bool {
    let head: String = text.chars().take(HEAD).collect::<String>().to_ascii_lowercase();
    head.contains("<html") || head.contains("<!doctype html")
}

/// The text of the first element with this local name and any prefix: the server's responses are flat.
pub(crate) fn element(text: &str, name: &str) -> Option<String> {
    find(text, |full, content| full.rsplit(':').next() == Some(name) && !content.is_empty())
}

/// The text of the first element whose full name and content are accepted.
fn find(text: &str, accepts: impl Fn(&str, &str) -> bool) -> Option<String> {
    text.split('<').skip(1).find_map(|piece| {
        let (tag, content) = piece.split_once('>')?;
        accepts(tag.split_ascii_whitespace().next()?, content).then(|| decoded(content))
    })
}

/// The text of the first `title`, in any case: on one line, shortened to [`TITLE_LIMIT`].
pub(crate) fn title(text: &str) -> Option<String> {
    let title = find(text, |name, _| name.eq_ignore_ascii_case("title"))?;
    Some(super::one_line(&title, TITLE_LIMIT)).filter(|line| !line.is_empty())
}

/// A description of an HTML page for error messages.
pub(crate) fn describe(title: Option<&str>) -> String {
    match title {
        Some(title) => format!("an HTML page titled {title:?}, not a response of the cluster"),
        None => "an HTML page, not a response of the cluster".to_owned(),
    }
}

/// Describes the body if it is an HTML page.
pub(crate) fn page(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let is_page =
        text.trim_ascii_start().trim_start_matches('\u{feff}').trim_ascii_start().starts_with('<') && is_html(&text);
    is_page.then(|| describe(title(&text).as_deref()))
}

/// Replaces known entities; unknown ones stay.
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
