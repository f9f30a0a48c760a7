//! What correlations take from one event. It is made where the record lies open,
//! and used where all of them come together: the record is needed no longer.

use std::sync::Arc;

use jiff::Timestamp;

use super::definition::Measure;
use super::{Correlation, first_text, hash, measured};
use crate::detect::subject::Reading;
use crate::detect::{Hits, RuleSet, Subject};

/// An event as the correlations of a rule set see it.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// When, in seconds.
    pub(super) second: i64,
    /// Its id.
    pub(super) id: Arc<str>,
    /// The rules that it matched and that some correlation looks at.
    pub(super) hits: Box<[u32]>,
    /// What each correlation would count.
    pub(super) parts: Vec<Glimpse>,
}

impl Sighting {
    /// What sorts sightings by time; those of one second by the ids of their events.
    pub(super) fn place(&self) -> (i64, &str) {
        (self.second, &self.id)
    }
}

/// What one correlation counts of an event.
#[derive(Debug, Clone)]
pub(super) struct Glimpse {
    /// The place of the correlation in its rule set.
    pub(super) correlation: usize,
    /// The rule that was matched.
    pub(super) hit: u32,
    /// Which of the correlation's rules that is.
    pub(super) part: u16,
    /// The values of `group-by`.
    pub(super) key: Arc<[String]>,
    /// The value to tell from others.
    pub(super) value: u64,
    /// It as a number; not a number where it is none.
    pub(super) number: f64,
}

/// Makes sightings. Events of one actor come in runs: what a run has in common is kept once.
#[derive(Debug, Clone)]
pub struct Spotter {
    rules: RuleSet,
    keys: Vec<Arc<[String]>>,
}

impl Spotter {
    /// One for a rule set.
    pub fn new(rules: &RuleSet) -> Self {
        let none: Arc<[String]> = Arc::new([]);
        Self { keys: vec![none; rules.correlations().len()], rules: rules.clone() }
    }

    /// What the correlations take from an event; none where none looks at it.
    pub fn spot(&mut self, hits: &Hits, subject: &Subject<'_>, time: Timestamp) -> Option<Sighting> {
        let hits: Box<[u32]> = hits.numbers().filter(|number| !self.rules.looked_at_by(*number).is_empty()).collect();
        if hits.is_empty() {
            return None;
        }
        let rules = self.rules.clone();
        let (id, parts) = subject.read(rules.identity(), |reading| {
            let id = reading.text_of("eventID").unwrap_or_default().into();
            let mut parts = Vec::new();
            // A correlation may look at another: what that would count of this event is taken along.
            let mut waiting = hits.to_vec();
            let mut done: Vec<u32> = Vec::new();
            while let Some(hit) = waiting.pop() {
                if done.contains(&hit) {
                    continue;
                }
                done.push(hit);
                for &number in rules.looked_at_by(hit) {
                    if let Some(correlation) = rules.correlations().get(number) {
                        self.glimpse(number, correlation, hit, reading, &mut parts);
                        waiting.push(correlation.rule);
                    }
                }
            }
            (id, parts)
        });
        Some(Sighting { second: time.as_second(), id, hits, parts })
    }

    fn glimpse(
        &mut self,
        number: usize,
        correlation: &Correlation,
        hit: u32,
        reading: &mut Reading<'_>,
        parts: &mut Vec<Glimpse>,
    ) {
        for (part, place) in correlation.parts.iter().zip(0_u16..).filter(|(part, _)| part.rule == hit) {
            let (value, number_of) = match correlation.definition.measure {
                Measure::Events | Measure::Rules | Measure::RulesInOrder => (0, f64::NAN),
                _ => match measured(reading, &correlation.fields) {
                    Some(values) => values,
                    // An event without the field is none that counts.
                    None => continue,
                },
            };
            let key: Vec<String> = part.group_by.iter().map(|path| first_text(reading, path)).collect();
            let last = &mut self.keys[number];
            if **last != *key {
                *last = key.into();
            }
            let key = Arc::clone(last);
            parts.push(Glimpse { correlation: number, hit, part: place, key, value, number: number_of });
        }
    }
}

/// The hash by which an event is told from others.
pub(super) fn event_of(id: &str) -> u64 {
    hash(&id)
}
