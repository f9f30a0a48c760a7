//! Adding to a Timeline: de-duplication, renaming of symbols, order.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Block, Ingested, SEGMENT, SEGMENT_BITS, Slot, Timeline};
use crate::trail::columns::{Columns, Field, Place};
use crate::trail::decode::Batch;
use crate::trail::decode::batch::OWN;
use crate::trail::raw::{Open, Packed};
use crate::trail::symbols::{Lookup, Symbol};

/// Raw records of live events are compressed in blocks of this size.
const PACKED: usize = 256 << 10;

/// What only adding needs: where an id and a text is.
#[derive(Debug, Default)]
pub(super) struct WriteSide {
    slots: Vec<u32>,
    known: usize,
    lookups: [Lookup; Field::ALL.len()],
}

const FREE: u32 = u32::MAX;

impl WriteSide {
    pub(super) fn over(timeline: &Timeline) -> Self {
        let mut write =
            Self { lookups: std::array::from_fn(|at| Lookup::over(&timeline.tables[at])), ..Self::default() };
        write.reserve(timeline.order.len(), |_| None);
        for slot in timeline.order.iter() {
            if let Some(id) = timeline.id_of(*slot) {
                write.place(id, *slot, |slot| timeline.id_of(slot));
            }
        }
        write
    }

    pub(super) fn find(&self, id: u128, id_of: impl Fn(Slot) -> Option<u128>) -> Option<Slot> {
        let mut at = self.first(id)?;
        loop {
            match self.slots[at] {
                FREE => return None,
                slot if id_of(Slot(slot)) == Some(id) => return Some(Slot(slot)),
                _ => at = (at + 1) & (self.slots.len() - 1),
            }
        }
    }

    pub(super) fn weight(&self) -> usize {
        self.slots.capacity() * 4 + self.lookups.iter().map(Lookup::weight).sum::<usize>()
    }

    fn first(&self, id: u128) -> Option<usize> {
        let mixed = (id as u64 ^ (id >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (!self.slots.is_empty()).then(|| (mixed >> 20) as usize & (self.slots.len() - 1))
    }

    /// Puts an id in that is not in yet.
    fn place(&mut self, id: u128, slot: Slot, _: impl Fn(Slot) -> Option<u128>) {
        let Some(mut at) = self.first(id) else { return };
        while self.slots[at] != FREE {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = slot.0;
        self.known += 1;
    }

    /// Makes room for more ids.
    fn reserve(&mut self, more: usize, id_of: impl Fn(Slot) -> Option<u128>) {
        let wanted = (self.known + more + 1) * 3 / 2;
        if self.slots.len() >= wanted {
            return;
        }
        let old = std::mem::replace(&mut self.slots, vec![FREE; wanted.next_power_of_two().max(1024)]);
        self.known = 0;
        for slot in old.into_iter().filter(|slot| *slot != FREE) {
            if let Some(id) = id_of(Slot(slot)) {
                self.place(id, Slot(slot), &id_of);
            }
        }
    }
}

impl Timeline {
    /// Adds decoded events; those that are known already are left out.
    pub fn append(&mut self, batch: Batch) -> Ingested {
        let mut write = match self.write.take() {
            Some(write) => write,
            None => Box::new(WriteSide::over(self)),
        };
        write.reserve(batch.len(), |slot| self.id_of(slot));
        let names: [Vec<Symbol>; Field::ALL.len()] = std::array::from_fn(|at| {
            batch.tables[at].iter().map(|(_, text)| write.lookups[at].intern(&mut self.tables[at], text)).collect()
        });
        let blocks = Arc::make_mut(&mut self.blocks);
        let first_block = blocks.len() as u32;
        blocks.extend(batch.blocks.iter().map(|(raw, base)| Block::At(Arc::clone(raw), *base)));

        let mut ingested = Ingested::default();
        for row in 0..batch.len() {
            let id = batch.columns.ids[row];
            if write.find(id, |slot| self.id_of(slot)).is_some() {
                ingested.duplicates += 1;
                continue;
            }
            let place = batch.columns.places[row];
            let place = if place.block == OWN {
                self.keep(&batch.text[place.at as usize..][..place.len as usize])
            } else {
                Place { block: first_block + place.block, ..place }
            };
            let slot = Slot(self.next);
            self.tail().push_row(&batch.columns, row, &names, place);
            self.next += 1;
            write.place(id, slot, |_| None);
            ingested.added.push(slot);
        }
        if !batch.odd_ids.is_empty() {
            let odd: &mut FxHashMap<_, _> = Arc::make_mut(&mut self.odd_ids);
            odd.extend(batch.odd_ids);
        }
        self.write = Some(write);
        self.put_in_order(&ingested.added);
        self.keep_to_count();
        ingested
    }

    /// The segment that is being filled.
    fn tail(&mut self) -> &mut Columns {
        let number = (self.next >> SEGMENT_BITS) as usize;
        if number >= self.segments.len() {
            if let Some(full) = self.segments.last_mut().and_then(Option::as_mut) {
                Arc::make_mut(full).seal();
            }
            self.segments.resize(number + 1, None);
        }
        debug_assert!(self.next as usize & (SEGMENT - 1) == 0 || self.segments[number].is_some());
        Arc::make_mut(self.segments[number].get_or_insert_default())
    }

    /// Keeps a raw record, in the block that is open.
    pub(super) fn keep(&mut self, raw: &[u8]) -> Place {
        let blocks = Arc::make_mut(&mut self.blocks);
        if let Some(block) = blocks.last_mut()
            && let Block::Open(open) = block
            && open.0.len() + raw.len() > PACKED
        {
            *block = Block::At(Arc::new(Packed::new(&open.0)), 0);
        }
        if !matches!(blocks.last(), Some(Block::Open(_))) {
            blocks.push(Block::Open(Open::default()));
        }
        let block = blocks.len() as u32 - 1;
        let Some(Block::Open(open)) = blocks.last_mut() else { return Place { block, at: 0, len: 0 } };
        let text = Arc::make_mut(&mut open.0);
        let at = text.len() as u32;
        text.extend_from_slice(raw);
        Place { block, at, len: raw.len() as u32 }
    }

    /// Merges new events into the order: only what comes after the earliest of them moves.
    fn put_in_order(&mut self, added: &[Slot]) {
        let mut new: Vec<((i64, u128), Slot)> = added.iter().map(|slot| (self.key(*slot), *slot)).collect();
        new.sort_unstable();
        let Some((earliest, _)) = new.first().copied() else { return };
        let from = self.order.partition_point(|slot| self.key(*slot) < earliest);
        let late: Vec<Slot> = self.order[from..].to_vec();
        let mut merged = Vec::with_capacity(late.len() + new.len());
        let mut late = late.into_iter().map(|slot| (self.key(slot), slot)).peekable();
        for entry in new {
            while let Some(before) = late.next_if(|before| *before < entry) {
                merged.push(before.1);
            }
            merged.push(entry.1);
        }
        merged.extend(late.map(|(_, slot)| slot));
        let order = Arc::make_mut(&mut self.order);
        order.truncate(from);
        order.append(&mut merged);
    }
}
