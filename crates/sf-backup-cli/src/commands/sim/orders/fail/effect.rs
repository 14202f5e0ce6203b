//! What a fault does to the simulated cluster, and what undoes it.

use serde_json::Value;
use sf_backup_ops::duration;

use super::{Calls, Fail, How, State};
use crate::options::command_line::CommandLine;
use crate::options::duration::DurationArg;

impl Fail {
    /// What the fault with this body does, and what to type to undo it; `typed` has the options that find the simulator.
    pub(crate) fn effect(&self, body: &Value, typed: &CommandLine) -> String {
        let partition = body.get("PartitionId").and_then(Value::as_str).unwrap_or_default();
        let command = |words: &[&str]| typed.other(words.iter().map(ToString::to_string).collect()).line();
        let undo = |effect: &str, words: &[&str]| format!("{effect}; to undo: {}", command(words));
        match self {
            Self::Calls(calls) => undo(&calls.effect(), &["sim", "fail", "none"]),
            Self::Policy { name } => undo(
                &format!("periodic backups under policy {name} stop, and nothing reports it"),
                &["policy", "update", name, "-f", "FILE"],
            ),
            Self::DataLoss { .. } => format!(
                "partition {partition} has lost its data, and waits for a restore unless its policy restores \
                 automatically; to restore the newest backup: {}",
                command(&["partition", "restore", partition, "--latest"])
            ),
            Self::Quorum { end: true, .. } => format!("partition {partition} has its quorum again"),
            Self::Quorum { takes, .. } => undo(
                &format!("partition {partition} is in quorum loss{}", takes.map(lasting).unwrap_or_default()),
                &["sim", "fail", "quorum", partition, "--end"],
            ),
            Self::Failover { takes, .. } => {
                let primary = match partition {
                    "" => "the backup service".to_owned(),
                    partition => format!("the primary of partition {partition}"),
                };
                let advance = command(&["sim", "advance", &words(*takes).replace(' ', "")]);
                format!("{primary} is moving to another node{}; to end it now: {advance}", lasting(*takes))
            }
            Self::Storage { share, end: true, .. } => format!("share {share} works again"),
            Self::Storage { share, code, message, .. } => undo(
                &format!("backups to share {share} fail with 0x{code:08X}, {message:?}"),
                &["sim", "fail", "storage", "--share", share, "--end"],
            ),
            Self::Health { service, state: State::Ok } => format!("{service} reports health state Ok"),
            Self::Health { service, state } => {
                undo(&format!("{service} reports health state {state:?}"), &["sim", "fail", "health", service, "ok"])
            }
            Self::None => "the faults of 'sim fail calls' are removed; others have commands that end them".to_owned(),
        }
    }
}

impl Calls {
    fn effect(&self) -> String {
        let operation = self.operation.as_ref().map(|name| format!("{name} ")).unwrap_or_default();
        let requests = match self.times {
            1 => format!("the next {operation}request"),
            times => format!("the next {times} {operation}requests"),
        };
        let How { status, cut, late, stuck, pages } = &self.how;
        let effect = match (status, late, pages) {
            (Some(status), _, _) => format!("will fail with HTTP {status}"),
            (_, Some(late), _) => format!("will get a response {} late", words(*late)),
            (_, _, Some(_)) => "will return a wrong continuation token".to_owned(),
            _ if *cut => "will get no response: the connection is closed".to_owned(),
            _ if *stuck => "will be accepted, but will not start a backup or a restore".to_owned(),
            _ => "will fail with HTTP 503".to_owned(),
        };
        format!("{requests} {effect}")
    }
}

/// ` for 2h`
fn lasting(time: DurationArg) -> String {
    format!(" for {}", words(time))
}

fn words(time: DurationArg) -> String {
    let length = time.length();
    if length.subsec_nanos() == 0 { duration::exact(length) } else { format!("{length:?}") }
}
