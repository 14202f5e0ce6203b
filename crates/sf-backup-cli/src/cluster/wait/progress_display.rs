//! Prints progress while waiting: a moving line on a terminal, otherwise a line for each change.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::screen::Screen;
use sf_backup_ops::duration;

use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::ordered_json::OrderedJson;
use crate::output::render::Format;
use crate::output::render::json;
use crate::output::render::table::plain;

/// A change of the state of one target.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StateChange {
    pub(crate) event: &'static str,
    pub(crate) entity: String,
    pub(crate) state: String,
    #[serde(rename = "elapsedSeconds", serialize_with = "whole")]
    pub(crate) elapsed: Duration,
    /// The cluster's response, unchanged.
    pub(crate) progress: Option<OrderedJson>,
    pub(crate) hint: Option<String>,
    /// Further details for the line.
    #[serde(skip)]
    pub(crate) aside: String,
}

fn whole<S: serde::Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(time.as_secs())
}

/// Prints changes.
#[derive(Debug)]
pub(crate) struct ProgressDisplay {
    lines: Option<Lines>,
}

/// Moving lines, one for each target that has not ended.
#[derive(Debug)]
struct Lines {
    screen: Screen,
    all: MultiProgress,
    each: BTreeMap<String, (ProgressBar, Instant, StateChange)>,
    /// The bar of all targets, below the lines.
    total: Option<(ProgressBar, Total)>,
}

/// The progress of all targets together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Total {
    /// Number of targets that have ended, and how many of them had ended at the start.
    pub(crate) over: usize,
    pub(crate) before: usize,
    pub(crate) all: usize,
    /// When the first was started.
    pub(crate) since: Instant,
}

/// How often moving lines are redrawn.
pub(crate) const TICK: Duration = Duration::from_millis(200);

impl ProgressDisplay {
    pub(crate) fn new(terminal: &Terminal<'_>) -> Self {
        let output_options = terminal.options;
        let moving = terminal.console.interactive
            && !output_options.quiet
            && !output_options.verbose
            && !output_options.limits.no_escapes
            && output_options.format != Format::Json;
        let lines = moving.then(|| {
            let screen = Screen::new(terminal.console.width);
            let target = ProgressDrawTarget::term_like(Box::new(screen.clone()));
            Lines { screen, all: MultiProgress::with_draw_target(target), each: BTreeMap::new(), total: None }
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

    /// Redraws the moving lines.
    pub(crate) fn tick(&mut self, terminal: &mut Terminal<'_>) {
        if let Some(lines) = &self.lines {
            for (bar, since, change) in lines.each.values() {
                bar.set_message(text(change, change.elapsed + since.elapsed()));
                bar.tick();
            }
            if let Some((bar, total)) = &lines.total {
                bar.set_message(total.text(total.since.elapsed()));
                bar.tick();
            }
            draw(&lines.screen, terminal);
        }
    }

    /// Prints the progress of all, if lines move.
    pub(crate) fn total(&mut self, total: Total, terminal: &mut Terminal<'_>) {
        if let Some(lines) = &mut self.lines {
            let (bar, shown) = lines.total.get_or_insert_with(|| {
                let bar = lines.all.add(ProgressBar::new(total.all as u64));
                if let Ok(style) = ProgressStyle::with_template("[{bar:20}] {wide_msg}") {
                    bar.set_style(style.progress_chars("=> "));
                }
                (bar, total)
            });
            *shown = total;
            bar.set_position(total.over as u64);
            bar.set_message(total.text(total.since.elapsed()));
            draw(&lines.screen, terminal);
        }
    }

    /// Removes the line of a target that has ended.
    pub(crate) fn over(&mut self, entity: &str, terminal: &mut Terminal<'_>) {
        if let Some(lines) = &mut self.lines {
            if let Some((bar, ..)) = lines.each.remove(entity) {
                bar.finish_and_clear();
                lines.all.remove(&bar);
            }
            draw(&lines.screen, terminal);
        }
    }

    /// Prints something between the moving lines.
    pub(super) fn pause(&mut self, terminal: &mut Terminal<'_>, say: impl FnOnce(&mut Terminal<'_>)) {
        if let Some(lines) = &self.lines {
            let _ = lines.all.clear();
            draw(&lines.screen, terminal);
        }
        say(terminal);
    }

    /// Removes all lines at the end.
    pub(crate) fn close(&mut self, terminal: &mut Terminal<'_>) {
        if let Some(lines) = self.lines.take() {
            // An error here cannot be reported.
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
            let bar = ProgressBar::new_spinner();
            let bar = match &self.total {
                Some((total, _)) => all.insert_before(total, bar),
                None => all.add(bar),
            };
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            (bar, Instant::now(), change.clone())
        });
        (*since, *shown) = (Instant::now(), change);
        bar.set_message(message);
        bar.tick();
        if let Some(hint) = &shown.hint {
            // It stays above the moving lines.
            let _ = all.println(plain(&format!("hint: {}: {hint}", shown.entity)));
        }
    }
}

impl Total {
    /// `8 of 12, 1.5 a minute, about 2m 40s left`; rate and remaining time once one has ended.
    fn text(&self, elapsed: Duration) -> String {
        let count = format!("{} of {}", self.over, self.all);
        let done = self.over.saturating_sub(self.before);
        if done == 0 || elapsed.is_zero() {
            return count;
        }
        let rate = done as f64 * 60.0 / elapsed.as_secs_f64();
        let left = elapsed.mul_f64((self.all.saturating_sub(self.over)) as f64 / done as f64);
        let whole = Duration::from_secs(left.as_secs_f64().ceil() as u64);
        format!("{count}, {rate:.1} a minute, about {} left", duration::measured(whole))
    }
}

/// One line of text: `6b1c…: Accepted, 12s, LSN 3334`.
fn text(change: &StateChange, time: Duration) -> String {
    let mut text = format!("{}: {}, {}", change.entity, change.state, duration::measured(time));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remaining_time_is_estimated_from_this_run() {
        let total = |over| Total { over, before: 2, all: 12, since: Instant::now() };
        let minute = Duration::from_secs(60);
        assert_eq!(total(2).text(minute), "2 of 12");
        assert_eq!(total(8).text(Duration::ZERO), "8 of 12");
        assert_eq!(total(8).text(4 * minute), "8 of 12, 1.5 a minute, about 2m 40s left");
        assert_eq!(total(12).text(5 * minute), "12 of 12, 2.0 a minute, about 0s left");
    }
}
