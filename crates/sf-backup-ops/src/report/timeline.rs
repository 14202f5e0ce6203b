//! The timeline of a partition's backups: inline SVG, with the same in words.

use std::fmt::Write;
use std::time::Duration;

use sf_backup_proto::Timestamp;

use crate::audit::{Assessment, Audit};

/// The time range of all timelines on a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    from: i64,
    to: i64,
}

const WIDTH: i64 = 320;
const EDGE: i64 = 8;
/// Maximum and minimum length in seconds.
const LONGEST: i64 = 30 * 86_400;
const SHORTEST: i64 = 3_600;
const DAY: i64 = 86_400;
/// Possible distances between two dates on the axis, in seconds.
const STEPS: [i64; 8] = [900, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600, DAY, 2 * DAY, 7 * DAY];
const TICKS: i64 = 6;

impl Window {
    /// From the oldest displayed backup to the time of the audit.
    pub(super) fn of(audit: &Audit) -> Self {
        let to = audit.now.unix();
        let oldest = audit.partitions.iter().filter_map(|one| Some(one.evidence.made.first()?.at.unix())).min();
        let from = oldest.unwrap_or(to).clamp(to - LONGEST, to - SHORTEST);
        Self { from, to }
    }

    pub(super) fn from(self) -> Option<Timestamp> {
        Timestamp::from_unix(self.from)
    }

    fn place(self, at: i64) -> Option<i64> {
        let inside = (self.from..=self.to).contains(&at);
        inside.then(|| EDGE + (at - self.from) * (WIDTH - 2 * EDGE) / (self.to - self.from).max(1))
    }

    /// The dates of the range, on a line above the timelines.
    pub(super) fn axis(self) -> String {
        let mut text = format!("<svg aria-hidden=\"true\" viewBox=\"0 0 {WIDTH} 14\" width=\"{WIDTH}\" height=\"14\">");
        for (x, at) in self.ticks() {
            let anchor = match x {
                ..=24 => "start",
                296.. => "end",
                _ => "middle",
            };
            let _ = write!(text, "<text x=\"{x}\" y=\"11\" text-anchor=\"{anchor}\">{}</text>", label(at));
        }
        text.push_str("</svg>");
        text
    }

    /// Round times, at most [`TICKS`], and their positions.
    fn ticks(self) -> Vec<(i64, i64)> {
        let length = self.to - self.from;
        let step = STEPS.into_iter().find(|step| length / step < TICKS).unwrap_or(LONGEST);
        let first = self.from.div_euclid(step) + 1;
        let times = (first..).map(|number| number * step).take_while(|at| *at <= self.to);
        times.filter_map(|at| Some((self.place(at)?, at))).collect()
    }

    /// Full backups are squares, incremental ones circles, and those that cannot be restored crosses.
    pub(super) fn svg(self, one: &Assessment) -> String {
        picture(one, self)
    }
}

/// A day, or a time of the day: `26 Nov`, `04:00`.
fn label(at: i64) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = Timestamp::from_unix(at).map(|at| at.to_string()).unwrap_or_default();
    if at % DAY != 0 {
        return text.get(11..16).unwrap_or_default().to_owned();
    }
    let month = text.get(5..7).and_then(|month| MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?));
    format!("{} {}", text.get(8..10).unwrap_or_default().trim_start_matches('0'), month.unwrap_or(&""))
}

fn picture(one: &Assessment, window: Window) -> String {
    let made = &one.evidence.made;
    let visible: Vec<_> = made.iter().filter_map(|made| Some((window.place(made.at.unix())?, made))).collect();
    let full = visible.iter().filter(|(_, made)| made.full).count();
    let unsound = visible.iter().filter(|(_, made)| !made.sound).count();
    let last = one.evidence.last_success.map_or_else(|| "none".to_owned(), |at| at.to_string());
    let mut words = format!("{} backups, {full} of them full; the newest: {last}", visible.len());
    if unsound > 0 {
        let _ = write!(words, "; {unsound} cannot be restored");
    }
    let mut text = format!(
        "<svg role=\"img\" aria-label=\"{words}\" viewBox=\"0 0 {WIDTH} 24\" width=\"{WIDTH}\" height=\"24\"><title>{words}</title>\
         <line class=\"base\" x1=\"{EDGE}\" y1=\"12\" x2=\"{}\" y2=\"12\"/>",
        WIDTH - EDGE
    );
    for (x, _) in window.ticks() {
        let _ = write!(text, "<line class=\"tick\" x1=\"{x}\" y1=\"0\" x2=\"{x}\" y2=\"24\"/>");
    }
    if let (Some(last), Some(expected)) = (one.evidence.last_success, one.evidence.expected_age)
        && let Some(gap) = gap(window, last, expected)
    {
        text.push_str(&gap);
    }
    for (x, made) in visible {
        let _ = match (made.sound, made.full) {
            (false, _) => write!(text, "<path class=\"bad\" d=\"M{} 8l8 8m0 -8l-8 8\"/>", x - 4),
            (true, true) => write!(text, "<rect class=\"full\" x=\"{}\" y=\"7\" width=\"10\" height=\"10\"/>", x - 5),
            (true, false) => write!(text, "<circle class=\"incremental\" cx=\"{x}\" cy=\"12\" r=\"3.5\"/>"),
        };
    }
    text.push_str("</svg>");
    text
}

/// The time for which a backup has been overdue, as a dashed line.
fn gap(window: Window, last: Timestamp, expected: Duration) -> Option<String> {
    let due = last.checked_add(expected)?.unix().max(window.from);
    let x = window.place(due)?;
    let end = window.place(window.to)?;
    (end > x).then(|| format!("<line class=\"late\" x1=\"{x}\" y1=\"12\" x2=\"{end}\" y2=\"12\"/>"))
}
