//! A terminal in memory: records the output of progress lines as text.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::TermLike;

/// Clones write to the same text.
#[derive(Debug, Clone)]
pub(super) struct Screen {
    width: u16,
    text: Arc<Mutex<String>>,
}

impl Screen {
    pub(super) fn new(width: Option<usize>) -> Self {
        let width = width.and_then(|width| width.try_into().ok()).unwrap_or(80);
        Self { width, text: Arc::default() }
    }

    /// Takes the recorded text.
    pub(super) fn take(&self) -> String {
        std::mem::take(&mut *self.text.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, text: &str) -> io::Result<()> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
        Ok(())
    }

    fn by(&self, count: usize, letter: char) -> io::Result<()> {
        if count == 0 { Ok(()) } else { self.add(&format!("\u{1b}[{count}{letter}")) }
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        self.width
    }
    fn move_cursor_up(&self, count: usize) -> io::Result<()> {
        self.by(count, 'A')
    }
    fn move_cursor_down(&self, count: usize) -> io::Result<()> {
        self.by(count, 'B')
    }
    fn move_cursor_right(&self, count: usize) -> io::Result<()> {
        self.by(count, 'C')
    }
    fn move_cursor_left(&self, count: usize) -> io::Result<()> {
        self.by(count, 'D')
    }
    fn write_line(&self, text: &str) -> io::Result<()> {
        self.add(text)?;
        self.add("\n")
    }
    fn write_str(&self, text: &str) -> io::Result<()> {
        self.add(text)
    }
    fn clear_line(&self) -> io::Result<()> {
        self.add("\r\u{1b}[2K")
    }
    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}
