//! The report of a case, read in five minutes: what happened, who, what was
//! touched, what was done, before and after, what is open. Made from the
//! journal alone, with secrets taken out.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::journal::Entry;
use super::{Case, redact, summary};
use crate::domain::text::visible;

/// The report of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    json: Value,
}

impl Report {
    /// The report of a case as its journal stands.
    pub fn of(case: &Case) -> Self {
        let entries = case.entries();
        let opened = entries.iter().find(|entry| entry.kind == "opened");
        let said = |key: &str| opened.map_or(Value::Null, |entry| entry.data[key].clone());
        let of_kind = |kinds: &[&str]| -> Vec<Value> {
            entries.iter().filter(|entry| kinds.contains(&entry.kind.as_str())).map(line).collect()
        };
        let mut actors: Vec<&str> = entries.iter().map(|entry| entry.actor.as_str()).collect();
        actors.sort_unstable();
        actors.dedup();
        let json = json!({
            "case": case.id(),
            "opened": entries.first().map(|entry| entry.time),
            "last": entries.last().map(|entry| entry.time),
            "status": summary::status(entries),
            "playbook": said("playbook"),
            "target": said("target"),
            "scope": said("scope"),
            "reason": said("reason"),
            "ticket": said("ticket"),
            "responders": actors,
            "events": of_kind(&["event"]),
            "findings": of_kind(&["finding"]),
            "notes": of_kind(&["note"]),
            "steps": steps(entries),
            "calls": calls(entries),
            "before": of_kind(&["before"]),
            "verified": of_kind(&["verified"]),
            "evidence": of_kind(&["evidence"]),
            "open": open_points(case),
        });
        Self { json: redact::value(&json) }
    }

    /// The report as one JSON document.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The same as text, indented.
    pub fn json_text(&self) -> String {
        format!("{:#}\n", self.json)
    }

    /// The report as Markdown.
    pub fn markdown(&self) -> String {
        let report = &self.json;
        let mut text = String::new();
        let _ = writeln!(text, "# Case {}\n", words(&report["case"]));
        for (label, key) in [
            ("Status", "status"),
            ("Opened", "opened"),
            ("Last entry", "last"),
            ("Playbook", "playbook"),
            ("Target", "target"),
            ("Reason", "reason"),
            ("Ticket", "ticket"),
        ] {
            if !words(&report[key]).is_empty() {
                let _ = writeln!(text, "- {label}: {}", words(&report[key]));
            }
        }
        let scope = &report["scope"];
        if scope.is_object() {
            let caller = &scope["caller"];
            let _ = writeln!(
                text,
                "- Account: {} {}, Region {}, as {}",
                words(&caller["account"]),
                words(&caller["alias"]),
                words(&scope["region"]),
                words(&caller["arn"])
            );
        }
        let responders: Vec<String> = list(&report["responders"]).iter().map(words).collect();
        let _ = writeln!(text, "- Responders: {}", responders.join(", "));

        section(&mut text, "What happened", list(&report["events"]), |event| {
            let data = &event["data"];
            format!(
                "{} {} by {} from {} ({})",
                words(&data["time"]),
                words(&data["name"]),
                words(&data["actor"]),
                words(&data["ip"]),
                words(&data["id"])
            )
        });
        section(&mut text, "Findings", list(&report["findings"]), |finding| {
            let data = &finding["data"];
            format!("{}: {} (event {})", words(&data["severity"]), words(&data["title"]), words(&data["event_id"]))
        });
        section(&mut text, "What was done", list(&report["steps"]), |step| {
            let why = words(&step["why"]);
            let tail = if why.is_empty() { String::new() } else { format!(": {why}") };
            format!("{} {}: {}{tail}", words(&step["time"]), words(&step["title"]), words(&step["status"]))
        });
        section(&mut text, "Calls that were sent", list(&report["calls"]), |call| {
            let cli = words(&call["cli"]);
            let shown = if cli.is_empty() { words(&call["call"]) } else { cli };
            format!("{} `{}` → {}", words(&call["time"]), shown.replace('`', "'"), words(&call["result"]))
        });
        section(&mut text, "Before", list(&report["before"]), |before| {
            let data = &before["data"];
            format!(
                "{} {}: `{}`",
                words(&data["step"]),
                words(&data["object"]),
                data["before"].to_string().replace('`', "'")
            )
        });
        section(&mut text, "Seen afterwards", list(&report["verified"]), |seen| {
            let data = &seen["data"];
            let ok = if data["ok"].as_bool() == Some(true) { "as wanted" } else { "NOT as wanted" };
            format!("{} {}: {ok}; {}", words(&data["step"]), words(&data["object"]), words(&data["seen"]))
        });
        section(&mut text, "Notes", list(&report["notes"]), |note| {
            format!("{} {}", words(&note["time"]), words(&note["data"]["text"]))
        });
        section(&mut text, "Evidence", list(&report["evidence"]), |evidence| {
            let data = &evidence["data"];
            format!(
                "`evidence/{}`, {} bytes, SHA-256 {}",
                words(&data["file"]),
                words(&data["bytes"]),
                words(&data["sha256"])
            )
        });
        section(&mut text, "What is open", list(&report["open"]), words);
        text
    }
}

fn section(text: &mut String, title: &str, items: &[Value], line: impl Fn(&Value) -> String) {
    let _ = writeln!(text, "\n## {title}\n");
    if items.is_empty() {
        text.push_str("Nothing recorded.\n");
    }
    for item in items {
        let _ = writeln!(text, "- {}", line(item));
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A value as words on one line; text from AWS with what it hides made visible.
fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => visible(text).into_owned(),
        other => visible(&other.to_string()).into_owned(),
    }
}

fn line(entry: &Entry) -> Value {
    json!({"seq": entry.seq, "time": entry.time, "data": entry.data})
}

/// The last status of each step, in the order in which the steps first came.
fn steps(entries: &[Entry]) -> Vec<Value> {
    let mut order: Vec<Value> = vec![];
    for entry in entries.iter().filter(|entry| entry.kind == "step") {
        let said = json!({"time": entry.time, "step": entry.data["step"], "title": entry.data["title"],
            "status": entry.data["status"], "why": entry.data["why"]});
        match order.iter_mut().find(|known| known["step"] == said["step"]) {
            Some(known) => *known = said,
            None => order.push(said),
        }
    }
    order
}

/// Each call that was meant to leave, with what came of it.
fn calls(entries: &[Entry]) -> Vec<Value> {
    let mut sent = vec![];
    for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.kind.ends_with("intent")) {
        let outcome = entries[at + 1..].iter().find(|later| {
            (later.kind.ends_with("outcome") || later.kind == "recovered")
                && later.data["step"] == entry.data["step"]
                && later.data["object"] == entry.data["object"]
        });
        let result = outcome.map_or_else(
            || json!("not known: no outcome was recorded"),
            |outcome| match &outcome.data["fault"] {
                Value::Null => outcome.data["result"].clone(),
                fault => fault.clone(),
            },
        );
        sent.push(json!({"seq": entry.seq, "time": entry.time, "step": entry.data["step"],
            "object": entry.data["object"], "call": entry.data["call"], "cli": entry.cli, "result": result}));
    }
    sent
}

/// What somebody who takes over has to look at.
fn open_points(case: &Case) -> Vec<String> {
    let entries = case.entries();
    let mut open: Vec<String> = vec![];
    for step in steps(entries) {
        let status = step["status"].as_str().unwrap_or_default();
        if !matches!(status, "done" | "undone" | "kept" | "not-applicable") {
            open.push(format!("{}: {status}", words(&step["title"])));
        }
    }
    if summary::status(entries) == "interrupted" {
        open.push("the last call has no recorded outcome: open the case to read the real state".into());
    }
    open.extend(case.verify());
    open
}
