//! The picture of an audit, as in a terminal.

use crate::record;

const WIDTH: usize = 118;
/// Number of days by which the commands advance the time.
const DAYS: u64 = 3;

/// The share of one of two protected services fails. The output of the last command is the picture.
const COMMANDS: &[&str] = &[
    r"sf-backup policy create Nightly --daily 01:30 --share '\\nas\backups'",
    r"sf-backup policy create Shared --daily 01:30 --share '\\store\backups'",
    "sf-backup service enable CalcApp/CalcService --policy Nightly",
    "sf-backup service enable Shop/Orders --policy Shared",
    "sf-backup sim advance 1d",
    r"sf-backup sim fail storage --share '\\store\backups'",
    "sf-backup sim advance 2d",
    "sf-backup audit",
];

/// The last command and its output as SVG.
pub(crate) fn svg() -> String {
    let steps = record::run(COMMANDS, Some(WIDTH), true, || record::at(record::first_day() + DAYS));
    let shown = steps.last().map(|step| format!("$ {}\n{}", step.command, step.output)).unwrap_or_default();
    anstyle_svg::Term::new().render_svg(&shown)
}
