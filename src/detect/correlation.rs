//! Rules over the matches of other rules, in time.

use jiff::Timestamp;

use super::subject::Subject;
use super::{Hits, RuleSet};
use crate::domain::finding::Finding;

/// What the correlation rules of a rule set have seen so far.
#[derive(Debug, Clone)]
pub struct Correlator {
    #[expect(dead_code, reason = "read when correlations are compiled")]
    rules: RuleSet,
}

impl Correlator {
    /// A correlator that has seen nothing.
    pub fn new(rules: &RuleSet) -> Self {
        Self { rules: rules.clone() }
    }

    /// Takes in the hits of one event that happened at `time`. Events may come
    /// in any order and more than once.
    pub fn observe(&mut self, _hits: &Hits, _subject: &Subject<'_>, _time: Timestamp) -> Vec<Finding> {
        Vec::new()
    }
}
