//! Rules over the matches of other rules, in time.
//!
//! Events may come late, early and twice: what has been seen is kept in order
//! of time, and a burst of events is told once, whenever its last one comes.
//! Recorded events are put in order first ([`InOrder`]).

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHasher};

use super::subject::{Path, Reading, Subject};
use super::{Hits, RuleSet};
use crate::domain::finding::Finding;

mod definition;
mod group;
mod in_order;
mod sighting;

pub(super) use definition::Definition;
use group::{Group, Met, Seen};
pub use in_order::InOrder;
use sighting::Glimpse;
pub use sighting::{Sighting, Spotter};

/// How many seen events all correlations keep together before the groups that
/// were quiet longest are forgotten.
const MOST_SEEN: usize = 400_000;

/// A correlation, tied to the rules that it looks at.
#[derive(Debug)]
pub(super) struct Correlation {
    /// Its own rule.
    pub(super) rule: u32,
    definition: Definition,
    parts: Vec<Part>,
    fields: Vec<Path>,
}

/// One rule that a correlation looks at.
#[derive(Debug)]
struct Part {
    rule: u32,
    group_by: Vec<Path>,
}

impl Correlation {
    /// Ties a definition to rules: to each its number, and the names it goes by.
    pub(super) fn new(
        rule: u32,
        definition: Definition,
        parts: &[(u32, [&str; 3])],
        mut path: impl FnMut(&str) -> Path,
    ) -> Self {
        let parts = parts
            .iter()
            .map(|(rule, names)| Part {
                rule: *rule,
                group_by: definition.group_by.iter().map(|name| path(definition.field_in(name, names))).collect(),
            })
            .collect();
        let fields = definition.fields.iter().map(|field| path(field)).collect();
        Self { rule, definition, parts, fields }
    }

    /// The rules that it looks at.
    pub(super) fn looks_at(&self) -> impl Iterator<Item = u32> {
        self.parts.iter().map(|part| part.rule)
    }
}

/// What the correlation rules of a rule set have seen so far.
#[derive(Debug, Clone)]
pub struct Correlator {
    rules: RuleSet,
    spotter: Spotter,
    groups: Vec<FxHashMap<Arc<[String]>, Group>>,
    seen: usize,
    clock: u64,
}

impl Correlator {
    /// A correlator that has seen nothing.
    pub fn new(rules: &RuleSet) -> Self {
        let groups = vec![FxHashMap::default(); rules.correlations().len()];
        Self { rules: rules.clone(), spotter: Spotter::new(rules), groups, seen: 0, clock: 0 }
    }

    /// Takes in the hits of one event that happened at `time`, and tells the
    /// correlations that it completes. Events may come in any order and more
    /// than once. A burst is told once, when it first meets its condition; the
    /// finding stands on the latest of its events, whichever came last.
    pub fn observe(&mut self, hits: &Hits, subject: &Subject<'_>, time: Timestamp) -> Vec<Finding> {
        self.spotter.spot(hits, subject, time).map(|sighting| self.take(&sighting)).unwrap_or_default()
    }

    /// Takes in what was sighted of one event, as [`Self::observe`] does.
    pub fn take(&mut self, sighting: &Sighting) -> Vec<Finding> {
        let rules = self.rules.clone();
        let mut findings = Vec::new();
        let mut waiting = sighting.hits.to_vec();
        while let Some(hit) = waiting.pop() {
            for &number in rules.looked_at_by(hit) {
                let Some(correlation) = rules.correlations().get(number) else { continue };
                if let Some((because, met)) = self.feed(number, correlation, hit, sighting) {
                    waiting.push(correlation.rule);
                    findings.extend(rules.correlated(correlation.rule, because, met.count, &met.last));
                }
            }
        }
        if self.seen > MOST_SEEN {
            self.forget();
        }
        findings
    }

    /// Adds one event to its group; tells why and with which events, where that
    /// meets the condition for the first time in a burst.
    fn feed(
        &mut self,
        number: usize,
        correlation: &Correlation,
        hit: u32,
        sighting: &Sighting,
    ) -> Option<(Vec<(String, String)>, Met)> {
        let definition = &correlation.definition;
        let groups = self.groups.get_mut(number)?;
        let mut told = None;
        let of_it = |glimpse: &&Glimpse| glimpse.correlation == number && glimpse.hit == hit;
        for glimpse in sighting.parts.iter().filter(of_it) {
            self.clock += 1;
            let group = groups.entry(Arc::clone(&glimpse.key)).or_default();
            let before = group.len();
            let seen = Seen {
                second: sighting.second,
                event: sighting::event_of(&sighting.id),
                id: Arc::clone(&sighting.id),
                part: glimpse.part,
                value: glimpse.value,
                number: glimpse.number,
            };
            let met = group.add(&seen, definition, self.clock);
            self.seen = (self.seen + group.len()).saturating_sub(before);
            if let (Some(met), None, Some(part)) = (met, &told, correlation.parts.get(usize::from(glimpse.part))) {
                let fields = part.group_by.iter().map(|path| path.text.to_string());
                let mut because: Vec<(String, String)> = fields.zip(glimpse.key.iter().cloned()).collect();
                because.push(("events".into(), format!("{} within {}", met.count, definition.timespan)));
                told = Some((because, met));
            }
        }
        told
    }

    /// Forgets the half of the groups that were touched longest ago.
    fn forget(&mut self) {
        let mut touched: Vec<u64> = self.groups.iter().flat_map(HashMap::values).map(Group::touched).collect();
        touched.sort_unstable();
        let middle = touched.get(touched.len() / 2).copied().unwrap_or(0);
        for groups in &mut self.groups {
            groups.retain(|_, group| group.touched() > middle);
        }
        self.seen = self.groups.iter().flat_map(HashMap::values).map(Group::len).sum();
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

fn first_text(reading: &mut Reading<'_>, path: &Path) -> String {
    reading
        .find(path)
        .values()
        .first()
        .and_then(super::json::Value::text)
        .map(std::borrow::Cow::into_owned)
        .unwrap_or_default()
}

/// The values of some fields together as one number to tell them apart, and the
/// first as a number.
fn measured(reading: &mut Reading<'_>, fields: &[Path]) -> Option<(u64, f64)> {
    let mut texts = Vec::new();
    for path in fields {
        texts.push(reading.find(path).values().first()?.text()?.into_owned());
    }
    let number = texts.first().and_then(|text| text.trim().parse().ok()).unwrap_or(f64::NAN);
    Some((hash(&texts), number))
}

#[cfg(test)]
mod tests;
