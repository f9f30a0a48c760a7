//! The order over all events, by time and event id.
//!
//! It lies in chunks, so that an event that comes late moves few others, and a
//! snapshot costs one pointer a chunk and keeps only what it sees from changing.

use std::ops::Range;
use std::sync::Arc;

use super::Slot;

/// What the order sorts by: microseconds since 1970 and the event's number.
pub(super) type Key = (i64, u128);

/// How many events a chunk is filled with; one that grew by late events to
/// twice as many is split.
const CHUNK: usize = 4096;

/// Events, ascending by time, and by event id within the same time. A clone
/// shares all chunks.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// None is empty.
    chunks: Vec<Arc<Vec<Slot>>>,
    len: usize,
}

impl Order {
    /// Events that are in order already.
    pub(super) fn of(slots: &[Slot]) -> Self {
        Self { chunks: slots.chunks(CHUNK).map(|chunk| Arc::new(chunk.to_vec())).collect(), len: slots.len() }
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// There is no event.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The earliest event.
    pub fn first(&self) -> Option<Slot> {
        self.chunks.first()?.first().copied()
    }

    /// The latest event.
    pub fn last(&self) -> Option<Slot> {
        self.chunks.last()?.last().copied()
    }

    /// All events.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Slot> + '_ {
        self.chunks.iter().flat_map(|chunk| chunk.iter().copied())
    }

    /// All events in one piece.
    pub fn to_vec(&self) -> Vec<Slot> {
        self.range(0..self.len)
    }

    /// The events of some places.
    pub(super) fn range(&self, places: Range<usize>) -> Vec<Slot> {
        let mut slots = Vec::with_capacity(places.len());
        let mut first = 0;
        for chunk in &self.chunks {
            let from = places.start.clamp(first, first + chunk.len()) - first;
            let to = places.end.clamp(first, first + chunk.len()) - first;
            slots.extend_from_slice(chunk.get(from..to).unwrap_or_default());
            first += chunk.len();
        }
        slots
    }

    /// How many events at the front a test holds for, which holds for none behind them.
    pub(super) fn partition_point(&self, test: impl Fn(Slot) -> bool) -> usize {
        let whole = self.chunks.partition_point(|chunk| chunk.last().is_some_and(|slot| test(*slot)));
        let before: usize = self.chunks[..whole].iter().map(|chunk| chunk.len()).sum();
        before + self.chunks.get(whole).map_or(0, |chunk| chunk.partition_point(|slot| test(*slot)))
    }

    /// Puts in events that are in order themselves. Only chunks that one of them
    /// falls into are touched.
    pub(super) fn merge(&mut self, mut new: &[(Key, Slot)], key: impl Fn(Slot) -> Key) {
        self.len += new.len();
        while let Some((earliest, _)) = new.first() {
            let at = self.chunks.partition_point(|chunk| chunk.last().is_some_and(|last| key(*last) < *earliest));
            let Some(chunk) = self.chunks.get(at) else {
                self.append(new);
                return;
            };
            let last = chunk.last().map_or(*earliest, |last| key(*last));
            let (here, rest) = new.split_at(new.partition_point(|(key, _)| *key <= last).max(1));
            let merged = merged(chunk, here, &key);
            if merged.len() < CHUNK * 2 {
                self.chunks[at] = Arc::new(merged);
            } else {
                self.chunks.splice(at..=at, merged.chunks(CHUNK).map(|part| Arc::new(part.to_vec())));
            }
            new = rest;
        }
    }

    /// Adds events that come after all others.
    fn append(&mut self, mut new: &[(Key, Slot)]) {
        if let Some(last) = self.chunks.last_mut().filter(|last| last.len() < CHUNK) {
            let (here, rest) = new.split_at(new.len().min(CHUNK - last.len()));
            Arc::make_mut(last).extend(here.iter().map(|(_, slot)| *slot));
            new = rest;
        }
        self.chunks.extend(new.chunks(CHUNK).map(|part| Arc::new(part.iter().map(|(_, slot)| *slot).collect())));
    }

    /// Bytes of memory that it takes.
    pub(super) fn weight(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.capacity() * 4 + 48).sum()
    }
}

/// A chunk with new events in their places, which few keys are looked at for.
fn merged(chunk: &[Slot], new: &[(Key, Slot)], key: impl Fn(Slot) -> Key) -> Vec<Slot> {
    let mut merged = Vec::with_capacity(chunk.len() + new.len());
    let mut rest = chunk;
    for (after, slot) in new {
        let before = rest.partition_point(|known| key(*known) < *after);
        merged.extend_from_slice(&rest[..before]);
        merged.push(*slot);
        rest = &rest[before..];
    }
    merged.extend_from_slice(rest);
    merged
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, Key, Order, Slot};

    fn key(slot: Slot) -> Key {
        (i64::from(slot.0 / 3), u128::from(slot.0))
    }

    fn in_order(slots: impl Iterator<Item = u32>) -> Vec<(Key, Slot)> {
        let mut new: Vec<_> = slots.map(|number| (key(Slot(number)), Slot(number))).collect();
        new.sort_unstable();
        new
    }

    #[test]
    fn events_that_come_in_any_order_end_up_in_order() {
        let many = CHUNK as u32 * 10;
        for step in [1, 7, 4099, many - 1] {
            let mut order = Order::default();
            let shuffled: Vec<u32> =
                (0..many).map(|n| (u64::from(n) * u64::from(step) % u64::from(many)) as u32).collect();
            for part in shuffled.chunks(1000) {
                order.merge(&in_order(part.iter().copied()), key);
            }
            let sorted: Vec<Slot> = in_order(shuffled.into_iter()).into_iter().map(|(_, slot)| slot).collect();
            assert_eq!(order.to_vec(), sorted, "step {step}");
            assert_eq!(order.iter().rev().collect::<Vec<_>>(), sorted.iter().rev().copied().collect::<Vec<_>>());
            assert_eq!(
                (order.len(), order.first(), order.last()),
                (sorted.len(), sorted.first().copied(), sorted.last().copied())
            );
            assert!(order.chunks.iter().all(|chunk| !chunk.is_empty() && chunk.len() < CHUNK * 2));
        }
    }

    #[test]
    fn a_part_is_found_by_its_bounds() {
        let slots: Vec<Slot> = (0..CHUNK as u32 * 3).map(Slot).collect();
        let order = Order::of(&slots);
        for (from, to) in [(0, 0), (0, 5), (4000, 4200), (5000, 12_288), (12_288, 12_288), (0, 12_288)] {
            let places = order.partition_point(|slot| slot.0 < from)..order.partition_point(|slot| slot.0 < to);
            assert_eq!(order.range(places), slots[from as usize..to as usize]);
        }
        assert_eq!(Order::default().range(0..0), []);
        assert_eq!(Order::default().partition_point(|_| true), 0);
    }

    #[test]
    fn a_late_event_leaves_the_chunks_that_it_does_not_fall_into_as_they_are() {
        let even: Vec<Slot> = (0..CHUNK as u32 * 4).map(|number| Slot(number * 2)).collect();
        let mut order = Order::of(&even);
        let snapshot = order.clone();
        order.merge(&in_order([9001].into_iter()), key);
        let same = order.chunks.iter().zip(&snapshot.chunks).filter(|(new, old)| std::sync::Arc::ptr_eq(new, old));
        assert_eq!((same.count(), order.len(), snapshot.len()), (3, even.len() + 1, even.len()));
    }
}
