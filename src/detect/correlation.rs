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

use super::number::Number;
use super::subject::{Path, Reading, Subject};
use super::{Hits, RuleSet};
use crate::domain::finding::Finding;

mod bursts;
mod chain;
mod crowd;
mod definition;
mod group;
mod in_order;
mod seen;
mod sighting;
mod tally;

pub(super) use definition::Definition;
use group::{Group, Met};
pub use in_order::InOrder;
use seen::Seen;
use sighting::Glimpse;
pub use sighting::{Sighting, Spotter};

/// How many seen events all correlations keep together before the groups that
/// were quiet longest are forgotten: these, or so many of the largest groups.
const MOST_SEEN: usize = 400_000;
const MOST_GROUPS: usize = 4;

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
    most: usize,
    clock: u64,
}

impl Correlator {
    /// A correlator that has seen nothing.
    pub fn new(rules: &RuleSet) -> Self {
        let groups = vec![FxHashMap::default(); rules.correlations().len()];
        let kept = rules.correlations().iter().map(|correlation| correlation.definition.kept()).max().unwrap_or(0);
        let most = MOST_SEEN.max(MOST_GROUPS * kept);
        Self { rules: rules.clone(), spotter: Spotter::new(rules), groups, seen: 0, most, clock: 0 }
    }

    /// Takes in the hits of one event that happened at `time`, and tells the
    /// correlations that it completes. Events may come in any order and more
    /// than once. A burst is told once, when it first meets its condition; the
    /// finding stands on the latest of its events, whichever came last. What looks
    /// at a correlation sees it met by each event that it goes on with.
    pub fn observe(&mut self, hits: &Hits, subject: &Subject<'_>, time: Timestamp) -> Vec<Finding> {
        self.spotter.spot(hits, subject, time).map(|sighting| self.take(&sighting)).unwrap_or_default()
    }

    /// Takes in what was sighted of one event, as [`Self::observe`] does.
    pub fn take(&mut self, sighting: &Sighting) -> Vec<Finding> {
        let rules = self.rules.clone();
        let mut findings = Vec::new();
        let hit = |rule: u32| Hit { rule, second: sighting.second, id: Arc::clone(&sighting.id) };
        let mut waiting: Vec<Hit> = sighting.hits.iter().map(|rule| hit(*rule)).collect();
        while let Some(hit) = waiting.pop() {
            for &number in rules.looked_at_by(hit.rule) {
                let Some(correlation) = rules.correlations().get(number) else { continue };
                for (glimpse, met) in self.feed(number, correlation, &hit, sighting) {
                    findings.extend(told(&rules, correlation, glimpse, &met));
                    // It is met when the last of its events happens.
                    let next = Hit { rule: correlation.rule, second: met.stop, id: met.last };
                    if !waiting.contains(&next) {
                        waiting.push(next);
                    }
                }
            }
        }
        if self.seen > self.most {
            self.forget();
        }
        findings
    }

    /// Adds one event to its groups; tells where that meets the condition.
    fn feed<'s>(
        &mut self,
        number: usize,
        correlation: &Correlation,
        hit: &Hit,
        sighting: &'s Sighting,
    ) -> Vec<(&'s Glimpse, Met)> {
        let mut all = Vec::new();
        let Some(groups) = self.groups.get_mut(number) else { return all };
        let of_it = |glimpse: &&Glimpse| glimpse.correlation == number && glimpse.hit == hit.rule;
        for glimpse in sighting.parts.iter().filter(of_it) {
            self.clock += 1;
            let group = groups.entry(Arc::clone(&glimpse.key)).or_default();
            let before = group.len();
            let seen = Seen {
                second: hit.second,
                event: sighting::event_of(&hit.id),
                id: Arc::clone(&hit.id),
                part: glimpse.part,
                value: glimpse.value,
                number: glimpse.number,
            };
            let met = group.add(&seen, &correlation.definition, self.clock);
            self.seen = (self.seen + group.len()).saturating_sub(before);
            all.extend(met.map(|met| (glimpse, met)));
        }
        all
    }

    /// Forgets the half of the groups that were touched longest ago.
    fn forget(&mut self) {
        let mut touched: Vec<u64> = self.groups.iter().flat_map(HashMap::values).map(Group::touched).collect();
        touched.sort_unstable();
        let middle = touched.get(touched.len() / 2).copied().unwrap_or(0);
        for groups in &mut self.groups {
            groups.retain(|_, group| group.touched() >= middle);
        }
        self.seen = self.groups.iter().flat_map(HashMap::values).map(Group::len).sum();
    }
}

/// A rule that is met by an event.
#[derive(Debug, PartialEq)]
struct Hit {
    rule: u32,
    second: i64,
    id: Arc<str>,
}

/// What a correlation tells of a burst, where that is a new one.
fn told(rules: &RuleSet, correlation: &Correlation, glimpse: &Glimpse, met: &Met) -> Option<Finding> {
    let count = met.new?;
    let part = correlation.parts.get(usize::from(glimpse.part))?;
    let fields = part.group_by.iter().map(|path| path.text.to_string());
    let mut because: Vec<(String, String)> = fields.zip(glimpse.key.iter().cloned()).collect();
    let at_least = if count.at_least { "at least " } else { "" };
    because.push(("events".into(), format!("{at_least}{} within {}", count.events, correlation.definition.timespan)));
    rules.correlated(correlation.rule, because, count.events, &met.last)
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
    let number = texts.first().and_then(|text| Number::read(text.trim())).map_or(f64::NAN, Number::float);
    Some((hash(&texts), number))
}

#[cfg(test)]
mod tests;
