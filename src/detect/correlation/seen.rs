//! One event as the groups of a correlation keep it.

use std::sync::Arc;

/// An event that a correlation counts.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// When, in seconds.
    pub(super) second: i64,
    /// Which event, by the hash of its id.
    pub(super) event: u64,
    /// Its id.
    pub(super) id: Arc<str>,
    /// Which of the correlation's rules it matched.
    pub(super) part: u16,
    /// Its value, to tell it from others.
    pub(super) value: u64,
    /// Its value as a number; not a number where it is none.
    pub(super) number: f64,
}
