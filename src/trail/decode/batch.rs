//! Decoded events on their way into a Timeline: columns with symbols of their
//! own, made by one worker of a parallel load.

use std::sync::Arc;

use super::Fields;
use crate::trail::columns::{Columns, Field, IdNumber, Place};
use crate::trail::raw::Raw;
use crate::trail::symbols::{Lookup, Table};

/// Decoded events, in the order in which they were read.
#[derive(Debug, Default)]
pub struct Batch {
    pub(crate) columns: Columns,
    pub(crate) tables: [Table; Field::ALL.len()],
    lookups: [Lookup; Field::ALL.len()],
    /// Ids that are no UUIDs, by their number.
    pub(crate) odd_ids: Vec<(u128, Box<str>)>,
    /// Where raw records lie that the batch does not hold, with the first byte that is counted from.
    pub(crate) blocks: Vec<(Arc<dyn Raw>, u64)>,
    /// Raw records that the batch holds itself.
    pub(crate) text: Vec<u8>,
}

/// The block number of raw records that the batch holds itself.
pub(crate) const OWN: u32 = u32::MAX;

impl Batch {
    /// How many events it holds.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// It holds none.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Says where the raw records of the next events lie; places are counted from `base`.
    pub fn lies_in(&mut self, raw: Arc<dyn Raw>, base: u64) {
        self.blocks.push((raw, base));
    }

    /// Adds an event whose raw record lies at a place of the source last named
    /// by [`Batch::lies_in`]. `quoted` tells that it is written there as a JSON string.
    pub fn push(&mut self, fields: &Fields<'_>, at: u64, len: u32, quoted: bool) {
        let mut place = Place { block: OWN, at: 0, len };
        if let Some((raw, base)) = self.blocks.last().map(|(raw, base)| (raw, *base)) {
            if let Some(at) = at.checked_sub(base).and_then(|at| u32::try_from(at).ok()) {
                place.at = at;
            } else {
                let raw = Arc::clone(raw);
                self.blocks.push((raw, at));
            }
            place.block = self.blocks.len() as u32 - 1;
        }
        self.add(fields, place, quoted);
    }

    /// Adds an event and keeps its raw record in the batch.
    pub fn push_kept(&mut self, fields: &Fields<'_>, raw: &[u8]) {
        let place = Place { block: OWN, at: self.text.len() as u32, len: raw.len() as u32 };
        self.text.extend_from_slice(raw);
        self.add(fields, place, false);
    }

    fn add(&mut self, fields: &Fields<'_>, place: Place, quoted: bool) {
        let (id, plain) = IdNumber::of(&fields.id);
        if !plain {
            self.odd_ids.push((id.0, fields.id.as_ref().into()));
        }
        let (tables, lookups) = (&mut self.tables, &mut self.lookups);
        self.columns.push(fields, id, !plain, quoted, place, |field, text| {
            lookups[field as usize].intern(&mut tables[field as usize], text)
        });
    }
}
