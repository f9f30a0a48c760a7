//! Detection: Sigma rules over CloudTrail records.
//!
//! Rules are read from YAML text, compiled, and indexed by the event source and
//! name that they require, so that a record meets only the few that can match.
//! Pure: reading files is the caller's, and nothing here reads a clock.
//!
//! ```text
//! rules = RuleSet::builtin(); correlator = Correlator::new(&rules)
//! per event: subject = Subject::new(source, name, raw)
//!            hits = rules.hits(&subject)              // cheap; often none
//!            rules.findings(&hits, &subject)          // what they tell, and why
//!            correlator.observe(&hits, &subject, time)
//! ```

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::domain::finding::Finding;

mod builtin;
mod condition;
pub mod correlation;
mod draft;
mod encoding;
mod expression;
mod index;
mod json;
mod load;
mod logic;
mod matcher;
mod memo;
mod modifier;
mod number;
mod pattern;
mod rule;
mod scalar;
mod subject;
mod yaml;

use correlation::Correlation;
pub use encoding::Placeholders;
use expression::Expression;
use index::Index;
pub use rule::{Rule, RuleError};
use subject::Reading;
pub use subject::{Known, Subject};

/// A compiled set of rules. A clone is cheap.
#[derive(Debug, Clone)]
pub struct RuleSet(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    /// Tells this set's numbering of fields from every other's.
    identity: usize,
    rules: Vec<Rule>,
    /// The logic of each rule, none for a correlation.
    logic: Vec<Option<Expression>>,
    /// The logic of each rule as far as the index leaves it open.
    behind_index: Vec<Option<Expression>>,
    ids: HashMap<String, usize>,
    index: Index,
    correlations: Vec<Correlation>,
    /// For each rule the correlations that look at it.
    looked_at_by: Vec<Vec<usize>>,
}

/// The rules that an event matched, those that only feed correlations among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits(Vec<u32>);

impl Hits {
    /// No rule matched.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The places of the rules in [`RuleSet::rules`], ascending.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.0.iter().copied()
    }
}

impl RuleSet {
    /// The rules that the program brings along.
    pub fn builtin() -> Self {
        Self::load(&[], true).0
    }

    /// Compiles rules. Each of `dirs` is an origin (the folder as the user named
    /// it) with the path and YAML text of every file in it. A rule that is broken
    /// is named and left out; the others of its file are kept. Where two rules
    /// share an id the first wins, and the user's win over the program's own.
    pub fn load(dirs: &[(String, Vec<(String, String)>)], with_builtin: bool) -> (Self, Vec<RuleError>) {
        Self::load_with(dirs, with_builtin, &Placeholders::default())
    }

    /// Compiles rules as [`Self::load`] does, with values for the placeholders
    /// that some rules leave open (`|expand: '%admins%'`).
    pub fn load_with(
        dirs: &[(String, Vec<(String, String)>)],
        with_builtin: bool,
        placeholders: &Placeholders,
    ) -> (Self, Vec<RuleError>) {
        static SETS: AtomicUsize = AtomicUsize::new(1);
        let mut loader = load::Loader::new(placeholders);
        for (origin, files) in dirs {
            for (path, text) in files {
                loader.file(origin, path, text);
            }
        }
        if with_builtin {
            for (path, text) in builtin::RULES {
                loader.file(load::OURS, path, text);
            }
        }
        let (compiled, errors) = loader.finish(SETS.fetch_add(1, Ordering::Relaxed));
        (Self(Arc::new(compiled)), errors)
    }

    /// The loaded rules.
    pub fn rules(&self) -> &[Rule] {
        &self.0.rules
    }

    /// The rule with an id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.0.ids.get(id).and_then(|number| self.0.rules.get(*number))
    }

    /// The findings of the plain rules on a record. A record of this console's
    /// own calls (`app/stanch` in its user agent) raises none.
    pub fn evaluate(&self, subject: &Subject<'_>) -> Vec<Finding> {
        let hits = self.hits(subject);
        if hits.is_empty() { Vec::new() } else { self.findings(&hits, subject) }
    }

    /// The rules that a record matches: the cheap half of [`Self::evaluate`].
    pub fn hits(&self, subject: &Subject<'_>) -> Hits {
        subject.read(self.0.identity, |reading| {
            let mut hits = Vec::new();
            for number in self.0.index.candidates(reading.source(), reading.name()) {
                if let Some(Some(logic)) = self.0.behind_index.get(number as usize)
                    && logic.holds(reading)
                {
                    hits.push(number);
                }
            }
            if !hits.is_empty() && reading.text_of("userAgent").is_some_and(|agent| agent.contains("app/stanch")) {
                hits.clear();
            }
            hits.sort_unstable();
            Hits(hits)
        })
    }

    /// The rules that the hits are of, without those that only feed correlations:
    /// for a reader who needs no reasons.
    pub fn told<'r>(&'r self, hits: &'r Hits) -> impl Iterator<Item = &'r Rule> {
        hits.numbers().filter_map(|number| self.0.rules.get(number as usize)).filter(|rule| rule.generates)
    }

    /// What the hits tell, with the fields that made them match. Rules that only
    /// feed correlations tell nothing.
    pub fn findings(&self, hits: &Hits, subject: &Subject<'_>) -> Vec<Finding> {
        subject.read(self.0.identity, |reading| {
            hits.numbers().filter_map(|number| self.finding(number, reading)).collect()
        })
    }

    fn finding(&self, number: u32, reading: &mut Reading<'_>) -> Option<Finding> {
        let number = number as usize;
        let rule = self.0.rules.get(number).filter(|rule| rule.generates)?;
        let mut because = Vec::new();
        self.0.logic.get(number)?.as_ref()?.because(reading, &mut because);
        let event_id = reading.text_of("eventID").unwrap_or_default().into_owned();
        Some(Self::tell(rule, event_id, because, 1))
    }

    fn tell(rule: &Rule, event_id: String, because: Vec<(String, String)>, count: u32) -> Finding {
        Finding {
            rule_id: rule.id.clone(),
            title: rule.title.clone(),
            severity: rule.level,
            event_id,
            origin: rule.origin.clone(),
            because,
            count,
        }
    }

    fn correlated(&self, number: u32, because: Vec<(String, String)>, count: u32, event_id: &str) -> Option<Finding> {
        let rule = self.0.rules.get(number as usize).filter(|rule| rule.generates)?;
        Some(Self::tell(rule, event_id.to_owned(), because, count))
    }

    fn identity(&self) -> usize {
        self.0.identity
    }

    fn correlations(&self) -> &[Correlation] {
        &self.0.correlations
    }

    fn looked_at_by(&self, number: u32) -> &[usize] {
        self.0.looked_at_by.get(number as usize).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests;
