//! Prints progress while waiting: a line that moves on a terminal, else a line for each change.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::screen::Screen;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::ordered_json::OrderedJson;
use crate::output::render::Format;
use crate::output::render::age::elapsed;
use crate::output::render::json;
use crate::output::render::table::plain;

/// A change of one of those that are waited for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StateChange {
    pub(crate) event: &'static str,
    pub(crate) entity: String,
    pub(crate) state: String,
    #[serde(rename = "elapsedSeconds", serialize_with = "whole")]
    pub(crate) elapsed: Duration,
    /// What the cluster told, as it told it.
    pub(crate) progress: Option<OrderedJson>,
    pub(crate) hint: Option<String>,
    /// What else a person may want to see on the line.
    #[serde(skip)]
    pub(crate) aside: String,
}

fn whole<S: serde::Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(time.as_secs())
}

/// Where changes are told.
#[derive(Debug)]
pub(crate) struct ProgressDisplay {
    lines: Option<Lines>,
}

/// Lines on a screen, one for each that is not over.
#[derive(Debug)]
struct Lines {
    screen: Screen,
    all: MultiProgress,
    each: BTreeMap<String, (ProgressBar, Instant, StateChange)>,
}

/// How often lines on a screen are drawn.
pub(crate) const TICK: Duration = Duration::from_millis(200);

impl ProgressDisplay {
    pub(crate) fn new(terminal: &Terminal<'_>) -> Self {
        let output_options = terminal.options;
        let moving = terminal.console.interactive
            && !output_options.quiet
            && !output_options.verbose
            && output_options.format != Format::Json;
        let lines = moving.then(|| {
            let screen = Screen::new(terminal.console.width);
            let target = ProgressDrawTarget::term_like(Box::new(screen.clone()));
            Lines { screen, all: MultiProgress::with_draw_target(target), each: BTreeMap::new() }
        });
        Self { lines }
    }

    /// Whether [`tick`](Self::tick) has anything to do.
    pub(crate) fn moves(&self) -> bool {
        self.lines.is_some()
    }

    /// Prints a change.
    pub(crate) fn print(&mut self, change: StateChange, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        if let Some(lines) = &mut self.lines {
            lines.show(change);
            draw(&lines.screen, terminal);
            return Ok(());
        }
        if terminal.options.format == Format::Json {
            return line(&change, terminal);
        }
        terminal.note(&text(&change, change.elapsed));
        if let Some(hint) = change.hint.filter(|_| !terminal.options.quiet) {
            terminal.hint(&hint);
        }
        Ok(())
    }

    /// Lets the lines move.
    pub(crate) fn tick(&mut self, terminal: &mut Terminal<'_>) {
        if let Some(lines) = &self.lines {
            for (bar, since, change) in lines.each.values() {
                bar.set_message(text(change, change.elapsed + since.elapsed()));
                bar.tick();
            }
            draw(&lines.screen, terminal);
        }
    }

    /// This one is over: its line goes.
    pub(crate) fn over(&mut self, entity: &str, terminal: &mut Terminal<'_>) {
        if let Some(lines) = &mut self.lines {
            if let Some((bar, ..)) = lines.each.remove(entity) {
                bar.finish_and_clear();
                lines.all.remove(&bar);
            }
            draw(&lines.screen, terminal);
        }
    }

    /// Has something said between the lines.
    pub(super) fn pause(&mut self, terminal: &mut Terminal<'_>, say: impl FnOnce(&mut Terminal<'_>)) {
        if let Some(lines) = &self.lines {
            let _ = lines.all.clear();
            draw(&lines.screen, terminal);
        }
        say(terminal);
    }

    /// All is over: no line is left.
    pub(crate) fn close(&mut self, terminal: &mut Terminal<'_>) {
        if let Some(lines) = self.lines.take() {
            // Nothing that fails here could be told.
            let _ = lines.all.clear();
            draw(&lines.screen, terminal);
        }
    }
}

impl Lines {
    fn show(&mut self, change: StateChange) {
        let message = text(&change, change.elapsed);
        let all = &self.all;
        let (bar, since, shown) = self.each.entry(change.entity.clone()).or_insert_with(|| {
            let bar = all.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            (bar, Instant::now(), change.clone())
        });
        (*since, *shown) = (Instant::now(), change);
        bar.set_message(message);
        bar.tick();
        if let Some(hint) = &shown.hint {
            // It stays above the lines.
            let _ = all.println(plain(&format!("hint: {}: {hint}", shown.entity)));
        }
    }
}

/// One line for people: `6b1c…: Accepted, 12s, LSN 3334`.
fn text(change: &StateChange, time: Duration) -> String {
    let mut text = format!("{}: {}, {}", change.entity, change.state, elapsed(time));
    if !change.aside.is_empty() {
        text.push_str(", ");
        text.push_str(&change.aside);
    }
    plain(&text)
}

fn draw(screen: &Screen, terminal: &mut Terminal<'_>) {
    let errors = &mut terminal.console.errors;
    let _ = errors.write_all(screen.take().as_bytes()).and_then(|()| errors.flush());
}

/// One line of JSON.
pub(super) fn line(value: &impl Serialize, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    terminal.result(&json::line(value)?)
}
