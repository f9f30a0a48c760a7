//! The cases of this console: its own, opened by the first thing that must be
//! kept, and those that it goes on with. They are written to off the drawing
//! thread, for every line waits for the disk.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::app::case::CaseView;
use crate::case::summary::{self, Interrupted};
use crate::case::{self, Case};
use crate::domain::fault::Fault;

mod page;

/// A case that several tasks write to, a line at a time.
pub type Shared = Arc<Mutex<Case>>;

/// Where the cases lie, and those that are open.
#[derive(Debug)]
pub struct Docket {
    root: PathBuf,
    named: Option<PathBuf>,
    shelf: Mutex<Shelf>,
}

/// The open cases.
#[derive(Debug, Default)]
struct Shelf {
    /// By their folders.
    open: BTreeMap<PathBuf, Shared>,
    /// The folder of the one that pins and notes go to.
    current: Option<PathBuf>,
    /// The folders of the case that was named and of those that were found
    /// interrupted, by the id that their plans speak of.
    found: BTreeMap<String, PathBuf>,
}

impl Docket {
    /// Cases under a folder; the console's own in the folder that the user
    /// named, which may lie elsewhere, or one of its own.
    pub fn new(root: PathBuf, named: Option<PathBuf>) -> Self {
        let found = named.iter().map(|folder| (case::id_of(folder), folder.clone())).collect();
        Self { root, named, shelf: Mutex::new(Shelf { found, ..Shelf::default() }) }
    }

    /// The case as the console shows it.
    pub fn view(&self, case: &Case) -> CaseView {
        page::view(case, &self.root)
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
        Ok((done, self.view(&case)))
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
        Ok(shelf.keep(Case::at(&folder)?))
    }

    /// The cases under the folder that were interrupted, and are open nowhere.
    pub fn interrupted(&self) -> Result<Vec<Interrupted>, Fault> {
        let mut found = summary::interrupted(&self.root)?;
        let mut shelf = self.shelf();
        found.retain(|case| !shelf.open.contains_key(&case.folder));
        for case in &found {
            shelf.found.entry(case.run.plan.case.clone()).or_insert_with(|| case.folder.clone());
        }
        Ok(found)
    }

    /// The case that the user named, as it stands on disk; none where there is
    /// none yet, or one is open. It is only looked at.
    pub fn named(&self) -> Result<Option<CaseView>, Fault> {
        let Some(folder) = &self.named else { return Ok(None) };
        if self.shelf().current.is_some() || !folder.join(case::JOURNAL).is_file() {
            return Ok(None);
        }
        let mut view = self.view(&Case::view(folder)?);
        if Case::is_in_use(folder) {
            view.status.push_str("; another stanch has it open");
        }
        Ok(Some(view))
    }

    fn fresh(&self, now: Timestamp) -> Result<Case, Fault> {
        if let Some(folder) = &self.named {
            return Case::at(folder);
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Docket;
    use crate::case::Case;

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
        assert!(second.entries.iter().any(|entry| entry.text == "a␛"), "{:?}", second.entries);
    }

    #[test]
    fn a_case_by_name_is_made_once_and_opened_after() {
        let root = tempfile::tempdir().unwrap();
        let now = "2026-11-24T14:02:07Z".parse().unwrap();
        for round in 1..3 {
            let docket = Docket::new(root.path().to_owned(), Some(root.path().join("breach")));
            let note = json!({"text": format!("round {round}")});
            let (_, view) = docket.with(now, |case| case.append(now, "ada", "note", note, None)).unwrap();
            assert_eq!(view.id, "breach");
            assert_eq!(view.entries.iter().filter(|entry| entry.kind == "note").count(), round);
        }
    }

    #[test]
    fn a_case_that_was_handed_over_keeps_its_id_and_is_written_to_where_it_lies() {
        let (root, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (cases, folder) = (root.path().join("cases"), other.path().join("from-alice"));
        let now = "2026-11-24T14:02:07Z".parse().unwrap();
        let plan = json!({"case": "h1"});
        Case::create(other.path(), "from-alice").unwrap().append(now, "alice", "plan", plan, None).unwrap();
        let docket = Docket::new(cases.clone(), Some(folder.clone()));
        let note = json!({"text": "it is mine now"});
        let (_, view) = docket.with(now, |case| case.append(now, "bob", "note", note, None)).unwrap();
        assert_eq!((view.id.as_str(), view.name), ("h1", folder.display().to_string()));
        assert_eq!(docket.hold("h1").unwrap().lock().unwrap().dir(), folder);
        assert!(!cases.exists(), "no second case of the same id is made");
    }

    #[test]
    fn a_named_case_that_is_there_is_shown_before_anything_is_written_to_it() {
        let root = tempfile::tempdir().unwrap();
        let now = "2026-11-24T14:02:07Z".parse().unwrap();
        let folder = root.path().join("handed-over");
        let docket = || Docket::new(root.path().join("cases"), Some(folder.clone()));
        assert_eq!(docket().named(), Ok(None), "there is none yet");
        let first = docket();
        first.with(now, |case| case.append(now, "ada", "note", json!({"text": "seen"}), None)).unwrap();
        let in_use = docket().named().unwrap().unwrap();
        assert!(in_use.status.ends_with("another stanch has it open"), "{}", in_use.status);
        drop(first);
        let second = docket();
        let view = second.named().unwrap().unwrap();
        assert_eq!((view.id.as_str(), view.entries[0].text.as_str()), ("handed-over", "seen"));
        let held = second.hold("handed-over").unwrap();
        assert_eq!(held.lock().unwrap().dir(), folder, "a plan goes into the case that is shown");
    }
}
