//! The ordered, de-duplicated store of events, made for a million of them.
//!
//! Events are rows of sealed segments; an order over all rows is kept by time
//! and event id, so that late, doubled and shuffled delivery gives the same
//! Timeline as delivery in order. A clone is a snapshot: it shares segments,
//! symbols and raw blocks, and costs some pointers.

mod kin;
mod marks;
mod order;
mod retention;
mod row;
mod write;

use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::FxHashMap;

use super::columns::{Columns, Field, IdNumber};
use super::decode::{self, Batch, Broken};
use super::raw::{Open, Raw};
use super::symbols::{Bits, Symbol, Table, Tally};
use crate::domain::event::Event;
use crate::domain::window::Span;

pub use kin::{Kin, Origin};
pub use marks::Marks;
use order::Key;
pub use order::Order;
pub use retention::Retention;
pub use row::{EventId, Row};
use write::WriteSide;

/// A stable handle of an event, for the Timeline's life. It is never given to another event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub u32);

/// Rows per segment: few, because adding while a snapshot is held copies the
/// segment that is being filled.
const SEGMENT_BITS: u32 = 12;
const SEGMENT: usize = 1 << SEGMENT_BITS;

/// Where raw records lie.
#[derive(Debug, Clone)]
enum Block {
    /// Behind something that reads them, counted from a byte.
    At(Arc<dyn Raw>, u64),
    /// In the block that live events are added to.
    Open(Open),
    /// Nowhere: all its events have been dropped.
    Gone,
}

/// What came of adding events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ingested {
    /// The new events, in the order in which they were given.
    pub added: Vec<Slot>,
    /// How many were known already.
    pub duplicates: usize,
    /// Those that are no records; `offset` is their number in what was given.
    pub broken: Vec<Broken>,
}

/// The store of events.
#[derive(Debug, Default)]
pub struct Timeline {
    segments: Vec<Option<Arc<Columns>>>,
    tables: [Table; Field::ALL.len()],
    tallies: [Tally; Field::ALL.len()],
    order: Order,
    blocks: Arc<Vec<Block>>,
    odd_ids: Arc<FxHashMap<u128, Box<str>>>,
    gone: Arc<Bits>,
    /// The events that failed and were no dry runs.
    failures: Arc<Bits>,
    marks: Marks,
    retention: Retention,
    dropped: u64,
    next: u32,
    /// What only adding needs. A clone has none, and makes its own when it is added to.
    write: Option<Box<WriteSide>>,
}

impl Clone for Timeline {
    fn clone(&self) -> Self {
        Self {
            segments: self.segments.clone(),
            tables: self.tables.clone(),
            tallies: self.tallies.clone(),
            order: self.order.clone(),
            blocks: Arc::clone(&self.blocks),
            odd_ids: Arc::clone(&self.odd_ids),
            gone: Arc::clone(&self.gone),
            failures: Arc::clone(&self.failures),
            marks: self.marks.clone(),
            retention: self.retention,
            dropped: self.dropped,
            next: self.next,
            write: None,
        }
    }
}

impl Timeline {
    /// An empty Timeline that keeps what `retention` says.
    pub fn new(retention: Retention) -> Self {
        Self { retention, ..Self::default() }
    }

    /// Adds records as CloudTrail's API answers them, and keeps their bytes
    /// compressed. `account_hint` is the account for records that name none.
    pub fn ingest(&mut self, raws: Vec<String>, account_hint: Option<&str>) -> Ingested {
        let mut batch = Batch::default();
        let mut broken = Vec::new();
        for (number, raw) in raws.into_iter().enumerate() {
            let raw = raw.as_bytes();
            match decode::fields(raw) {
                Ok(mut fields) => {
                    if let (true, Some(hint)) = (fields.account.is_empty(), account_hint) {
                        fields.account = hint.into();
                    }
                    batch.push_kept(&fields, raw);
                }
                Err(why) => broken.push(Broken { offset: number as u64, why }),
            }
        }
        Ingested { broken, ..self.append(batch) }
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// There is no event.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// All events, ascending by time, and by event id within the same time.
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// How many events were dropped to keep memory bounded.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// One past the highest number of a [`Slot`] that was given out.
    pub fn slots(&self) -> u32 {
        self.next
    }

    /// The event's row; none once it has been dropped.
    pub fn get(&self, slot: Slot) -> Option<Row<'_>> {
        let (columns, at) = self.locate(slot)?;
        Some(Row::new(self, slot, columns, at))
    }

    /// The event's row. That of a dropped event is empty.
    pub fn row(&self, slot: Slot) -> Row<'_> {
        self.get(slot).unwrap_or_else(|| Row::nothing(self, slot))
    }

    /// The event's time; none once it has been dropped.
    pub fn time(&self, slot: Slot) -> Option<Timestamp> {
        let (columns, at) = self.locate(slot)?;
        Timestamp::from_microsecond(columns.times[at]).ok()
    }

    /// The call failed, and was no dry run.
    pub fn failed(&self, slot: Slot) -> bool {
        self.failures.has(slot.0) && !self.is_gone(slot)
    }

    /// The newest events that name a resource, newest first: at most `most` of
    /// the `reach` newest events.
    pub fn naming(&self, id: &str, reach: usize, most: usize) -> Vec<Slot> {
        let wanted = self.table(Field::Resource).matching(|text| text == id);
        if wanted.none() {
            return Vec::new();
        }
        let names = |slot: &Slot| {
            let row = self.locate(*slot);
            row.is_some_and(|(columns, at)| {
                columns.resources[columns.resources_of(at)].iter().any(|id| wanted.has(*id))
            })
        };
        self.order.iter().rev().take(reach).filter(names).take(most).collect()
    }

    /// The event with an id.
    pub fn find(&self, event_id: &str) -> Option<Slot> {
        let (id, _) = IdNumber::of(event_id);
        if let Some(write) = &self.write {
            return write.find(id.0, |slot| self.id_of(slot));
        }
        self.segments().find_map(|(first, columns)| {
            let rows = columns.ids.iter().enumerate().filter(|(_, other)| **other == id.0);
            rows.map(|(row, _)| Slot(first + columns.number_of(row) as u32)).find(|slot| !self.gone.has(slot.0))
        })
    }

    /// The events of a span of time, ascending.
    pub fn within(&self, span: Span) -> Vec<Slot> {
        let (start, end) = (span.start.as_microsecond(), span.end.as_microsecond());
        let from = self.order.partition_point(|slot| self.key(slot).0 < start);
        let to = self.order.partition_point(|slot| self.key(slot).0 <= end);
        self.order.range(from..to)
    }

    /// The event's record, byte for byte as CloudTrail wrote it.
    ///
    /// # Errors
    /// The event has been dropped, or the log that it lies in can no longer be read.
    pub fn raw(&self, slot: Slot) -> Result<String, String> {
        let (columns, at) = self.locate(slot).ok_or("the event is no longer kept")?;
        let place = columns.places[at];
        let bytes = match self.blocks.get(place.block as usize) {
            Some(Block::At(raw, base)) => raw.read(base + u64::from(place.at), place.len)?,
            Some(Block::Open(open)) => open.read(u64::from(place.at), place.len)?,
            Some(Block::Gone) | None => return Err("the record is no longer kept".into()),
        };
        unquoted(bytes, columns.flags[at].quoted())
    }

    /// The event with all its fields, read from its record.
    ///
    /// # Errors
    /// As [`Timeline::raw`].
    pub fn event(&self, slot: Slot) -> Result<Event, String> {
        let mut event = decode::record(self.raw(slot)?.as_bytes())?;
        if event.account.is_empty() {
            self.row(slot).account.clone_into(&mut event.account);
        }
        Ok(event)
    }

    /// The texts of a column.
    pub fn table(&self, field: Field) -> &Table {
        &self.tables[field as usize]
    }

    /// How many events have each text of a column; texts that no event has are left out.
    pub fn counts(&self, field: Field) -> Vec<(Symbol, usize)> {
        self.tallies[field as usize].iter().collect()
    }

    /// Bytes of memory that events, symbols, order and raw blocks take.
    pub fn weight(&self) -> usize {
        let blocks = self.blocks.iter().map(|block| match block {
            Block::At(raw, _) => raw.weight() + 32,
            Block::Open(open) => open.weight() + 32,
            Block::Gone => 32,
        });
        self.segments.iter().flatten().map(|columns| columns.weight()).sum::<usize>()
            + self.tables.iter().map(Table::weight).sum::<usize>()
            + self.tallies.iter().map(Tally::weight).sum::<usize>()
            + self.order.weight()
            + blocks.sum::<usize>()
            + self.write.as_ref().map_or(0, |write| write.weight())
    }

    /// The segments that hold events, with the number of their first slot.
    pub(super) fn segments(&self) -> impl Iterator<Item = (u32, &Arc<Columns>)> {
        let first = |number: usize| (number << SEGMENT_BITS) as u32;
        self.segments.iter().enumerate().filter_map(move |(number, segment)| Some((first(number), segment.as_ref()?)))
    }

    /// Where a row's raw record lies: the block's number, its reader, the first byte and the length.
    pub(super) fn raw_of(&self, columns: &Columns, at: usize) -> Option<(u32, Arc<dyn Raw>, u64, u32)> {
        let place = columns.places[at];
        match self.blocks.get(place.block as usize)? {
            Block::At(raw, base) => Some((place.block, Arc::clone(raw), base + u64::from(place.at), place.len)),
            Block::Open(open) => Some((place.block, Arc::new(open.clone()), u64::from(place.at), place.len)),
            Block::Gone => None,
        }
    }

    pub(super) fn locate(&self, slot: Slot) -> Option<(&Columns, usize)> {
        if slot.0 >= self.next || self.gone.has(slot.0) {
            return None;
        }
        let columns = self.segments.get((slot.0 >> SEGMENT_BITS) as usize)?.as_deref()?;
        Some((columns, columns.row_of(slot.0 as usize & (SEGMENT - 1))?))
    }

    /// The event has been dropped.
    pub(super) fn is_gone(&self, slot: Slot) -> bool {
        self.gone.has(slot.0)
    }

    fn id_of(&self, slot: Slot) -> Option<u128> {
        self.locate(slot).map(|(columns, at)| columns.ids[at])
    }

    /// What the order sorts by.
    fn key(&self, slot: Slot) -> Key {
        self.locate(slot).map_or((i64::MIN, 0), |(columns, at)| (columns.times[at], columns.ids[at]))
    }
}

/// A record's text, out of the JSON string that it may stand in.
pub(super) fn unquoted(bytes: Vec<u8>, quoted: bool) -> Result<String, String> {
    if quoted {
        return serde_json::from_slice(&bytes).map_err(|error| format!("the record cannot be read back: {error}"));
    }
    String::from_utf8(bytes).map_err(|_| "the record is not UTF-8: has the log changed since it was opened?".into())
}

#[cfg(test)]
mod tests;
