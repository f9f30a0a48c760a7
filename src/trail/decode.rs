//! From the bytes of one CloudTrail record to its fields.
//!
//! A typed, borrowing parse: what the columns need is read in one pass, and
//! everything else of the record is skipped. It never refuses an event for the
//! nonsense in it (addresses that are none, Regions that are none, parameters
//! that are null or cut): only a record without id, time or name is broken.

pub mod batch;
mod brackets;
pub mod cut;
pub mod envelope;
pub(super) mod fields;
mod identity;
mod leniency;
mod payload;
mod resources;
mod starts;
mod wire;

use crate::domain::event::Event;

pub use batch::Batch;
pub use envelope::{Broken, DIGEST, Item, Mode, envelopes, walk, walk_heads};
pub use fields::{Fields, UNNAMED_ERROR, instant};
pub use identity::Identity;
use payload::{Ids, Payload};
use wire::Record;

/// The fields of one record.
///
/// # Errors
/// A sentence that says why the bytes are no CloudTrail record.
pub fn fields(raw: &[u8]) -> Result<Fields<'_>, String> {
    let text = std::str::from_utf8(raw);
    of_text(text.map_err(|error| format!("invalid UTF-8 at byte {} of the record", error.valid_up_to()))?)
}

fn of_text(text: &str) -> Result<Fields<'_>, String> {
    let record: Record<'_, Payload<'_>> = parsed(text).map_err(|error| error.to_string())?;
    Fields::of(record)
}

/// A record or an envelope, read leniently where it cannot be read quickly.
fn parsed<'a, P: Ids<'a>>(text: &'a str) -> Result<Record<'a, P>, serde_json::Error> {
    serde_json::from_str(text).or_else(|error| leniency::record(text).ok_or(error))
}

/// One record as an [`Event`] with owned fields.
///
/// # Errors
/// A sentence that says why the bytes are no CloudTrail record.
pub fn record(raw: &[u8]) -> Result<Event, String> {
    fields(raw).map(|fields| fields.to_event())
}

#[cfg(test)]
mod tests;
