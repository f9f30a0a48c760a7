//! Recorded events come from many files at once, in an order that the threads
//! make. Correlations see them in the order of time, so that the same logs tell
//! the same findings, on the same events, at every load.

use rayon::prelude::*;

use super::{Correlator, Sighting};
use crate::detect::RuleSet;
use crate::domain::finding::Finding;

/// So many sightings wait to be put in order; of more, the earlier half is seen
/// before the load has ended.
const MOST: usize = 200_000;

/// Correlations over sightings that wait for their order, each with what the
/// caller keeps of its event.
#[derive(Debug)]
pub struct InOrder<T> {
    correlator: Correlator,
    waiting: Vec<(Sighting, T)>,
    at_once: bool,
}

impl<T: Send> InOrder<T> {
    /// One that has seen nothing. `at_once`: a stream may go on for ever, so that
    /// nothing waits; its order is that in which it is read.
    pub fn new(rules: &RuleSet, at_once: bool) -> Self {
        Self { correlator: Correlator::new(rules), waiting: Vec::new(), at_once }
    }

    /// Adds what has been sighted.
    pub fn add(&mut self, sightings: impl IntoIterator<Item = (Sighting, T)>) {
        self.waiting.extend(sightings);
    }

    /// The findings of what need not wait any longer.
    pub fn ripe(&mut self) -> Vec<(T, Vec<Finding>)> {
        if self.at_once {
            return self.rest();
        }
        if self.waiting.len() <= MOST {
            return Vec::new();
        }
        self.sort();
        let later = self.waiting.split_off(MOST / 2);
        let earlier = std::mem::replace(&mut self.waiting, later);
        self.see(earlier)
    }

    /// The findings of all that waits: nothing comes before it any more.
    pub fn rest(&mut self) -> Vec<(T, Vec<Finding>)> {
        self.sort();
        let all = std::mem::take(&mut self.waiting);
        self.see(all)
    }

    fn sort(&mut self) {
        self.waiting.par_sort_unstable_by(|(one, _), (other, _)| one.place().cmp(&other.place()));
    }

    fn see(&mut self, sightings: Vec<(Sighting, T)>) -> Vec<(T, Vec<Finding>)> {
        sightings.into_iter().map(|(sighting, with)| (with, self.correlator.take(&sighting))).collect()
    }
}

/// Where nothing is kept of the events, findings are all that is asked for.
impl InOrder<()> {
    /// Adds what has been sighted; the findings of what need not wait any longer.
    pub fn take_in(&mut self, sightings: Vec<Sighting>) -> Vec<Finding> {
        self.add(sightings.into_iter().map(|sighting| (sighting, ())));
        told(self.ripe())
    }

    /// The findings of all that waits: nothing comes before it any more.
    pub fn finish(&mut self) -> Vec<Finding> {
        told(self.rest())
    }
}

fn told(found: Vec<((), Vec<Finding>)>) -> Vec<Finding> {
    found.into_iter().flat_map(|((), findings)| findings).collect()
}
