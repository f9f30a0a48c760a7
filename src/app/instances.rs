//! The list of all instances, most exposed first.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Model;
use super::scopes::ScopeId;
use crate::domain::finding::Severity;
use crate::domain::instance::InstanceState;
use crate::domain::resource::ResourceKind;

/// What the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Most paths from the internet first.
    #[default]
    Exposure,
    /// Worst findings first.
    Findings,
    /// By name.
    Name,
    /// Newest first.
    Launched,
}

impl Sort {
    /// The next order.
    pub fn next(self) -> Self {
        match self {
            Self::Exposure => Self::Findings,
            Self::Findings => Self::Name,
            Self::Name => Self::Launched,
            Self::Launched => Self::Exposure,
        }
    }

    /// The order in words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exposure => "exposure",
            Self::Findings => "findings",
            Self::Name => "name",
            Self::Launched => "launch",
        }
    }
}

/// One instance of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it is.
    pub scope: ScopeId,
    /// `i-…`.
    pub id: String,
    /// Its name, empty for none.
    pub name: String,
    /// Its state.
    pub state: InstanceState,
    /// Its type.
    pub kind: String,
    /// Its Region.
    pub region: String,
    /// The ports that the internet reaches, in words; empty for none.
    pub open: String,
    /// How many paths there are.
    pub paths: usize,
    /// Findings on its events: the worst, and how many.
    pub findings: Option<(Severity, usize)>,
    /// When it was launched.
    pub launched: Option<Timestamp>,
}

/// The list.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// What it is sorted by.
    pub sort: Sort,
    /// The instances, in order.
    pub entries: Vec<Entry>,
    /// The selected row.
    pub cursor: usize,
    /// The first row on the screen.
    pub top: usize,
}

impl List {
    /// Moves the selection by rows and keeps it on the screen.
    pub fn step(&mut self, rows: isize, height: usize) {
        let last = self.entries.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
        self.top = self.top.min(self.cursor).max((self.cursor + 1).saturating_sub(height.max(1)));
    }
}

/// The list anew; the selection stays on its instance.
pub fn rebuild(model: &mut Model) {
    let mut found: BTreeMap<String, (Severity, usize)> = BTreeMap::new();
    for listed in model.findings.listed() {
        if model.timeline.time(listed.slot).is_none() {
            continue;
        }
        for (kind, id) in model.timeline.row(listed.slot).resources() {
            if kind == ResourceKind::Instance {
                let entry = found.entry(id.to_owned()).or_insert((listed.finding.severity, 0));
                entry.0 = entry.0.max(listed.finding.severity);
                entry.1 += 1;
            }
        }
    }
    let mut entries = Vec::new();
    for (scope, state) in model.scopes.iter() {
        for instance in state.inventory.iter().flat_map(|inventory| inventory.instances.values()) {
            let paths = state.exposures.get(&instance.id).map_or(&[][..], Vec::as_slice);
            let mut ports: Vec<&str> = paths.iter().map(|path| path.ports.as_str()).collect();
            ports.dedup();
            entries.push(Entry {
                scope,
                id: instance.id.clone(),
                name: instance.name.clone(),
                state: instance.state,
                kind: instance.kind.clone(),
                region: state.scope.region.clone(),
                open: ports.join(" "),
                paths: paths.len(),
                findings: found.get(&instance.id).copied(),
                launched: instance.launched,
            });
        }
    }
    let gone = |entry: &Entry| matches!(entry.state, InstanceState::Terminated | InstanceState::ShuttingDown);
    let sort = model.instance.list.sort;
    entries.sort_by(|a, b| {
        let by = match sort {
            Sort::Exposure => (b.paths.cmp(&a.paths)).then(b.findings.cmp(&a.findings)),
            Sort::Findings => (b.findings.cmp(&a.findings)).then(b.paths.cmp(&a.paths)),
            Sort::Name => a.name.cmp(&b.name),
            Sort::Launched => b.launched.cmp(&a.launched),
        };
        gone(a).cmp(&gone(b)).then(by).then_with(|| (&a.name, &a.id).cmp(&(&b.name, &b.id)))
    });
    let list = &mut model.instance.list;
    let selected = list.entries.get(list.cursor).map(|entry| entry.id.clone());
    list.cursor = selected.and_then(|id| entries.iter().position(|entry| entry.id == id)).unwrap_or(0);
    list.entries = entries;
}
