//! The cases under a folder, a line each.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::journal::Entry;
use super::record::records;
use super::{JOURNAL, storage};
use crate::domain::fault::Fault;
use crate::respond::run::{Run, StepStatus};

/// A case in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The case's id.
    pub id: String,
    /// When it was opened, none where its journal is empty or cannot be read.
    pub opened: Option<Timestamp>,
    /// When its last line was written.
    pub last: Option<Timestamp>,
    /// The playbook, empty for none.
    pub playbook: String,
    /// The target's id, empty for none.
    pub target: String,
    /// `open` (nothing changed yet), `done`, `undone`, `stopped` (something failed or
    /// drifted), `interrupted` (a call without an outcome), or `unreadable`.
    pub status: String,
    /// How many lines its journal has.
    pub lines: usize,
}

/// All cases under a folder, newest first. A journal that cannot be read is
/// listed as such; a folder that does not exist holds no cases. Nothing is
/// locked or healed.
///
/// # Errors
/// `Storage` where the folder cannot be read.
pub fn list(root: &Path) -> Result<Vec<Summary>, Fault> {
    let folders = match fs::read_dir(root) {
        Ok(folders) => folders,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(storage("case:List", root, &error)),
    };
    let mut cases: Vec<Summary> = folders
        .flatten()
        .filter(|entry| entry.path().join(JOURNAL).exists())
        .map(|entry| summary(&entry.file_name().to_string_lossy(), &entry.path().join(JOURNAL)))
        .collect();
    cases.sort_by(|a, b| (b.opened, &b.id).cmp(&(a.opened, &a.id)));
    Ok(cases)
}

fn summary(id: &str, journal: &Path) -> Summary {
    let unreadable = |lines| Summary {
        id: id.to_owned(),
        opened: None,
        last: None,
        playbook: String::new(),
        target: String::new(),
        status: "unreadable".into(),
        lines,
    };
    let Ok(text) = fs::read_to_string(journal) else { return unreadable(0) };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines = whole.lines().count();
    let Ok(entries) = whole.lines().map(serde_json::from_str).collect::<Result<Vec<Entry>, _>>() else {
        return unreadable(lines);
    };
    let runs = Run::of_records(records(&entries).iter().map(|(record, at)| (record, *at)));
    let plan = runs.last().map(|run| &run.plan);
    Summary {
        id: id.to_owned(),
        opened: entries.first().map(|entry| entry.time),
        last: entries.last().map(|entry| entry.time),
        playbook: plan.map(|plan| plan.playbook.clone()).unwrap_or_default(),
        target: plan.map(|plan| plan.target.id.clone()).unwrap_or_default(),
        status: status(&runs).into(),
        lines,
    }
}

/// Where a case stands, told by its runs alone.
pub fn status(runs: &[Run]) -> &'static str {
    let statuses = || runs.iter().flat_map(|run| (0..run.steps.len()).map(|at| run.status(at)));
    let any = |wanted: &[StepStatus]| statuses().any(|status| wanted.contains(&status));
    if any(&[StepStatus::Open]) {
        "interrupted"
    } else if any(&[StepStatus::Failed, StepStatus::Partly, StepStatus::Drifted])
        || runs.iter().any(|run| run.stopped.is_some())
    {
        "stopped"
    } else if runs.iter().any(Run::can_undo) {
        "done"
    } else if any(&[StepStatus::Undone]) {
        "undone"
    } else {
        "open"
    }
}
