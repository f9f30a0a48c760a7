//! The filter language: one parser for the console's `/`, `events --filter`
//! and saved filters.
//!
//! ```text
//! event:Stop*|Terminate* -actor:autoscaling is:write sev>=high age<2h ip:10.0.0.0/8 raw:"0.0.0.0/0"
//! ```
//!
//! Terms joined by space must all hold; `a|b` inside a value holds where one
//! does; `-term` holds where the term does not; a value may be quoted; `*`
//! stands for any text. Case never matters. A value without `*` is the whole of
//! what it names, or a whole part of it (`source:ec2`, `actor:alice` of
//! `OnCall/alice`, `error:UnauthorizedOperation`), so that a filter neither
//! shows nor hides more than it says; a bare word and `agent:` look for a text
//! inside.
//!
//! Each term is first resolved to a set of symbols, then the columns are scanned.

mod complete;
mod parse;
mod pattern;
mod raw;
mod saved;
mod select;
mod term;

use std::fmt;

use jiff::Timestamp;
use jiff::tz::Offset;

use super::timeline::{Row, Timeline};

pub use complete::{Completion, Counted, complete, complete_with, quoted};
pub use raw::RawSelection;
pub use saved::{complete_saved, expand};
use term::Term;

/// A filter that has been understood.
#[derive(Debug, Clone)]
pub struct Query {
    text: String,
    terms: Vec<Term>,
}

/// Where a filter is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct QueryError {
    /// The byte at which the wrong part begins.
    pub at: usize,
    /// How many bytes it has.
    pub len: usize,
    /// The same place in characters, counted from 1.
    pub character: usize,
    /// Why it is wrong, and what would be right.
    pub message: String,
}

impl QueryError {
    /// A part of a filter's text is wrong.
    fn new(text: &str, at: usize, len: usize, message: String) -> Self {
        let character = text.get(..at).map_or(at, |before| before.chars().count()) + 1;
        Self { at, len, character, message }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "filter, character {}: {}", self.character, self.message)
    }
}

impl Default for Query {
    /// The filter that takes all events.
    fn default() -> Self {
        Self { text: String::new(), terms: Vec::new() }
    }
}

impl Query {
    /// Understands a filter. Clock times such as `after:14:02` are taken in
    /// `offset` (UTC where there is none), on the last day on which they are
    /// not after `now`.
    ///
    /// # Errors
    /// Where the filter is wrong, and why.
    pub fn parse(text: &str, now: Timestamp, offset: Option<Offset>) -> Result<Self, QueryError> {
        let terms = parse::terms(text, now, offset.unwrap_or(Offset::UTC))?;
        Ok(Self { text: text.to_owned(), terms })
    }

    /// The filter as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// It takes all events.
    pub fn is_all(&self) -> bool {
        self.terms.is_empty()
    }

    /// It searches raw records: use [`Query::select_raw`], in the background.
    pub fn needs_raw(&self) -> bool {
        self.terms.iter().any(Term::needs_raw)
    }

    /// It takes one event. A term on raw records reads the event's.
    pub fn matches(&self, timeline: &Timeline, row: &Row<'_>, now: Timestamp) -> bool {
        self.terms.iter().all(|term| term.holds(timeline, row, now))
    }
}

#[cfg(test)]
mod tests;
