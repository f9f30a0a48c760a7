//! The cases of this console: its own, opened by the first thing that must be
//! kept, and those that it goes on with. They are written to off the drawing
//! thread, for every line waits for the disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::app::case::CaseView;
use crate::case::Case;
use crate::case::summary::{self, Interrupted};
use crate::domain::fault::Fault;

mod page;

pub use page::view;

/// A case that several tasks write to, a line at a time.
pub type Shared = Arc<Mutex<Case>>;

/// Where the cases lie, and those that are open.
#[derive(Debug)]
pub struct Docket {
    root: PathBuf,
    named: Option<String>,
    shelf: Mutex<Shelf>,
}

/// The open cases.
#[derive(Debug, Default)]
struct Shelf {
    /// By their folders.
    open: BTreeMap<PathBuf, Shared>,
    /// The folder of the one that pins and notes go to.
    current: Option<PathBuf>,
    /// The folders of cases that were found interrupted, by the id that their plans speak of.
    found: BTreeMap<String, PathBuf>,
}

impl Docket {
    /// Cases under a folder; the console's own by the name that the user gave,
    /// or one of its own.
    pub fn new(root: PathBuf, named: Option<String>) -> Self {
        Self { root, named, shelf: Mutex::default() }
    }

    /// Does something with the console's case, which is opened or made if it
    /// must be. It waits for the disk: never on the drawing thread.
    pub fn with<T>(
        &self,
        now: Timestamp,
        act: impl FnOnce(&mut Case) -> Result<T, Fault>,
    ) -> Result<(T, CaseView), Fault> {
        let shared = {
            let mut shelf = self.shelf();
            let known = shelf.current.as_ref().and_then(|folder| shelf.open.get(folder)).map(Arc::clone);
            match known {
                Some(case) => case,
                None => shelf.keep(self.fresh(now)?),
            }
        };
        let mut case = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let done = act(&mut case)?;
        Ok((done, view(&case)))
    }

    /// The case that a plan speaks of by its id: opened, or made with that id,
    /// and from then on the one that pins and notes go to.
    pub fn hold(&self, id: &str) -> Result<Shared, Fault> {
        let mut shelf = self.shelf();
        let folder = shelf.found.get(id).cloned().unwrap_or_else(|| self.root.join(id));
        if let Some(case) = shelf.open.get(&folder).map(Arc::clone) {
            shelf.current = Some(folder);
            return Ok(case);
        }
        let case = if folder.starts_with(&self.root) && !folder.exists() {
            Case::create(&self.root, id)?
        } else {
            open(&folder)?
        };
        Ok(shelf.keep(case))
    }

    /// The cases under the folder that were interrupted, and are open nowhere.
    pub fn interrupted(&self) -> Result<Vec<Interrupted>, Fault> {
        let mut found = summary::interrupted(&self.root)?;
        let mut shelf = self.shelf();
        found.retain(|case| !shelf.open.contains_key(&case.folder));
        for case in &found {
            shelf.found.insert(case.run.plan.case.clone(), case.folder.clone());
        }
        Ok(found)
    }

    fn fresh(&self, now: Timestamp) -> Result<Case, Fault> {
        if let Some(name) = &self.named {
            let folder = self.root.join(name);
            return if folder.starts_with(&self.root) { Case::create_or_open(&self.root, name) } else { open(&folder) };
        }
        let stem = now.strftime("%Y%m%d-%H%M%S").to_string();
        let mut id = stem.clone();
        let mut number = 1;
        while self.root.join(&id).exists() {
            number += 1;
            id = format!("{stem}-{number}");
        }
        Case::create(&self.root, &id)
    }

    fn shelf(&self) -> std::sync::MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    /// Takes an open case in; it is the one that is written to.
    fn keep(&mut self, case: Case) -> Shared {
        let folder = case.dir().to_owned();
        let shared = Arc::new(Mutex::new(case));
        self.open.insert(folder.clone(), Arc::clone(&shared));
        self.current = Some(folder);
        shared
    }
}

fn open(folder: &Path) -> Result<Case, Fault> {
    match (folder.parent(), folder.file_name()) {
        (Some(root), Some(id)) => Case::create_or_open(root, &id.to_string_lossy()),
        _ => Case::open(folder),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Docket;

    #[test]
    fn the_first_thing_to_keep_opens_a_case_and_the_next_goes_into_it() {
        let root = tempfile::tempdir().unwrap();
        let docket = Docket::new(root.path().join("cases"), None);
        let now = "2026-11-24T14:02:07Z".parse().unwrap();
        let ((), first) = docket
            .with(now, |case| {
                case.append(now, "arn:aws:iam::1:user/ada", "note", json!({"text": "a\u{1b}"}), None).map(|_| ())
            })
            .unwrap();
        assert_eq!(first.id, "20261124-140207");
        let (_, second) = docket.with(now, |case| case.keep_evidence(now, "ada", "event.json", b"{}")).unwrap();
        assert_eq!(second.id, first.id);
        let told: Vec<_> = second.entries.iter().map(|entry| (entry.kind.as_str(), entry.who.as_str())).collect();
        assert!(told.contains(&("note", "ada")) && told.iter().any(|(kind, _)| *kind == "evidence"), "{told:?}");
        assert!(second.entries.iter().any(|entry| entry.text == "text a␛"), "{:?}", second.entries);
    }

    #[test]
    fn a_case_by_name_is_made_once_and_opened_after() {
        let root = tempfile::tempdir().unwrap();
        let now = "2026-11-24T14:02:07Z".parse().unwrap();
        for round in 1..3 {
            let docket = Docket::new(root.path().to_owned(), Some("breach".into()));
            let note = json!({"text": format!("round {round}")});
            let (_, view) = docket.with(now, |case| case.append(now, "ada", "note", note, None)).unwrap();
            assert_eq!(view.id, "breach");
            assert_eq!(view.entries.iter().filter(|entry| entry.kind == "note").count(), round);
        }
    }
}
