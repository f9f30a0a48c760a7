//! Adding to a Timeline: de-duplication, renaming of symbols, order.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Block, Ingested, SEGMENT, SEGMENT_BITS, Slot, Timeline};
use crate::trail::columns::{Columns, Field, Place};
use crate::trail::decode::Batch;
use crate::trail::decode::batch::OWN;
use crate::trail::index::Index;
use crate::trail::raw::{Open, Packed};
use crate::trail::symbols::{Lookup, Symbol};

/// Raw records of live events are compressed in blocks of this size.
const PACKED: usize = 256 << 10;

/// What only adding needs: where an id and a text is.
#[derive(Debug, Default)]
pub(super) struct WriteSide {
    ids: Index,
    /// How many of the ids are of events that have been dropped since.
    stale: usize,
    lookups: [Lookup; Field::ALL.len()],
}

fn hash(id: u128) -> u64 {
    (id as u64 ^ (id >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl WriteSide {
    pub(super) fn over(timeline: &Timeline) -> Self {
        let mut write =
            Self { lookups: std::array::from_fn(|at| Lookup::over(&timeline.tables[at])), ..Self::default() };
        for slot in timeline.order.iter() {
            if let Some(id) = timeline.id_of(slot) {
                write.ids.put(hash(id), slot.0);
            }
        }
        write
    }

    pub(super) fn find(&self, id: u128, id_of: impl Fn(Slot) -> Option<u128>) -> Option<Slot> {
        self.ids.find(hash(id), |slot| id_of(Slot(slot)) == Some(id)).map(Slot)
    }

    pub(super) fn weight(&self) -> usize {
        self.ids.weight() + self.lookups.iter().map(Lookup::weight).sum::<usize>()
    }
}

/// How many ids are looked up one after the other, once their places have been fetched.
const TOGETHER: usize = 64;

impl Timeline {
    /// Adds decoded events; those that are known already are left out.
    pub fn append(&mut self, batch: Batch) -> Ingested {
        let mut write = match self.write.take() {
            Some(write) => write,
            None => Box::new(WriteSide::over(self)),
        };
        let rows = self.new_rows(&batch, &mut write);
        let names: [Vec<Symbol>; Field::ALL.len()] = std::array::from_fn(|at| {
            batch.tables[at].iter().map(|(_, text)| write.lookups[at].intern(&mut self.tables[at], text)).collect()
        });
        self.write = Some(write);
        let blocks = Arc::make_mut(&mut self.blocks);
        let first_block = blocks.len() as u32;
        blocks.extend(batch.blocks.iter().map(|(raw, base)| Block::At(Arc::clone(raw), *base)));

        let first = self.next;
        let mut left = rows.as_slice();
        while !left.is_empty() {
            let room = SEGMENT - (self.next as usize & (SEGMENT - 1));
            let (here, rest) = left.split_at(room.min(left.len()));
            let place = |row: &usize| match batch.columns.places[*row] {
                Place { block: OWN, at, len } => self.keep(&batch.text[at as usize..][..len as usize]),
                place => Place { block: first_block + place.block, ..place },
            };
            let places: Vec<Place> = here.iter().map(place).collect();
            self.tail().extend(&batch.columns, here, &names, &places);
            self.next += here.len() as u32;
            left = rest;
        }
        if !batch.odd_ids.is_empty() {
            let odd: &mut FxHashMap<_, _> = Arc::make_mut(&mut self.odd_ids);
            odd.extend(batch.odd_ids);
        }
        self.count(&batch.columns, &rows, &names);
        let none = batch.tables[Field::Error as usize].find("");
        let failures = Arc::make_mut(&mut self.failures);
        let mut new = Vec::with_capacity(rows.len());
        for (row, slot) in rows.iter().zip(first..) {
            new.push(((batch.columns.times[*row], batch.columns.ids[*row]), Slot(slot)));
            let error = batch.columns.symbols[Field::Error as usize][*row];
            if none != Some(error) && !batch.columns.flags[*row].dry_run() {
                failures.put(slot);
            }
        }
        // Records come in runs that are in order: a sort that merges runs has little to do.
        new.sort();
        let mut order = std::mem::take(&mut self.order);
        order.merge(&new, |slot| self.key(slot));
        self.order = order;
        self.keep_to_count();
        Ingested {
            added: (first..first + rows.len() as u32).map(Slot).collect(),
            duplicates: batch.columns.len() - rows.len(),
            broken: Vec::new(),
        }
    }

    /// Counts the texts of new rows.
    fn count(&mut self, columns: &Columns, rows: &[usize], names: &[Vec<Symbol>; Field::ALL.len()]) {
        for (field, (names, tally)) in names.iter().zip(&mut self.tallies).enumerate() {
            let mut counts = vec![0_u32; names.len()];
            for row in rows {
                match columns.symbols.get(field) {
                    Some(column) => counts[column[*row] as usize] += 1,
                    None => columns.resources[columns.resources_of(*row)]
                        .iter()
                        .for_each(|symbol| counts[*symbol as usize] += 1),
                }
            }
            for (name, count) in names.iter().zip(counts).filter(|(_, count)| *count > 0) {
                tally.add(*name, count);
            }
        }
    }

    /// The rows of a batch that hold events which are not known yet; the slots
    /// that they will have are put down for their ids.
    fn new_rows(&self, batch: &Batch, write: &mut WriteSide) -> Vec<usize> {
        let ids = &batch.columns.ids;
        let mut rows: Vec<usize> = Vec::with_capacity(ids.len());
        let mut hashes = Vec::with_capacity(TOGETHER);
        for (number, some) in ids.chunks(TOGETHER).enumerate() {
            hashes.clear();
            hashes.extend(some.iter().map(|id| hash(*id)));
            write.ids.touch(&hashes);
            for (row, (id, hash)) in (number * TOGETHER..).zip(some.iter().zip(&hashes)) {
                let is = |slot: u32| match slot.checked_sub(self.next) {
                    None => self.id_of(Slot(slot)) == Some(*id),
                    Some(new) => rows.get(new as usize).is_some_and(|row| ids[*row] == *id),
                };
                if write.ids.find(*hash, is).is_none() {
                    write.ids.put(*hash, self.next + rows.len() as u32);
                    rows.push(row);
                }
            }
        }
        rows
    }

    /// Some events have been dropped: their ids no longer count, and are thrown
    /// out once they are more than the others.
    pub(super) fn forget(&mut self, dropped: usize) {
        let left = self.order.len();
        self.write = self.write.take().filter(|write| write.stale + dropped <= left);
        if let Some(write) = &mut self.write {
            write.stale += dropped;
        }
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
}
