//! Searching raw records: in the background, on all cores, block by block, with
//! progress, and to be cancelled.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use jiff::Timestamp;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Query;
use super::term::Ask;
use crate::trail::symbols::Bits;
use crate::trail::timeline::{Slot, Timeline, unquoted};

/// What a search of raw records found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawSelection {
    /// The events that the filter takes, ascending.
    pub slots: Vec<Slot>,
    /// How many events could not be asked because their record could not be read.
    pub unreadable: usize,
    /// Why the first of them could not be read.
    pub why: Option<String>,
    /// The search was cancelled: the selection is not whole.
    pub cancelled: bool,
}

impl Query {
    /// All events that it takes, with its terms on raw records. `progress`
    /// counts the records read so far, out of [`Query::select`]'s; `cancel` ends the search.
    pub fn select_raw(
        &self,
        timeline: &Timeline,
        now: Timestamp,
        progress: &AtomicUsize,
        cancel: &AtomicBool,
    ) -> RawSelection {
        self.select_raw_of(timeline, now, &timeline.order().to_vec(), progress, cancel)
    }

    /// The same, out of some events.
    pub fn select_raw_of(
        &self,
        timeline: &Timeline,
        now: Timestamp,
        slots: &[Slot],
        progress: &AtomicUsize,
        cancel: &AtomicBool,
    ) -> RawSelection {
        let slots = self.select_of(timeline, now, slots);
        if !self.needs_raw() {
            return RawSelection { slots, ..RawSelection::default() };
        }
        let mut blocks: FxHashMap<u32, (_, Vec<Wanted>)> = FxHashMap::default();
        let mut nowhere = 0;
        for slot in &slots {
            let Some((columns, at)) = timeline.locate(*slot) else { continue };
            let quoted = columns.flags[at].quoted();
            match timeline.raw_of(columns, at) {
                Some((block, raw, at, len)) => {
                    blocks.entry(block).or_insert_with(|| (raw, Vec::new())).1.push(Wanted {
                        slot: *slot,
                        at,
                        len,
                        quoted,
                    });
                }
                None => nowhere += 1,
            }
        }
        let mut blocks: Vec<_> = blocks.into_iter().collect();
        blocks.sort_unstable_by_key(|(number, _)| *number);
        let results: Vec<(Vec<Slot>, usize, Option<String>)> = blocks
            .into_par_iter()
            .map(|(_, (raw, mut wanted))| {
                wanted.sort_unstable_by_key(|wanted| wanted.at);
                let ranges: Vec<(u64, u32)> = wanted.iter().map(|wanted| (wanted.at, wanted.len)).collect();
                let (mut found, mut asked) = (Vec::new(), 0);
                let mut wrong = None;
                let read = if cancel.load(Ordering::Relaxed) {
                    Ok(())
                } else {
                    raw.read_many(&ranges, &mut |number, bytes| {
                        match self.takes_raw(bytes, wanted[number].quoted) {
                            Ok(true) => found.push(wanted[number].slot),
                            Ok(false) => {}
                            Err(why) => wrong = Some(why),
                        }
                        asked += 1;
                        progress.fetch_add(1, Ordering::Relaxed);
                        !cancel.load(Ordering::Relaxed)
                    })
                };
                let why = read.err().or(wrong);
                let unread = if why.is_some() { (wanted.len() - asked).max(1) } else { 0 };
                (found, unread, why)
            })
            .collect();
        let mut selection = RawSelection { unreadable: nowhere, ..RawSelection::default() };
        let mut taken = Bits::default();
        for (found, unread, why) in results {
            for slot in found {
                taken.put(slot.0);
            }
            selection.unreadable += unread;
            selection.why = selection.why.or(why);
        }
        selection.cancelled = cancel.load(Ordering::Relaxed);
        selection.slots = slots.into_iter().filter(|slot| taken.has(slot.0)).collect();
        selection
    }

    fn takes_raw(&self, bytes: &[u8], quoted: bool) -> Result<bool, String> {
        let opened;
        let bytes = if quoted {
            opened = unquoted(bytes.to_vec(), true)?;
            opened.as_bytes()
        } else {
            bytes
        };
        Ok(self.terms.iter().all(|term| match &term.ask {
            Ask::Raw(expression) => expression.is_match(bytes) != term.negated,
            _ => true,
        }))
    }
}

/// One record to be read.
struct Wanted {
    slot: Slot,
    at: u64,
    len: u32,
    quoted: bool,
}
