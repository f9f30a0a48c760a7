//! What others say about events: the severity of findings, the rules that
//! found something, and pins.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Slot, Timeline};
use crate::domain::finding::Severity;
use crate::trail::symbols::{Lookup, Symbol, Table};

/// Marks on events. A clone shares them.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// 0 for none, else one more than the place in [`Severity::ALL`].
    severities: Arc<Vec<u8>>,
    rules: Arc<FxHashMap<Slot, Vec<Symbol>>>,
    rule_ids: Table,
    rule_lookup: Arc<Lookup>,
    pinned: Arc<FxHashSet<Slot>>,
    /// How many events must not be dropped.
    held: usize,
}

impl Marks {
    /// The worst severity of the findings on an event.
    pub fn severity(&self, slot: Slot) -> Option<Severity> {
        let level = self.severities.get(slot.0 as usize).copied().unwrap_or(0);
        Severity::ALL.get(usize::from(level).checked_sub(1)?).copied()
    }

    /// It is pinned.
    pub fn is_pinned(&self, slot: Slot) -> bool {
        self.pinned.contains(&slot)
    }

    /// The rules that found something in an event: id and title, each one text.
    pub fn rules_of(&self, slot: Slot) -> impl Iterator<Item = &str> {
        self.rules.get(&slot).into_iter().flatten().map(|symbol| self.rule_ids.text(*symbol))
    }

    /// The ids of all rules that found something.
    pub fn rules(&self) -> &Table {
        &self.rule_ids
    }

    /// The events that a rule of a set found something in.
    pub(in crate::trail) fn found_by(&self, wanted: impl Fn(Symbol) -> bool) -> impl Iterator<Item = Slot> {
        self.rules.iter().filter(move |(_, rules)| rules.iter().any(|rule| wanted(*rule))).map(|(slot, _)| *slot)
    }

    /// All pinned events, in no order.
    pub fn pinned(&self) -> impl Iterator<Item = Slot> {
        self.pinned.iter().copied()
    }

    /// How many events must not be dropped.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// It must not be dropped.
    pub(super) fn holds(&self, slot: Slot) -> bool {
        self.severity(slot).is_some() || self.is_pinned(slot)
    }
}

impl Timeline {
    /// What others say about the events.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Marks an event with the severity of a finding; the worst is kept. A marked event is never dropped.
    pub fn mark(&mut self, slot: Slot, severity: Severity) {
        if self.locate(slot).is_none() {
            return;
        }
        self.marks.held += usize::from(!self.marks.holds(slot));
        let level = Severity::ALL.iter().position(|other| *other == severity).map_or(0, |at| at as u8 + 1);
        let severities = Arc::make_mut(&mut self.marks.severities);
        if severities.len() <= slot.0 as usize {
            severities.resize(self.next as usize, 0);
        }
        let known = &mut severities[slot.0 as usize];
        *known = level.max(*known);
    }

    /// Marks an event with the severity and the id of a rule that found something in it.
    pub fn mark_rule(&mut self, slot: Slot, severity: Severity, rule_id: &str) {
        if self.locate(slot).is_none() {
            return;
        }
        self.mark(slot, severity);
        let rule = Arc::make_mut(&mut self.marks.rule_lookup).intern(&mut self.marks.rule_ids, rule_id);
        let rules = Arc::make_mut(&mut self.marks.rules).entry(slot).or_default();
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }

    /// Pins an event: it is never dropped.
    pub fn pin(&mut self, slot: Slot) {
        if self.locate(slot).is_some() {
            self.marks.held += usize::from(!self.marks.holds(slot));
            Arc::make_mut(&mut self.marks.pinned).insert(slot);
        }
    }

    /// Takes a pin off.
    pub fn unpin(&mut self, slot: Slot) {
        if Arc::make_mut(&mut self.marks.pinned).remove(&slot) && !self.marks.holds(slot) {
            self.marks.held -= 1;
        }
    }
}
