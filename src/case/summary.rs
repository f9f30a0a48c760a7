//! The cases under a folder, a line each.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::journal::Entry;
use super::record::records;
use super::{Case, JOURNAL, storage};
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
    /// `open` (nothing changed yet), `done` (what was changed is in force, also where it
    /// cannot be taken back), `undone` (taken back, but for evidence), `stopped` (something
    /// failed, drifted, or is not known), `interrupted` (the program ended in the middle of a command),
    /// `left` (an interrupted one that somebody leaves as it stands), or `unreadable`.
    pub status: String,
    /// How many lines its journal has.
    pub lines: usize,
    /// Another program has it open at this moment.
    pub in_use: bool,
}

/// A case whose program ended in the middle of a command, or of a containment.
#[derive(Debug, Clone)]
pub struct Interrupted {
    /// Its folder.
    pub folder: PathBuf,
    /// The case's id: its folder's name.
    pub id: String,
    /// When its last line was written.
    pub last: Timestamp,
    /// Who wrote it, as an ARN.
    pub by: String,
    /// The run that was cut off, the newest of them; else the newest that is half done.
    pub run: Run,
}

/// The cases under a folder that were cut off or are half done, newest first: neither those that
/// another program has open, nor those that cannot be read. Nothing is healed.
///
/// # Errors
/// `Storage` where the folder cannot be read.
pub fn interrupted(root: &Path) -> Result<Vec<Interrupted>, Fault> {
    let cut_off = |case: Summary| {
        let folder = root.join(&case.id);
        let journal = Case::view(&folder).ok()?;
        let last = journal.entries().last()?;
        let (last, by) = (last.time, last.actor.clone());
        let mut runs = journal.runs();
        let place = runs.iter().rposition(Run::is_interrupted).or_else(|| runs.iter().rposition(Run::is_half_done))?;
        let run = runs.swap_remove(place);
        Some(Interrupted { folder, id: case.id, last, by, run })
    };
    let over = ["open", "undone", "left", "unreadable"];
    let cases = list(root)?.into_iter().filter(|case| !over.contains(&case.status.as_str()) && !case.in_use);
    Ok(cases.filter_map(cut_off).collect())
}

/// Another program holds the journal's lock.
pub(super) fn in_use(journal: &Path) -> bool {
    let held = |file: fs::File| matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock));
    fs::File::open(journal).is_ok_and(held)
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
        in_use: in_use(journal),
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
        in_use: in_use(journal),
    }
}

/// Where a case stands, told by its runs alone.
pub fn status(runs: &[Run]) -> &'static str {
    if runs.iter().any(Run::is_interrupted) {
        return "interrupted";
    }
    let statuses = || runs.iter().flat_map(|run| (0..run.steps.len()).map(|at| run.status(at)));
    let any = |wanted: &[StepStatus]| statuses().any(|status| wanted.contains(&status));
    if any(&[StepStatus::Failed, StepStatus::Partly, StepStatus::Drifted, StepStatus::NotKnown])
        || runs.iter().any(|run| run.stopped.is_some())
    {
        "stopped"
    } else if runs.iter().any(Run::is_left) {
        "left"
    } else if runs.iter().any(|run| run.can_undo() || run.has_lasting()) {
        "done"
    } else if any(&[StepStatus::Undone]) {
        "undone"
    } else if runs.iter().any(Run::has_changed) {
        // Evidence alone was made.
        "done"
    } else {
        "open"
    }
}
