//! The message of a notification, in each format. Texts from the cluster are data in all of them.

use serde::Serialize;
use serde_json::{Value, json};
use sf_backup_ops::audit::{Audit, State, Verdict};
use sf_backup_ops::report::Origin;

use super::NotifyFormat;
use super::states::States;
use crate::output::escape;

/// Maximum number of changes in a message.
const LISTED: usize = 20;
/// Maximum length of a text block, in characters; Slack accepts 3,000.
const LONGEST: usize = 2_900;
/// Maximum length of a line; longer ones are truncated.
const LONGEST_LINE: usize = 500;

/// A message as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Message {
    cluster: String,
    endpoint: String,
    time_utc: String,
    verdict: &'static str,
    summary: String,
    changes: Vec<AuditChange>,
    /// Number of changes that are not listed.
    omitted: usize,
}

/// A partition, or a part of the cluster that could not be read, whose state has changed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AuditChange {
    /// The service, or the part that could not be read.
    name: Option<String>,
    partition_id: Option<String>,
    from: Option<String>,
    /// `None` if the partition no longer exists, or the part can be read again.
    to: Option<&'static str>,
    reason: Option<String>,
}

impl Message {
    /// The changes between `before` and `now`; on the first run, the problems.
    pub(super) fn new(audit: &Audit, origin: &Origin, before: Option<&States>, now: &States) -> Self {
        // A new partition without problems is not a change.
        let is_news = |from: Option<&str>, to: State| match from {
            Some(from) => from != to.name(),
            None => to < State::Protected,
        };
        let from = |key: &str| before.and_then(|before| before.0.get(key)).map(|last| last.state.as_str());
        let partitions = audit.partitions.iter().filter_map(|one| {
            let id = one.partition.id.to_string();
            is_news(from(&id), one.state).then(|| AuditChange {
                name: Some(one.partition.service.to_string()),
                from: from(&id).map(str::to_owned),
                to: Some(one.state.name()),
                reason: Some(one.reason.to_string()),
                partition_id: Some(id),
            })
        });
        let gaps = audit.gaps.iter().filter(|gap| is_news(from(gap.name()), State::Unknown)).map(|gap| AuditChange {
            name: Some(gap.name().to_owned()),
            partition_id: None,
            from: from(gap.name()).map(str::to_owned),
            to: Some(State::Unknown.name()),
            reason: Some(gap.unread.message.clone()),
        });
        let well = [State::Protected, State::NotApplicable].map(State::name);
        let gone = before.into_iter().flat_map(|before| &before.0);
        let gone = gone.filter(|(key, last)| !now.0.contains_key(*key) && !well.contains(&last.state.as_str()));
        let gone = gone.map(|(key, last)| AuditChange {
            name: Some(last.service.as_ref().unwrap_or(key).clone()),
            partition_id: last.service.is_some().then(|| key.clone()),
            from: Some(last.state.clone()),
            to: None,
            reason: None,
        });
        let mut changes: Vec<AuditChange> = partitions.chain(gaps).chain(gone).collect();
        let omitted = changes.len().saturating_sub(LISTED);
        changes.truncate(LISTED);
        let verdict = match audit.summary().verdict() {
            Verdict::Protected => "Protected",
            Verdict::Unprotected => "Unprotected",
            Verdict::Unknown => "Unknown",
        };
        Self {
            cluster: origin.cluster.clone(),
            endpoint: origin.endpoint.clone(),
            time_utc: audit.now.to_string(),
            verdict,
            summary: audit.summary().to_string(),
            changes,
            omitted,
        }
    }

    /// Whether there is nothing to report.
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub(super) fn text(&self, format: NotifyFormat) -> serde_json::Result<String> {
        let text = match format {
            NotifyFormat::Json => serde_json::to_string(self)?,
            NotifyFormat::Slack => serde_json::to_string(&self.slack())?,
            NotifyFormat::Teams => serde_json::to_string(&self.teams())?,
        };
        Ok(escape::json(text))
    }

    fn title(&self) -> String {
        format!("Backup audit of {}: {}", escape::line(&self.cluster), self.summary)
    }

    /// A line for each change, up to the maximum length, then the number of the others.
    fn lines(&self) -> String {
        let (mut lines, mut length) = (Vec::new(), 0);
        for line in self.changes.iter().map(AuditChange::line) {
            length += line.chars().count() + 1;
            // Leave room for one more line.
            if length > LONGEST - LONGEST_LINE {
                break;
            }
            lines.push(line);
        }
        let more = self.changes.len() + self.omitted - lines.len();
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines.join("\n")
    }

    /// The message for Slack. The block is plain text; in `text`, which notifications show, three characters must be
    /// escaped.
    fn slack(&self) -> Value {
        let title = self.title();
        let escaped = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let block =
            |text: String| json!({ "type": "section", "text": { "type": "plain_text", "text": text, "emoji": false } });
        json!({ "text": escaped, "blocks": [block(title.chars().take(LONGEST).collect()), block(self.lines())] })
    }

    /// The message for Teams: a card with rich text, whose runs have no markup.
    fn teams(&self) -> Value {
        let run = |text: &str, weight: &str| {
            json!({ "type": "RichTextBlock", "inlines": [
            { "type": "TextRun", "text": text, "weight": weight }] })
        };
        let mut body = vec![run(&self.title(), "Bolder")];
        body.extend(self.lines().lines().map(|line| run(line, "Default")));
        json!({ "type": "message", "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": { "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard",
                "version": "1.4", "body": body } }] })
    }
}

impl AuditChange {
    fn line(&self) -> String {
        let mut line = match (&self.from, self.to) {
            (Some(from), Some(to)) => format!("{from} → {to}: "),
            (None, Some(to)) => format!("{to}: "),
            (from, None) => {
                let to = if self.partition_id.is_some() { "gone" } else { "readable" };
                format!("{} → {to}: ", from.as_deref().unwrap_or_default())
            }
        };
        for part in [&self.name, &self.partition_id].into_iter().flatten() {
            line += &escape::line(part);
            line.push(' ');
        }
        if let Some(reason) = &self.reason {
            line += &format!("({})", escape::line(reason));
        }
        match line.char_indices().nth(LONGEST_LINE - 1) {
            Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
            None => line.trim_end().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn omitted_changes_are_counted() {
        let change = |length: usize| AuditChange {
            name: Some("é".repeat(length)),
            partition_id: None,
            from: None,
            to: Some("Stale"),
            reason: None,
        };
        let lines = |changes: Vec<AuditChange>, omitted| {
            let (cluster, endpoint, time_utc, summary) = Default::default();
            let message = Message { cluster, endpoint, time_utc, verdict: "Unknown", summary, changes, omitted };
            let lines = message.lines();
            assert!(lines.chars().count() <= LONGEST, "{lines}");
            lines.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(lines(vec![change(3)], 0), ["Stale: ééé"]);
        assert_eq!(lines(vec![change(3)], 7)[1..], ["and 7 more"]);
        let long = lines((0..20).map(|_| change(400)).collect(), 30);
        assert_eq!((long.len(), long[5].as_str()), (6, "and 45 more"));
        let longest = lines((0..20).map(|_| change(9_000)).collect(), 0);
        assert_eq!((longest[0].chars().count(), longest.last().unwrap().as_str()), (LONGEST_LINE, "and 16 more"));
    }
}
