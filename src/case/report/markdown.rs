//! A report as Markdown, made of its JSON, out of which the secrets are already taken.

use std::fmt::Write as _;

use serde_json::Value;

use crate::domain::text::visible;

pub(super) fn text(report: &Value) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "# Case {}\n", words(&report["case"]));
    for (label, key) in [
        ("Status", "status"),
        ("Opened", "opened"),
        ("Last entry", "last"),
        ("Target", "target"),
        ("Reason", "reason"),
        ("Suggested because", "suggested"),
        ("Ticket", "ticket"),
    ] {
        // That no reason was given is told too; where there is no plan, there is none to give.
        let told = if key == "reason" && report[key] == "" { "none given".into() } else { words(&report[key]) };
        if !told.is_empty() {
            let _ = writeln!(text, "- {label}: {told}");
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

    section(&mut text, "What is open", list(&report["open"]), words);
    section(&mut text, "What happened", list(&report["events"]), |event| {
        let said = words(&event["sentence"]);
        let said = if said.is_empty() { words(&event["name"]) } else { said };
        format!(
            "{} {said} By {} from {} ({}, event {})",
            words(&event["time"]),
            words(&event["actor"]),
            words(&event["ip"]),
            words(&event["name"]),
            words(&event["id"])
        )
    });
    section(&mut text, "Findings", list(&report["findings"]), |finding| {
        format!("{}: {} (event {})", words(&finding["severity"]), words(&finding["title"]), words(&finding["event"]))
    });
    for run in list(&report["runs"]) {
        let title = format!("What was done: {}, on {}", words(&run["playbook"]), words(&run["target"]["id"]));
        section(&mut text, &title, list(&run["steps"]), step);
        if !words(&run["stopped"]).is_empty() {
            let _ = writeln!(text, "- The last command ended early: {}", words(&run["stopped"]));
        }
    }
    section(&mut text, "Calls that were sent", list(&report["calls"]), |call| {
        let back = if call["undo"].as_bool() == Some(true) { "undo, " } else { "" };
        let cli = plain(&call["cli"]).replace('`', "'");
        format!("{} {back}`{cli}` → {}", words(&call["time"]), words(&call["result"]))
    });
    section(&mut text, "Notes", list(&report["notes"]), |note| {
        format!("{} {}", words(&note["time"]), words(&note["text"]))
    });
    section(&mut text, "Evidence", list(&report["evidence"]), |evidence| {
        let (file, bytes) = (plain(&evidence["file"]).replace('`', "'"), words(&evidence["bytes"]));
        format!("`evidence/{file}`, {bytes} bytes, SHA-256 {}", words(&evidence["sha256"]))
    });
    text
}

/// A step with its status, and each object that was changed or tried: before → now.
fn step(step: &Value) -> String {
    let mut line = format!("{}: {}", words(&step["title"]), words(&step["word"]));
    let note = words(&step["note"]);
    if !note.is_empty() {
        let _ = write!(line, " ({note})");
    }
    for object in list(&step["objects"]) {
        if object["status"] == "pending" || object["status"] == "not checked" {
            continue;
        }
        let (before, now) = (words(&object["before"]), words(&object["now"]));
        let path = match (before.is_empty(), now.is_empty()) {
            (false, false) if before != now => format!(": {before} → {now}"),
            (_, false) => format!(": {now}"),
            _ => String::new(),
        };
        let _ = write!(
            line,
            "\n  - {} {}, {}{path}",
            words(&object["resource"]),
            words(&object["what"]),
            words(&object["status"])
        );
        let why = words(&object["why"]);
        if !why.is_empty() {
            let _ = write!(line, "; {why}");
        }
    }
    line
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

/// A value as words on one line, in which nothing is a link, an image or a tag of
/// HTML: a report that is shown elsewhere must fetch nothing that a stranger wrote.
fn words(value: &Value) -> String {
    plain(value).replace("](", "]\\(").replace("]:", "]\\:").replace('`', "\\`").replace('<', "&lt;")
}

/// A value on one line as it stands; text from AWS with what it hides made visible.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => visible(text).into_owned(),
        other => visible(&other.to_string()).into_owned(),
    }
}
