//! Dropping the oldest events so that memory stays bounded. Pinned events and
//! events with findings are never dropped, and what was dropped is counted.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Block, Order, SEGMENT, SEGMENT_BITS, Slot, Timeline};
use crate::trail::columns::{Columns, Field};

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
        let old =
            horizon.map_or(0, |horizon| self.order.partition_point(|slot| self.key(slot).0 < horizon.as_microsecond()));
        let over = self.free_to_drop().saturating_sub(self.retention.max_events);
        self.drop_oldest(old, over)
    }

    /// Drops what is over the count, some at a time so that it is seldom done.
    pub(super) fn keep_to_count(&mut self) {
        let max = self.retention.max_events;
        if self.free_to_drop() > max + max / 16 {
            self.drop_oldest(0, self.free_to_drop() - max);
        }
    }

    /// How many events are not held by a mark.
    fn free_to_drop(&self) -> usize {
        self.order.len().saturating_sub(self.marks.held())
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
            if (at < old || dropped.len() < wanted) && !self.marks.holds(slot) {
                dropped.push(slot);
            } else {
                kept.push(slot);
            }
        }
        if dropped.is_empty() {
            return 0;
        }
        self.order = Order::of(&kept);
        for slot in &dropped {
            self.uncount(*slot);
        }
        let gone = Arc::make_mut(&mut self.gone);
        for slot in &dropped {
            gone.put(slot.0);
        }
        self.dropped += dropped.len() as u64;
        self.free(&dropped);
        self.forget(dropped.len());
        dropped.len()
    }

    /// An event's texts are counted no longer.
    fn uncount(&mut self, slot: Slot) {
        let number = (slot.0 >> SEGMENT_BITS) as usize;
        let Some(columns) = self.segments.get(number).cloned().flatten() else { return };
        let Some(row) = columns.row_of(slot.0 as usize & (SEGMENT - 1)) else { return };
        for (tally, column) in self.tallies.iter_mut().zip(&columns.symbols) {
            tally.take(column[row]);
        }
        for symbol in &columns.resources[columns.resources_of(row)] {
            self.tallies[Field::Resource as usize].take(*symbol);
        }
    }

    /// Moves raw records that are kept in memory out of blocks that hold mostly
    /// dropped ones.
    fn moved(&mut self, mut columns: Columns) -> Columns {
        for row in 0..columns.len() {
            let place = columns.places[row];
            let Some(Block::At(raw, 0)) = self.blocks.get(place.block as usize) else { continue };
            if !raw.is_ours() {
                continue;
            }
            // A record that cannot be read stays where it is, and says so when it is asked for.
            if let Ok(bytes) = raw.read(u64::from(place.at), place.len) {
                columns.places[row] = self.keep(&bytes);
            }
        }
        columns
    }

    /// Frees segments and raw blocks that no event is left in.
    fn free(&mut self, dropped: &[Slot]) {
        let mut touched: Vec<usize> = dropped.iter().map(|slot| (slot.0 >> SEGMENT_BITS) as usize).collect();
        touched.sort_unstable();
        touched.dedup();
        for number in touched {
            let first = (number << SEGMENT_BITS) as u32;
            let full = self.next as usize >= (number + 1) << SEGMENT_BITS;
            if !full {
                continue;
            }
            let Some(columns) = self.segments[number].as_ref() else { continue };
            let left: Vec<usize> =
                (0..columns.len()).filter(|row| !self.gone.has(first + columns.number_of(*row) as u32)).collect();
            if left.is_empty() {
                self.segments[number] = None;
            } else if left.len() < columns.len() / 8 {
                let few = columns.only(&left);
                self.segments[number] = Some(Arc::new(self.moved(few)));
            }
        }
        let mut used = vec![false; self.blocks.len()];
        for slot in self.order.iter() {
            if let Some((columns, at)) = self.locate(slot)
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
