//! What others say about events: the severity of findings, the rules that
//! found something, and pins.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{SEGMENT, SEGMENT_BITS, Slot, Timeline};
use crate::domain::finding::Severity;
use crate::trail::symbols::{Lookup, Symbol, Table};

/// Marks on events. A clone shares them.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// By the same numbers as segments; none where no event is marked.
    pages: Vec<Option<Arc<Page>>>,
    rule_ids: Table,
    rule_lookup: Arc<Lookup>,
    pinned: Arc<FxHashSet<Slot>>,
    /// How many events must not be dropped.
    held: usize,
}

/// The marks of one segment's events.
#[derive(Debug, Clone)]
struct Page {
    /// 0 for none, else one more than the place in [`Severity::ALL`].
    severities: [u8; SEGMENT],
    /// The rules of each row, ascending by row.
    rules: Vec<(u16, Symbol)>,
}

impl Default for Page {
    fn default() -> Self {
        Self { severities: [0; SEGMENT], rules: Vec::new() }
    }
}

impl Page {
    fn rules_of(&self, row: u16) -> &[(u16, Symbol)] {
        let from = self.rules.partition_point(|(of, _)| *of < row);
        let count = self.rules[from..].iter().take_while(|(of, _)| *of == row).count();
        &self.rules[from..from + count]
    }
}

/// The page of an event, and its row there.
fn place(slot: Slot) -> (usize, usize) {
    ((slot.0 >> SEGMENT_BITS) as usize, slot.0 as usize & (SEGMENT - 1))
}

impl Marks {
    fn page(&self, number: usize) -> Option<&Page> {
        self.pages.get(number)?.as_deref()
    }

    fn page_mut(&mut self, number: usize) -> &mut Page {
        if self.pages.len() <= number {
            self.pages.resize(number + 1, None);
        }
        Arc::make_mut(self.pages[number].get_or_insert_default())
    }

    /// The worst severity of the findings on an event.
    pub fn severity(&self, slot: Slot) -> Option<Severity> {
        let (page, row) = place(slot);
        let level = self.page(page).map_or(0, |page| page.severities[row]);
        Severity::ALL.get(usize::from(level).checked_sub(1)?).copied()
    }

    /// It is pinned.
    pub fn is_pinned(&self, slot: Slot) -> bool {
        self.pinned.contains(&slot)
    }

    /// The rules that found something in an event: id and title, each one text.
    pub fn rules_of(&self, slot: Slot) -> impl Iterator<Item = &str> {
        let (page, row) = place(slot);
        let rules = self.page(page).map_or(&[][..], |page| page.rules_of(row as u16));
        rules.iter().map(|(_, rule)| self.rule_ids.text(*rule))
    }

    /// The ids of all rules that found something.
    pub fn rules(&self) -> &Table {
        &self.rule_ids
    }

    /// The events that a rule of a set found something in.
    pub(in crate::trail) fn found_by(&self, wanted: impl Fn(Symbol) -> bool) -> impl Iterator<Item = Slot> {
        self.pages.iter().enumerate().filter_map(|(number, page)| Some((number, page.as_ref()?))).flat_map(
            move |(number, page)| {
                let found = page.rules.iter().filter(|(_, rule)| wanted(*rule));
                found.map(|(row, _)| Slot((number << SEGMENT_BITS) as u32 + u32::from(*row))).collect::<Vec<_>>()
            },
        )
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
        let (page, row) = place(slot);
        let known = &mut self.marks.page_mut(page).severities[row];
        *known = level.max(*known);
    }

    /// Marks an event with the severity and the id of a rule that found something in it.
    pub fn mark_rule(&mut self, slot: Slot, severity: Severity, rule_id: &str) {
        if self.locate(slot).is_none() {
            return;
        }
        self.mark(slot, severity);
        let rule = Arc::make_mut(&mut self.marks.rule_lookup).intern(&mut self.marks.rule_ids, rule_id);
        let (page, row) = place(slot);
        let page = self.marks.page_mut(page);
        if !page.rules_of(row as u16).iter().any(|(_, known)| *known == rule) {
            let at = page.rules.partition_point(|(of, _)| usize::from(*of) <= row);
            page.rules.insert(at, (row as u16, rule));
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
