//! Text from elsewhere, made fit for one line of a message.

/// Line breaks and other control characters become spaces, and what goes beyond `limit` characters is cut.
pub(crate) fn one_line(text: &str, limit: usize) -> String {
    let mut line = String::new();
    let mut blank = true;
    for character in text.chars().take(limit) {
        let character = if character.is_control() { ' ' } else { character };
        if !(blank && character == ' ') {
            line.push(character);
        }
        blank = character == ' ';
    }
    line.truncate(line.trim_end().len());
    line
}
