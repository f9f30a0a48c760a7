//! Detection over whole records: the recorded logs, our own rules with their
//! pairs of events, and a plain evaluator to hold the compiled one against.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use stanch::detect::RuleSet;

mod demo;
mod pairs;
mod public;
mod recorded;
mod reference;

/// A record of a log file, with what a decoder would know of it.
pub struct Record {
    pub raw: String,
    pub source: String,
    pub name: String,
    pub id: String,
    pub time: Timestamp,
}

impl Record {
    /// Reads what a decoder would.
    pub fn new(raw: &str) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Head {
            event_source: String,
            event_name: String,
            #[serde(rename = "eventID")]
            id: String,
            event_time: Timestamp,
        }
        let head: Head = serde_json::from_str(raw).unwrap();
        Self { raw: raw.into(), source: head.event_source, name: head.event_name, id: head.id, time: head.event_time }
    }
}

/// All records of the log files in a folder, in order of time.
pub fn records(folder: &Path) -> Vec<Record> {
    #[derive(Deserialize)]
    struct File {
        #[serde(rename = "Records")]
        records: Vec<Box<RawValue>>,
    }
    let mut records = Vec::new();
    for path in files(folder, "json") {
        let Ok(file) = serde_json::from_str::<File>(&std::fs::read_to_string(path).unwrap()) else { continue };
        records.extend(file.records.iter().map(|raw| Record::new(raw.get())));
    }
    records.sort_by_key(|record| record.time);
    records
}

/// The files below a folder with an extension, sorted.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                waiting.push(entry);
            } else if entry.extension().is_some_and(|have| have == extension) {
                found.push(entry);
            }
        }
    }
    found.sort();
    found
}

/// The rules in a folder.
pub fn rules_in(folder: &Path) -> (RuleSet, Vec<stanch::detect::RuleError>) {
    let files = files(folder, "yml")
        .into_iter()
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    RuleSet::load(&[(folder.display().to_string(), files)], false)
}
