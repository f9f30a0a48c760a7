//! Findings as the console keeps them: by event, and as a list, worst first.

use std::collections::{BTreeSet, HashMap};

use crate::domain::finding::{Finding, Severity};
use crate::trail::timeline::{Slot, Timeline};

/// One finding of the list with its event's handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The event.
    pub slot: Slot,
    /// The finding.
    pub finding: Finding,
}

/// Order of the list: worst first, then newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank(std::cmp::Reverse<Severity>, std::cmp::Reverse<i64>, usize);

/// All findings of the Timeline.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    all: Vec<Listed>,
    by_event: HashMap<Slot, Vec<usize>>,
    order: BTreeSet<Rank>,
}

impl Findings {
    /// Takes findings in, each once, and marks their events. Answers those that
    /// are new, with the handle of their event. A finding on an event that the
    /// Timeline does not hold is dropped.
    pub fn learn(&mut self, timeline: &mut Timeline, findings: Vec<Finding>) -> Vec<(Slot, Severity)> {
        let mut fresh = Vec::new();
        for finding in findings {
            let Some(slot) = timeline.find(&finding.event_id) else { continue };
            let known = self.by_event.entry(slot).or_default();
            if let Some(at) = known.iter().find(|at| self.all[**at].finding.rule_id == finding.rule_id) {
                self.all[*at].finding = finding;
                continue;
            }
            let at = self.all.len();
            known.push(at);
            let time = timeline.row(slot).time.as_second();
            self.order.insert(Rank(std::cmp::Reverse(finding.severity), std::cmp::Reverse(time), at));
            timeline.mark_rule(slot, finding.severity, &finding.rule_id);
            fresh.push((slot, finding.severity));
            self.all.push(Listed { slot, finding });
        }
        fresh
    }

    /// The findings on an event, worst first.
    pub fn on(&self, slot: Slot) -> Vec<&Finding> {
        let mut found: Vec<&Finding> =
            self.by_event.get(&slot).into_iter().flatten().map(|at| &self.all[*at].finding).collect();
        found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        found
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The list, worst first, then newest.
    pub fn listed(&self) -> impl DoubleEndedIterator<Item = &Listed> {
        self.order.iter().map(|rank| &self.all[rank.2])
    }

    /// How many of each severity, mildest first.
    pub fn counts(&self) -> [usize; 5] {
        let mut counts = [0; 5];
        for listed in &self.all {
            counts[listed.finding.severity as usize] += 1;
        }
        counts
    }
}
