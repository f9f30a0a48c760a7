//! Spans of time: what is looked at, and what is known.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A span of time, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The earliest instant.
    pub start: Timestamp,
    /// The latest instant.
    pub end: Timestamp,
}

impl Span {
    /// The span holds the instant.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at <= self.end
    }
}

/// How far back the console looks: one of a ladder of lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Window(usize);

impl Window {
    const LADDER: [(&'static str, i64); 7] = [
        ("15m", 15 * 60),
        ("1h", 3600),
        ("6h", 6 * 3600),
        ("24h", 24 * 3600),
        ("7d", 7 * 86_400),
        ("30d", 30 * 86_400),
        ("90d", 90 * 86_400),
    ];

    /// One hour.
    pub const HOUR: Self = Self(1);

    /// The next shorter length, or the same at the end.
    pub fn shorter(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The next longer length, or the same at the end: CloudTrail's LookupEvents
    /// reaches back 90 days.
    pub fn longer(self) -> Self {
        Self((self.0 + 1).min(Self::LADDER.len() - 1))
    }

    /// The smallest length of the ladder that reaches back at least so far.
    pub fn at_least(length: SignedDuration) -> Self {
        let seconds = length.as_secs();
        Self(Self::LADDER.iter().position(|(_, long)| *long >= seconds).unwrap_or(Self::LADDER.len() - 1))
    }

    /// `15m`, `1h` …
    pub fn label(self) -> &'static str {
        Self::LADDER[self.0].0
    }

    /// The length.
    pub fn length(self) -> SignedDuration {
        SignedDuration::from_secs(Self::LADDER[self.0].1)
    }

    /// The span of this length that ends at an instant.
    pub fn until(self, end: Timestamp) -> Span {
        Span { start: end.checked_sub(self.length()).unwrap_or(Timestamp::MIN), end }
    }
}

impl Default for Window {
    fn default() -> Self {
        Self::HOUR
    }
}
