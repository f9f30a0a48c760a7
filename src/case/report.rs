//! The report of a case, read in five minutes: what happened, who, what was
//! touched, what was done, before and after, what is open. Made from the
//! journal alone, with secrets taken out.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::journal::Entry;
use super::{Case, record, redact, summary};
use crate::respond::run::{Command, Outcome, Record, Run};

mod markdown;
mod open;

/// The report of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    json: Value,
}

impl Report {
    /// The report of a case as its journal stands.
    pub fn of(case: &Case) -> Self {
        let entries = case.entries();
        let runs = case.runs();
        let mut responders: Vec<&str> = entries.iter().map(|entry| entry.actor.as_str()).collect();
        responders.sort_unstable();
        responders.dedup();
        let plan = runs.last().map(|run| &run.plan);
        let json = json!({
            "case": case.id(),
            "status": summary::status(&runs),
            "opened": entries.first().map(|entry| entry.time),
            "last": entries.last().map(|entry| entry.time),
            "target": plan.map(|plan| &plan.label),
            "scope": plan.map(|plan| &plan.scope),
            "reason": plan.map(|plan| &plan.reason),
            "suggested": plan.map(|plan| &plan.suggested),
            "ticket": plan.map(|plan| &plan.ticket),
            "responders": responders,
            "events": events(entries),
            "findings": findings(entries),
            "runs": runs.iter().map(run).collect::<Vec<_>>(),
            "calls": calls(entries),
            "notes": notes(entries),
            "evidence": evidence(entries),
            "open": open::points(case, &runs),
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
        markdown::text(&self.json)
    }
}

/// The pinned events, oldest first: the timeline of what happened.
fn events(entries: &[Entry]) -> Vec<Value> {
    let mut events: Vec<_> = entries
        .iter()
        .filter_map(|entry| match record::of(entry)? {
            Record::Pinned { event, sentence, .. } => Some((event, sentence)),
            _ => None,
        })
        .collect();
    events.sort_by_key(|(event, _)| event.time);
    events.dedup_by(|a, b| a.0.id == b.0.id);
    let shown = events.into_iter().map(|(event, sentence)| {
        json!({
            "time": event.time, "id": event.id, "name": event.name, "actor": event.actor.name,
            "actor_arn": event.actor.arn, "access_key": event.actor.access_key, "ip": event.ip,
            "region": event.region, "error": event.error.map(|error| error.code), "resources": event.resources,
            "sentence": sentence,
        })
    });
    shown.collect()
}

fn findings(entries: &[Entry]) -> Vec<Value> {
    let mut all = Vec::new();
    for entry in entries {
        if let Some(Record::Pinned { findings, .. }) = record::of(entry) {
            let shown = findings.into_iter().map(|finding| {
                let because: Vec<(&str, String)> =
                    finding.because.iter().map(|(path, value)| (path.as_str(), redact::field(path, value))).collect();
                json!({
                    "severity": finding.severity, "title": finding.title, "event": finding.event_id,
                    "because": because, "origin": finding.origin,
                })
            });
            all.extend(shown);
        }
    }
    // An event may be pinned twice.
    let mut seen = HashSet::new();
    all.retain(|finding| seen.insert(finding.to_string()));
    all
}

/// One plan with what became of it: steps, and each object before and after.
fn run(run: &Run) -> Value {
    json!({
        "playbook": run.plan.playbook,
        "title": run.plan.title,
        "target": run.plan.target,
        "made": run.plan.made,
        "reason": run.plan.reason,
        "suggested": run.plan.suggested,
        "ticket": run.plan.ticket,
        "blast_radius": run.plan.blast_radius,
        "steps": steps(run),
        "stopped": run.stopped.as_ref().map(ToString::to_string),
    })
}

/// The steps, each with how it stands in a word beside its status.
fn steps(run: &Run) -> Vec<Value> {
    let steps = run.summary().steps.into_iter().enumerate();
    steps
        .map(|(at, step)| {
            let mut told = json!(step);
            told["word"] = run.word(at).into();
            told
        })
        .collect()
}

/// Each call that was meant to leave, with what came of it.
fn calls(entries: &[Entry]) -> Vec<Value> {
    let mut sent = Vec::new();
    for (line, entry) in entries.iter().enumerate() {
        let Some(Record::Intent { at, call }) = record::of(entry) else { continue };
        let later = entries[line + 1..].iter().find_map(|later| match record::of(later)? {
            Record::Outcome { at: of, outcome } if of == at => Some(match *outcome {
                Outcome::Taken(_) => "taken".to_owned(),
                Outcome::Fault(fault) => fault.to_string(),
            }),
            // A later intent for the same change, or a reading: this one's own outcome was never written.
            Record::Intent { at: of, .. } if of == at => Some("not known: no outcome was written".to_owned()),
            Record::Settled { at: of, status, .. } if of == at => {
                Some(format!("not known: no outcome was written; read afterwards: {}", status.word()))
            }
            _ => None,
        });
        sent.push(json!({
            "seq": entry.seq, "time": entry.time, "actor": entry.actor, "action": call.action(),
            "resources": call.resources(), "undo": at.back, "cli": entry.cli,
            "result": later.unwrap_or_else(|| "not known: no outcome was written".to_owned()),
        }));
    }
    sent
}

/// What people wrote: notes, decisions, reasons for leaving a step out.
fn notes(entries: &[Entry]) -> Vec<Value> {
    let text = |entry: &Entry| match record::of(entry)? {
        Record::Note { text } => Some(text),
        Record::Skipped { step, reason } => Some(format!("{step} was left out: {reason}")),
        Record::Acknowledged { step, note, by_user: true } if note.is_empty() => Some(format!("{step}: done")),
        Record::Acknowledged { step, note, by_user: true } => Some(format!("{step}: {note}")),
        Record::Command { command: Command::Undo { step }, .. } => {
            Some(format!("undo of {} was asked for", step.as_deref().unwrap_or("everything")))
        }
        Record::Command { command: Command::Leave { reason }, .. } => {
            Some(format!("what was interrupted is left as it stands: {reason}"))
        }
        _ => None,
    };
    entries
        .iter()
        .filter_map(|entry| Some(json!({"time": entry.time, "actor": entry.actor, "text": text(entry)?})))
        .collect()
}

fn evidence(entries: &[Entry]) -> Vec<Value> {
    let kept = entries.iter().filter(|entry| entry.kind == "evidence");
    let shown = kept.map(|entry| {
        let data = &entry.data;
        json!({"time": entry.time, "file": data["file"], "sha256": data["sha256"], "bytes": data["bytes"]})
    });
    shown.collect()
}
