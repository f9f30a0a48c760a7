//! The cases under a folder, a line each.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::journal::Entry;
use super::{JOURNAL, storage};
use crate::domain::fault::Fault;

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
    /// `open`, `done`, `undone`, `interrupted` (an intent without an outcome), or `unreadable`.
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
    let opened = entries.iter().find(|entry| entry.kind == "opened");
    let said = |key: &str| opened.and_then(|entry| entry.data[key].as_str()).unwrap_or_default().to_owned();
    Summary {
        id: id.to_owned(),
        opened: entries.first().map(|entry| entry.time),
        last: entries.last().map(|entry| entry.time),
        playbook: said("playbook"),
        target: said("target"),
        status: status(&entries).into(),
        lines,
    }
}

/// Where a case stands, told by its journal alone.
pub fn status(entries: &[Entry]) -> &str {
    let last = |kinds: &[&str]| entries.iter().rposition(|entry| kinds.contains(&entry.kind.as_str()));
    let intent = last(&["intent", "undo-intent"]);
    let outcome = last(&["outcome", "undo-outcome", "recovered"]);
    if intent.is_some() && outcome < intent {
        return "interrupted";
    }
    match last(&["done"]) {
        Some(done) if intent.is_none_or(|intent| intent < done) => {
            entries[done].data["status"].as_str().unwrap_or("done")
        }
        _ => "open",
    }
}
