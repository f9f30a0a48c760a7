//! The journal's lines as records of runs, and the runs that they make.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Case;
use super::journal::Entry;
use crate::domain::fault::{Fault, FaultKind};
use crate::respond::run::{Record, Run};

impl Case {
    /// Appends a record; it is on disk when this returns.
    ///
    /// # Errors
    /// `Storage`: nothing was appended, and nothing that depends on it may go on.
    pub fn record(&mut self, at: Timestamp, actor: &str, record: &Record, region: &str) -> Result<u64, Fault> {
        let malformed = |error: serde_json::Error| Fault::new(FaultKind::Malformed, "case:Journal", error.to_string());
        let mut written = serde_json::to_value(record).map_err(malformed)?;
        let data = written.get_mut("data").map_or(Value::Null, Value::take);
        self.append(at, actor, record.kind(), data, record.cli(region).as_deref())
    }

    /// The record that a line holds; none for a kind of line that is no record.
    pub fn record_of(&self, entry: &Entry) -> Option<Record> {
        of(entry)
    }

    /// The lines that are records, with their times. Other kinds are passed over.
    pub fn records(&self) -> Vec<(Record, Timestamp)> {
        records(self.entries())
    }

    /// The runs of the case, in the order in which their plans were made.
    pub fn runs(&self) -> Vec<Run> {
        let records = self.records();
        Run::of_records(records.iter().map(|(record, at)| (record, *at)))
    }
}

pub(super) fn records(entries: &[Entry]) -> Vec<(Record, Timestamp)> {
    entries.iter().filter_map(|entry| Some((of(entry)?, entry.time))).collect()
}

/// The record that a line holds; none for a kind of line that is no record.
pub(super) fn of(entry: &Entry) -> Option<Record> {
    serde_json::from_value(json!({ "kind": entry.kind, "data": entry.data })).ok()
}
