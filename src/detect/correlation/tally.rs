//! How many different numbers the events of a window have, kept up to date while
//! the window slides: what has been counted is not counted again.

use std::collections::VecDeque;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::seen::Seen;

/// The numbers of the events between two places.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    range: Range<usize>,
    counts: FxHashMap<u64, u32>,
}

impl Tally {
    /// An event has been put in at a place.
    pub(super) fn inserted(&mut self, at: usize, number: u64) {
        if at < self.range.start {
            self.range = self.range.start + 1..self.range.end + 1;
        } else if at < self.range.end {
            self.range.end += 1;
            self.enter(number);
        }
    }

    /// Places are no longer what they were.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// How many different numbers the events between two places have.
    pub(super) fn different(
        &mut self,
        seen: &VecDeque<Seen>,
        window: Range<usize>,
        of: impl Fn(&Seen) -> u64,
    ) -> usize {
        let far = window.start >= self.range.end || window.end <= self.range.start;
        if far {
            self.counts.clear();
            self.range = window.start..window.start;
        }
        // It grows before it shrinks, so that the bounds never cross.
        while self.range.start > window.start {
            self.range.start -= 1;
            self.enter(of(&seen[self.range.start]));
        }
        while self.range.end < window.end {
            self.enter(of(&seen[self.range.end]));
            self.range.end += 1;
        }
        while self.range.start < window.start {
            self.leave(of(&seen[self.range.start]));
            self.range.start += 1;
        }
        while self.range.end > window.end {
            self.range.end -= 1;
            self.leave(of(&seen[self.range.end]));
        }
        self.counts.len()
    }

    fn enter(&mut self, number: u64) {
        *self.counts.entry(number).or_default() += 1;
    }

    fn leave(&mut self, number: u64) {
        if let Some(count) = self.counts.get_mut(&number) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&number);
            }
        }
    }
}
