//! The case of this console: opened by the first thing that must be kept, and
//! written to off the drawing thread, for every line waits for the disk.

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use crate::app::case::{CaseView, Entry};
use crate::case::Case;
use crate::case::journal;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::scope::short_arn;
use crate::domain::text::visible;

/// Where the case lies, and the case once it is open.
#[derive(Debug)]
pub struct Docket {
    root: PathBuf,
    named: Option<String>,
    case: Mutex<Option<Case>>,
}

impl Docket {
    /// A case under a folder, by the name that the user gave or one of its own.
    pub fn new(root: PathBuf, named: Option<String>) -> Self {
        Self { root, named, case: Mutex::new(None) }
    }

    /// Does something with the case, which is opened or made if it must be. It
    /// waits for the disk: never on the drawing thread.
    pub fn with<T>(
        &self,
        now: Timestamp,
        act: impl FnOnce(&mut Case) -> Result<T, Fault>,
    ) -> Result<(T, CaseView), Fault> {
        let mut slot = self.case.blocking_lock();
        let case = match &mut *slot {
            Some(case) => case,
            none => none.insert(self.open(now, None)?),
        };
        let done = act(case)?;
        Ok((done, view(case)))
    }

    /// The case for as long as the guard is held: others who want it wait. One
    /// that has to be made gets the id that a plan speaks of, where the user named none.
    pub async fn hold(&self, now: Timestamp, id: &str) -> Result<MappedMutexGuard<'_, Case>, Fault> {
        let mut slot = self.case.lock().await;
        if slot.is_none() {
            *slot = Some(self.open(now, Some(id))?);
        }
        MutexGuard::try_map(slot, Option::as_mut)
            .map_err(|_| Fault::new(FaultKind::Storage, "case:Open", "the case was closed under its user"))
    }

    fn open(&self, now: Timestamp, id: Option<&str>) -> Result<Case, Fault> {
        if let Some(name) = self.named.as_deref().or(id) {
            let folder = self.root.join(name);
            return if folder.exists() { Case::open(&folder) } else { Case::create(&self.root, name) };
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
}

/// The case as the console shows it.
pub fn view(case: &Case) -> CaseView {
    CaseView {
        id: case.id(),
        folder: case.dir().display().to_string(),
        entries: case.entries().iter().map(entry).collect(),
    }
}

fn entry(from: &journal::Entry) -> Entry {
    Entry {
        at: from.time,
        who: visible(short_arn(&from.actor)).into_owned(),
        kind: from.kind.clone(),
        text: sentence(&from.data),
        cli: from.cli.clone().unwrap_or_default(),
    }
}

/// What a line of the journal says, in one line: its fields by name, the plain ones first.
fn sentence(data: &Value) -> String {
    let Value::Object(fields) = data else { return word(data) };
    let (plain, rest): (Vec<_>, Vec<_>) = fields.iter().partition(|(_, value)| !value.is_object() && !value.is_array());
    let words = plain.into_iter().chain(rest).filter(|(_, value)| !value.is_null());
    let text = words.map(|(name, value)| format!("{name} {}", word(value))).collect::<Vec<_>>().join(", ");
    visible(&text).into_owned()
}

fn word(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() > 120 { text.chars().take(119).chain(['…']).collect() } else { text }
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
