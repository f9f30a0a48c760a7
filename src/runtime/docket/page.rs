//! A case as the console shows it, made of its journal.

use std::path::Path;

use crate::app::case::{CaseView, Entry, Kept, Pinned, Said, Step};
use crate::app::remediation::mark;
use crate::case::Case;
use crate::case::journal;
use crate::case::summary;
use crate::case::told;
use crate::domain::scope::short_arn;
use crate::domain::text::visible;
use crate::respond::run::{Record, Run, StepStatus};

/// The case as the console shows it; `root` is where the cases lie.
pub fn view(case: &Case, root: &Path) -> CaseView {
    let lies_elsewhere = case.dir().parent() != Some(root);
    let name = if lies_elsewhere { Some(case.dir().as_os_str()) } else { case.dir().file_name() };
    let runs = case.runs();
    let mut view = CaseView {
        id: case.id(),
        name: name.unwrap_or_default().to_string_lossy().into_owned(),
        folder: case.dir().display().to_string(),
        status: summary::status(&runs).to_owned(),
        entries: case.entries().iter().zip(told::told(case.entries())).map(entry).collect(),
        ..CaseView::default()
    };
    for run in &runs {
        let steps = run.summary().steps.into_iter().enumerate().map(|(at, step)| Step {
            mark: if run.word(at) == step.status.word() { mark(step.status) } else { mark(StepStatus::Skipped) },
            title: visible(&step.title).into_owned(),
            word: run.word(at),
            note: visible(step.note.as_deref().unwrap_or_default()).into_owned(),
        });
        view.runs.push((visible(&format!("{}  {}", run.plan.playbook, run.plan.label)).into_owned(), steps.collect()));
    }
    for line in case.entries() {
        let said = |text: String| Said { at: line.time, who: who(line), text: visible(&text).into_owned() };
        match case.record_of(line) {
            Some(Record::Pinned { event, sentence, .. }) => {
                let text = if sentence.is_empty() { event.name.clone() } else { sentence };
                view.pinned.push(Pinned { id: event.id, at: event.time, text: visible(&text).into_owned() });
            }
            Some(Record::Note { text }) => view.notes.push(said(text)),
            Some(Record::Skipped { step, reason }) => view.notes.push(said(format!("{step} was left out: {reason}"))),
            Some(Record::Acknowledged { step, note, by_user: true }) => {
                view.notes.push(said(format!("{step}: {note}")));
            }
            Some(Record::Evidence { file, sha256, bytes, .. }) => {
                view.evidence.push(Kept { file: visible(&file).into_owned(), bytes, sha256 });
            }
            _ => {}
        }
    }
    view.pinned.sort_by_key(|pinned| pinned.at);
    view.in_force = runs.into_iter().filter(Run::can_undo).collect();
    view
}

fn who(line: &journal::Entry) -> String {
    visible(short_arn(&line.actor)).into_owned()
}

fn entry((from, text): (&journal::Entry, String)) -> Entry {
    Entry {
        at: from.time,
        who: who(from),
        kind: visible(&from.kind).into_owned(),
        text,
        cli: from.cli.clone().unwrap_or_default(),
    }
}
