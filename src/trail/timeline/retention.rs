//! Dropping the oldest events so that memory stays bounded. Pinned events and
//! events with findings are never dropped, and what was dropped is counted.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Block, SEGMENT, SEGMENT_BITS, Slot, Timeline};

/// How much a Timeline keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// How many events at most; those that must be kept come on top.
    pub max_events: usize,
    /// How old an event may be; none for any age.
    pub max_age: Option<SignedDuration>,
}

impl Default for Retention {
    /// Two million events of any age: what a laptop holds with ease.
    fn default() -> Self {
        Self { max_events: 2_000_000, max_age: None }
    }
}

impl Timeline {
    /// Drops what is too old at `now`, and what is over the count. The answer is how many.
    pub fn retire(&mut self, now: Timestamp) -> usize {
        let horizon = self.retention.max_age.and_then(|age| now.checked_sub(age).ok());
        let old = horizon
            .map_or(0, |horizon| self.order.partition_point(|slot| self.key(*slot).0 < horizon.as_microsecond()));
        let over = self.order.len().saturating_sub(self.retention.max_events);
        self.drop_oldest(old, over)
    }

    /// Drops what is over the count, some at a time so that it is seldom done.
    pub(super) fn keep_to_count(&mut self) {
        let max = self.retention.max_events;
        if self.order.len() > max + max / 16 {
            self.drop_oldest(0, self.order.len() - max);
        }
    }

    /// Drops those of the first `old` in order that may be dropped, and of the
    /// rest as many as make up `wanted`.
    fn drop_oldest(&mut self, old: usize, wanted: usize) -> usize {
        if old == 0 && wanted == 0 {
            return 0;
        }
        let mut dropped = Vec::new();
        let mut kept = Vec::with_capacity(self.order.len());
        for (at, slot) in self.order.iter().enumerate() {
            if (at < old || dropped.len() < wanted) && !self.marks.holds(*slot) {
                dropped.push(*slot);
            } else {
                kept.push(*slot);
            }
        }
        if dropped.is_empty() {
            return 0;
        }
        self.order = Arc::new(kept);
        let gone = Arc::make_mut(&mut self.gone);
        for slot in &dropped {
            gone.put(slot.0);
        }
        self.dropped += dropped.len() as u64;
        self.free(&dropped);
        self.write = None;
        dropped.len()
    }

    /// Frees segments and raw blocks that no event is left in.
    fn free(&mut self, dropped: &[Slot]) {
        let mut touched: Vec<usize> = dropped.iter().map(|slot| (slot.0 >> SEGMENT_BITS) as usize).collect();
        touched.sort_unstable();
        touched.dedup();
        for number in touched {
            let first = (number << SEGMENT_BITS) as u32;
            let full = self.next as usize >= (number + 1) << SEGMENT_BITS;
            if full && (first..first + SEGMENT as u32).all(|slot| self.gone.has(slot)) {
                self.segments[number] = None;
            }
        }
        let mut used = vec![false; self.blocks.len()];
        for slot in self.order.iter() {
            if let Some((columns, at)) = self.locate(*slot)
                && let Some(used) = used.get_mut(columns.places[at].block as usize)
            {
                *used = true;
            }
        }
        for (block, used) in Arc::make_mut(&mut self.blocks).iter_mut().zip(used) {
            if !used && !matches!(block, Block::Open(_)) {
                *block = Block::Gone;
            }
        }
    }
}
