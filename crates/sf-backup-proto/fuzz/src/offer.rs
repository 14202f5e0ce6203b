//! Replaces the part of completions that queries the cluster.

pub(crate) struct Offer {
    pub(crate) word: String,
    pub(crate) help: Option<String>,
}

pub(crate) fn goes_on(word: &str) -> bool {
    word.ends_with('/')
}
