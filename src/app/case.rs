//! The case as the console shows it: what was pinned, done and kept.

use jiff::Timestamp;

use super::Model;
use super::event::event_line;
use super::prose::{Line, Tone};
use super::time::clock_and_day;
use crate::domain::text::visible;
use crate::respond::run::Run;

/// One entry of the journal, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who, as a person says it.
    pub who: String,
    /// What kind of entry: `intent`, `outcome`, `evidence`, `pin` …
    pub kind: String,
    /// What it says, in one line.
    pub text: String,
    /// The AWS CLI command that does the same, empty for none.
    pub cli: String,
}

/// A pinned event, as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// `eventID`.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// It in a sentence.
    pub text: String,
}

/// What a person wrote: a note, a decision, a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What.
    pub text: String,
}

/// A step of a plan, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The mark of its status.
    pub mark: &'static str,
    /// Its title.
    pub title: String,
    /// Its status in a word.
    pub word: &'static str,
    /// What was said of it, empty for nothing.
    pub note: String,
}

/// A file of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its name in the folder of evidence.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

/// The case of this console.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseView {
    /// Its id, empty before the first thing that must be kept.
    pub id: String,
    /// What the other commands know it by: its folder's name, and of one that
    /// lies elsewhere the whole path.
    pub name: String,
    /// Its folder.
    pub folder: String,
    /// Where it stands, in a word.
    pub status: String,
    /// The pinned events, oldest first.
    pub pinned: Vec<Pinned>,
    /// What people wrote, oldest first.
    pub notes: Vec<Said>,
    /// Each plan with its steps.
    pub runs: Vec<(String, Vec<Step>)>,
    /// The runs that changed what can be taken back and was not, oldest first.
    pub in_force: Vec<Run>,
    /// Files of evidence.
    pub evidence: Vec<Kept>,
    /// Its journal, oldest first.
    pub entries: Vec<Entry>,
}

/// The lines of the case overlay.
pub fn lines(model: &Model) -> Vec<Line> {
    let mut lines = Vec::new();
    let case = &model.case;
    if case.id.is_empty() {
        let which = model.settings.case.as_deref().map_or("one".into(), visible);
        lines.push(Line::of(&format!(
            "No case has been opened yet: the first pin, the first note or the first step of a plan opens {which}."
        )));
    } else {
        let status = if case.status.is_empty() { String::new() } else { format!("  {}", case.status) };
        lines.push(Line::labelled("Case").put(Tone::Strong, &case.id).put(Tone::Plain, &status));
        lines.push(Line::labelled("Folder").put(Tone::Plain, &case.folder));
        lines.push(Line::labelled("Report").put(Tone::Plain, &format!("stanch cases report {}", case.name)));
    }
    lines.push(Line::new());
    let mut pinned: Vec<_> =
        model.events.pinned.iter().copied().filter(|slot| model.timeline.time(*slot).is_some()).collect();
    pinned.sort_by_key(|slot| model.timeline.time(*slot));
    // Events that are out of the window by now, or that others pinned, stand in the journal alone.
    let shown: Vec<String> = pinned.iter().map(|slot| model.timeline.row(*slot).id.to_string()).collect();
    let others: Vec<&Pinned> = case.pinned.iter().filter(|pinned| !shown.contains(&pinned.id)).collect();
    lines.push(Line::heading(&format!("Pinned events ({})", pinned.len() + others.len())));
    for event in &others {
        let at = format!("{}  ", clock_and_day(event.at));
        lines.push(Line::new().put(Tone::Dim, &at).put(Tone::Plain, &event.text).hanging(13));
    }
    if pinned.is_empty() && others.is_empty() {
        let key = model.settings.keymap.shown(super::Action::Pin);
        lines.push(
            Line::new().put(Tone::Dim, "  none; ").put(Tone::Key, &key).put(Tone::Dim, " pins the selected event"),
        );
    }
    for slot in pinned {
        lines.push(event_line(&model.timeline.row(slot)));
    }
    told(model, &mut lines);
    lines.push(Line::new());
    lines.push(Line::heading(&format!("Journal ({})", case.entries.len())));
    for entry in &case.entries {
        let mut line = Line::new()
            .put(Tone::Dim, &format!("{}  ", clock_and_day(entry.at)))
            .put(Tone::Label, &format!("{:<9}", entry.kind))
            .put(Tone::Plain, &entry.text);
        line.push(Tone::Dim, &format!("  {}", entry.who));
        lines.push(line.hanging(22));
        if !entry.cli.is_empty() {
            lines.push(Line::new().put(Tone::FieldText, &format!("{:22}$ {}", "", entry.cli)).hanging(24));
        }
    }
    if case.entries.is_empty() {
        lines.push(Line::new().put(Tone::Dim, "  nothing has been done"));
    }
    lines
}

/// Notes, steps and evidence; and the cases of before that were interrupted.
fn told(model: &Model, lines: &mut Vec<Line>) {
    let case = &model.case;
    let key = |action| model.settings.keymap.shown(action);
    lines.push(Line::new());
    lines.push(Line::heading(&format!("Notes ({})", case.notes.len())));
    for note in &case.notes {
        let line = Line::new().put(Tone::Dim, &format!("{}  ", clock_and_day(note.at))).put(Tone::Plain, &note.text);
        lines.push(line.put(Tone::Dim, &format!("  {}", note.who)).hanging(13));
    }
    if case.notes.is_empty() {
        let hint = Line::new().put(Tone::Dim, "  none; ").put(Tone::Key, &key(super::Action::Note));
        lines.push(hint.put(Tone::Dim, " writes one down"));
    }
    for (plan, steps) in &case.runs {
        lines.push(Line::new());
        lines.push(Line::heading(plan));
        for step in steps {
            let line = Line::new()
                .put(Tone::Plain, &format!("{} ", step.mark))
                .put(Tone::Plain, &step.title)
                .put(Tone::Strong, &format!("  {}", step.word));
            lines.push(line.put(Tone::Dim, &format!("  {}", step.note)).hanging(2));
        }
    }
    if !case.evidence.is_empty() {
        lines.push(Line::new());
        lines.push(Line::heading(&format!("Evidence ({})", case.evidence.len())));
    }
    for kept in &case.evidence {
        let line = Line::new().put(Tone::Plain, &kept.file).put(Tone::Dim, &format!("  {} bytes", kept.bytes));
        lines.push(line.put(Tone::Dim, &format!("  SHA-256 {}", kept.sha256)).hanging(2));
    }
    let interrupted = &model.remediation.interrupted;
    if interrupted.is_empty() {
        return;
    }
    lines.push(Line::new());
    let cut_off = interrupted.iter().all(|case| case.run.is_interrupted());
    let heading = if cut_off { "Interrupted cases" } else { "Cases not finished" };
    lines.push(Line::heading(&format!("{heading} ({})", interrupted.len())));
    for case in interrupted {
        let line = Line::new()
            .put(Tone::Strong, &case.id)
            .put(Tone::Plain, &format!("  {}  {}", case.run.plan.playbook, case.run.plan.label))
            .put(Tone::Dim, &format!("  {} {}", clock_and_day(case.last), case.by));
        lines.push(line.hanging(2));
        lines.push(Line::new().put(Tone::Warn, &format!("  {}", case.standing())).hanging(4));
    }
    if interrupted.iter().any(|case| case.scope.is_some()) {
        let hint = Line::new().put(Tone::Dim, "  ").put(Tone::Key, &key(super::Action::Resume));
        lines.push(hint.put(Tone::Dim, " opens the plan as it stands, to complete it or to undo it"));
    }
}
