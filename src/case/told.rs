//! The journal in words: each line as a person reads it, with the step's title
//! in the place of its number in the plan.

use std::fmt::Write as _;

use serde_json::Value;

use super::journal::Entry;
use super::{STORING, record};
use crate::domain::text::visible;
use crate::respond::fact::Fact;
use crate::respond::plan::Plan;
use crate::respond::run::{At, ChangeStatus, Command, Outcome, Record};

/// A field of a line of an unknown kind is cut at so many characters, with a mark.
const LONG: usize = 400;

/// What each line of a journal says, in the journal's order.
pub fn told(entries: &[Entry]) -> Vec<String> {
    let mut plans: Vec<Plan> = Vec::new();
    let mut current = 0;
    let mut all = Vec::with_capacity(entries.len());
    for entry in entries {
        let record = record::of(entry);
        match &record {
            Some(Record::Plan(plan)) => {
                current = plans.len();
                plans.push((**plan).clone());
            }
            Some(Record::Command { plan, .. }) => {
                current = plans.iter().rposition(|known| known.key() == *plan).unwrap_or(current);
            }
            _ => {}
        }
        let text = match &record {
            Some(record) => Teller(plans.get(current)).words(record),
            None => other(entry),
        };
        all.push(visible(&text).into_owned());
    }
    all
}

/// Tells the records that are of a plan.
struct Teller<'p>(Option<&'p Plan>);

impl Teller<'_> {
    fn words(&self, record: &Record) -> String {
        match record {
            Record::Plan(plan) => format!(
                "the plan {} on {} was made, {} steps; why: {}",
                plan.playbook,
                plan.label,
                plan.steps.len(),
                plan.reason
            ),
            Record::Command { command, .. } => self.command(command),
            Record::Identity { caller, region } => {
                format!("the caller was read again: {}, account {}, {region}", caller.arn, caller.account)
            }
            Record::Before { at, fact } => format!("{}: {} was {}", self.at(*at), self.what(*at), fact.words()),
            Record::Intent { at, call } => {
                let on: Vec<String> = call.resources().into_iter().map(|resource| resource.id).collect();
                let on = if on.is_empty() { String::new() } else { format!(" on {}", on.join(", ")) };
                let back = if at.back { ", to take it back" } else { "" };
                format!("{}: about to call {}{on}{back}", self.at(*at), call.action())
            }
            Record::Outcome { at, outcome } => match &**outcome {
                Outcome::Taken(_) => format!("{}: AWS took the call", self.at(*at)),
                Outcome::Fault(fault) => format!("{}: the call failed: {fault}", self.at(*at)),
            },
            Record::Settled { at, status, fact } => self.settled(*at, status, fact.as_ref()),
            Record::Evidence { step, file, sha256, bytes, .. } => {
                let kept = format!("evidence/{file} is kept, {bytes} bytes, SHA-256 {sha256}");
                step.map_or_else(|| kept.clone(), |step| format!("{}: {kept}", self.step(step)))
            }
            Record::Missed { step, name, fault } => format!("{}: no evidence {name}: {fault}", self.step(*step)),
            Record::Recorded { step } => format!("{}: all of its evidence was asked for", self.step(*step)),
            Record::Skipped { step, reason } => format!("{} was left out: {reason}", self.step_of(step)),
            Record::Acknowledged { step, by_user: false, .. } => {
                format!("{}: the run went past it, and it is still open", self.step_of(step))
            }
            Record::Acknowledged { step, note, .. } if note.is_empty() => format!("{}: done", self.step_of(step)),
            Record::Acknowledged { step, note, .. } => format!("{}: {note}", self.step_of(step)),
            Record::Ended {} => "the command came to its end".into(),
            Record::Stopped { fault } => format!("the command ended early: {fault}"),
            Record::Note { text } => text.clone(),
            Record::Pinned { event, sentence, findings } => {
                let said = if sentence.is_empty() { &event.name } else { sentence };
                let mut text = format!("{} {said} ({}, event {})", event.time, event.name, event.id);
                for finding in findings {
                    let _ = write!(text, "; {} finding '{}'", finding.severity.word(), finding.title);
                }
                text
            }
        }
    }

    fn command(&self, command: &Command) -> String {
        match command {
            Command::Run { steps } => {
                let steps: Vec<String> = steps.iter().map(|step| self.step_of(step)).collect();
                format!("asked to run {}", steps.join(", "))
            }
            Command::Verify { step } => format!("asked to verify {}", self.step_of(step)),
            Command::Retry { step, change } => {
                let object = self.0.and_then(|plan| plan.step(step)).and_then(|(_, step)| step.changes.get(*change));
                let object = object.map_or_else(|| format!("object {}", change + 1), |change| change.resource().id);
                format!("asked to try {object} of {} again", self.step_of(step))
            }
            Command::Undo { step: Some(step) } => format!("asked to undo {}", self.step_of(step)),
            Command::Undo { step: None } => "asked to undo everything".into(),
            Command::Recover => "asked to find out what became of calls without an outcome".into(),
            Command::Leave { reason } => format!("what was interrupted is left as it stands: {reason}"),
            Command::Skip { step, reason } => format!("asked to leave out {}: {reason}", self.step_of(step)),
            Command::Acknowledge { step, note } => format!("{} is said to be done: {note}", self.step_of(step)),
        }
    }

    fn settled(&self, at: At, status: &ChangeStatus, fact: Option<&Fact>) -> String {
        let mut text = format!("{}: {}: {}", self.at(at), self.what(at), status.word());
        let why = match status {
            ChangeStatus::Failed(fault) => fault.to_string(),
            ChangeStatus::Stays(why) | ChangeStatus::Drifted(why) => why.clone(),
            _ => String::new(),
        };
        if !why.is_empty() {
            let _ = write!(text, ": {why}");
        }
        if let Some(fact) = fact {
            let _ = write!(text, ", now {}", fact.words());
        }
        text
    }

    /// `step 23 'Stop it'`, counted from one as on the screen.
    fn step(&self, place: usize) -> String {
        match self.0.and_then(|plan| plan.steps.get(place)) {
            Some(step) => format!("step {} '{}'", place + 1, step.title),
            None => format!("step {}", place + 1),
        }
    }

    fn step_of(&self, id: &str) -> String {
        match self.0.and_then(|plan| plan.step(id)) {
            Some((place, _)) => self.step(place),
            None => format!("step '{id}'"),
        }
    }

    fn at(&self, at: At) -> String {
        self.step(at.step)
    }

    /// `termination protection of i-…`.
    fn what(&self, at: At) -> String {
        let change = self.0.and_then(|plan| plan.steps.get(at.step)).and_then(|step| step.changes.get(at.change));
        change.map_or_else(
            || format!("object {}", at.change + 1),
            |change| format!("{} of {}", change.probe.noun(), change.resource().id),
        )
    }
}

/// A line that is no record: a file that is about to be written, or a kind of another version.
fn other(entry: &Entry) -> String {
    if entry.kind == STORING {
        let file = entry.data["file"].as_str().unwrap_or_default();
        return format!("evidence/{file} is about to be written, {} bytes", entry.data["bytes"]);
    }
    let Value::Object(fields) = &entry.data else { return field(&entry.data) };
    let words = fields.iter().filter(|(_, value)| !value.is_null());
    words.map(|(name, value)| format!("{name} {}", field(value))).collect::<Vec<_>>().join(", ")
}

fn field(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() <= LONG { text } else { text.chars().take(LONG).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::told;
    use crate::case::Case;
    use crate::domain::fault::{Fault, FaultKind};
    use crate::respond::fact::Fact;
    use crate::respond::fixture::{self, WEB};
    use crate::respond::run::{At, ChangeStatus, Command, Outcome, Record};

    #[test]
    fn a_journal_is_told_in_words_with_the_titles_and_numbers_of_the_screen() {
        let root = tempfile::tempdir().unwrap();
        let mut case = Case::create(root.path(), "c-1").unwrap();
        let plan = fixture::plan("compromised-instance", WEB);
        let (place, step) = plan.step("protect").unwrap();
        let step = format!("step {} '{}'", place + 1, step.title);
        let at = At { step: place, change: 0, back: false };
        let call = plan.steps[place].changes[0].calls().remove(0);
        let now = fixture::start();
        let refused = Fault::new(FaultKind::Denied, "ec2:ModifyInstanceAttribute", "no");
        let records = [
            Record::Plan(Box::new(plan.clone())),
            Record::Command {
                plan: plan.key(),
                command: Command::Run { steps: vec!["protect".into()] },
                caller: plan.scope.caller.clone(),
            },
            Record::Before { at, fact: Fact::Flag(false) },
            Record::Intent { at, call: Box::new(call) },
            Record::Outcome { at, outcome: Box::new(Outcome::Fault(refused.clone())) },
            Record::Settled { at, status: ChangeStatus::Done, fact: Some(Fact::Flag(true)) },
            Record::Skipped { step: "protect".into(), reason: "not\u{1b} now".into() },
        ];
        for record in &records {
            case.record(now, "ada", record, "eu-west-1").unwrap();
        }
        case.append(now, "ada", "from-tomorrow", json!({"text": "x".repeat(500)}), None).unwrap();
        let told = told(case.entries());
        assert!(told[0].starts_with("the plan compromised-instance on"), "{}", told[0]);
        let on = format!("termination protection of {WEB}");
        assert_eq!(
            told[1..7],
            [
                format!("asked to run {step}"),
                format!("{step}: {on} was off"),
                format!("{step}: about to call ec2:ModifyInstanceAttribute on {WEB}"),
                format!("{step}: the call failed: {refused}"),
                format!("{step}: {on}: done, now on"),
                format!("{step} was left out: not␛ now"),
            ]
        );
        assert!(told[7].starts_with("text xxx") && told[7].ends_with('…'), "what is cut is marked: {}", told[7]);
    }
}
