//! The envelopes that CloudTrail records come in, told apart by content:
//! `{"Records":[…]}` as S3 delivers, a JSON array, JSON Lines, the output of
//! `aws cloudtrail lookup-events`, and EventBridge events; also one after the
//! other in one stream.
//!
//! Each record is parsed where it stands, in one pass. A record that cannot be
//! read is reported with its offset and its reason, and reading goes on behind it.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::ops::Range;

use super::brackets::{end_of_value, list_anywhere_in, list_in, rest_of_envelope, skip_gap};
use super::payload::{Ids, Payload, Skipped};
use super::starts::Starts;
use super::wire::Record;
use super::{Fields, leniency};

/// What stands at one place of an envelope.
#[derive(Debug)]
pub enum Item<'a> {
    /// One CloudTrail record.
    Event {
        /// Its decoded fields.
        fields: &'a Fields<'a>,
        /// The record's bytes.
        raw: &'a [u8],
        /// Where it stands in the input: the record itself, or the JSON string that holds it.
        range: Range<usize>,
        /// It is written as a JSON string (`CloudTrailEvent` of LookupEvents).
        quoted: bool,
    },
    /// Something that should be a record and cannot be read.
    Broken(Broken),
    /// Valid, and no event: a digest file, another EventBridge event.
    Other {
        /// What it is, as the end of "passed over: …".
        what: &'static str,
    },
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The byte at which it begins, in the (decompressed) input.
    pub offset: u64,
    /// Why it could not be read.
    pub why: String,
}

/// Where in an envelope a piece of input begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Between whole JSON values.
    #[default]
    Top,
    /// Inside the list of records.
    List,
}

/// What a digest file is, as the end of "passed over: …".
pub const DIGEST: &str = "a digest, no events";

/// How deep envelopes nest within each other: a LookupEvents answer in a line of JSON Lines.
const DEEPEST: usize = 3;

/// Hands each record of any envelope to `each`.
pub fn envelopes(bytes: &[u8], mut each: impl FnMut(Item<'_>)) {
    walk(bytes, Mode::Top, &mut each);
}

/// The same, from the middle of an envelope.
pub fn walk(bytes: &[u8], mode: Mode, each: &mut dyn FnMut(Item<'_>)) {
    match std::str::from_utf8(bytes) {
        Ok(text) => Walk::<Payload<'_>>::over(bytes, text, each).run(0..bytes.len(), mode, 0),
        Err(_) => Walk::<Payload<'_>>::over(bytes, &mended(bytes), each).run(0..bytes.len(), mode, 0),
    }
}

/// The same, faster, without the ids in parameters and answers: of the
/// resources there are only those that the record lists itself.
pub fn walk_heads(bytes: &[u8], mode: Mode, each: &mut dyn FnMut(Item<'_>)) {
    match std::str::from_utf8(bytes) {
        Ok(text) => Walk::<Skipped>::over(bytes, text, each).run(0..bytes.len(), mode, 0),
        Err(_) => Walk::<Skipped>::over(bytes, &mended(bytes), each).run(0..bytes.len(), mode, 0),
    }
}

/// The bytes as text of the same length: what is no UTF-8 is a question mark each.
fn mended(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    text
}

struct Walk<'w, 'a, P> {
    /// The bytes as they came.
    all: &'w [u8],
    /// The same as text, which parsing need not check again; the same length.
    text: &'a str,
    each: &'w mut dyn FnMut(Item<'_>),
    starts: Starts,
    /// How many bytes were read in vain behind the place at which reading went on
    /// after all. Once they are as many as the input has, what may be torn is
    /// read no further than to that place: so that a log of nothing but broken
    /// records is still read in linear time.
    wasted: usize,
    reads: PhantomData<P>,
}

impl<'w, 'a, P: Ids<'a>> Walk<'w, 'a, P> {
    fn over(all: &'w [u8], text: &'a str, each: &'w mut dyn FnMut(Item<'_>)) -> Self {
        Self { all, text, each, starts: Starts::default(), wasted: 0, reads: PhantomData }
    }

    fn broken(&mut self, offset: usize, why: impl Into<String>) {
        (self.each)(Item::Broken(Broken { offset: offset as u64, why: why.into() }));
    }

    fn run(&mut self, range: Range<usize>, mode: Mode, depth: usize) {
        let (all, text) = (self.all, self.text);
        let bytes = &text.as_bytes()[..range.end];
        let mut at = range.start;
        let mut list = mode == Mode::List;
        if at == 0 && bytes.starts_with(b"\xef\xbb\xbf") {
            at = 3;
        }
        loop {
            at = skip_gap(bytes, at);
            let Some(byte) = bytes.get(at) else { return };
            match byte {
                b'{' => {
                    if !list && let Some(inside) = list_in(bytes, at) {
                        (at, list) = (inside, true);
                    } else {
                        (at, list) = self.item(bytes, at, list, depth);
                    }
                }
                b'[' if !list => (at, list) = (at + 1, true),
                b']' if list => {
                    let end = rest_of_envelope(bytes, at + 1);
                    (at, list) = (end.unwrap_or_else(|| self.resume(bytes, at + 1, false)), false);
                }
                _ => {
                    let next = self.resume(bytes, at + 1, list);
                    let shown: String = String::from_utf8_lossy(&all[at..next.min(at + 20)]).into_owned();
                    let shown = crate::domain::text::visible(&shown).into_owned();
                    self.broken(at, format!("no record begins with '{shown}'"));
                    at = next;
                }
            }
        }
    }

    /// Reads the object at `at`; the answer is where reading goes on, and whether
    /// that is inside a list.
    fn item(&mut self, bytes: &'a [u8], at: usize, list: bool, depth: usize) -> (usize, bool) {
        self.starts.saw(at);
        let to = if self.wasted <= self.all.len() {
            bytes.len()
        } else if list {
            self.resume(bytes, at + 1, list)
        } else {
            self.starts.line(self.text.as_bytes(), at + 1).min(bytes.len())
        };
        let text = self.text.get(at..to).unwrap_or_default();
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Record<'a, P>>();
        match values.next() {
            Some(Ok(record)) => {
                let end = at + values.byte_offset();
                self.record(record, at..end, depth);
                (end, list)
            }
            Some(Err(error)) => self.refused(bytes, at, list, depth, &error),
            None => (bytes.len(), list),
        }
    }

    /// An object that could not be read as it stands: the list in it is read, or
    /// all of it that makes sense, or it is told as broken.
    fn refused(
        &mut self,
        bytes: &'a [u8],
        at: usize,
        list: bool,
        depth: usize,
        error: &serde_json::Error,
    ) -> (usize, bool) {
        let next = self.resume(bytes, at + 1, list);
        self.wasted += (at + reached(&bytes[at..], error)).saturating_sub(next);
        // Only the first object may reach over what begins a line: that of a log in many lines.
        let within = if self.starts.is_first(at) { bytes } else { &bytes[..next] };
        if !list && let Some(inside) = list_anywhere_in(within, at) {
            return (inside, true);
        }
        let most = bytes.len().min(at + leniency::LONGEST);
        let most = if self.wasted <= self.all.len() { most } else { most.min(next) };
        let whole = end_of_value(&bytes[..most], at);
        if let Some(end) = whole
            && let Some(record) = self.text.get(at..end).and_then(leniency::record)
        {
            self.record(record, at..end, depth);
            return (end, list);
        }
        self.wasted += whole.unwrap_or(most).saturating_sub(next);
        let end = whole.filter(|end| *end <= next).unwrap_or(next);
        let why = if error.is_eof() && end == bytes.len() {
            "the record is cut off".to_owned()
        } else {
            within_record(error)
        };
        self.broken(at, why);
        (end, list)
    }

    /// The next place at which a record may begin.
    fn resume(&mut self, bytes: &[u8], at: usize, list: bool) -> usize {
        self.starts.next(self.text.as_bytes(), at, list).min(bytes.len())
    }

    /// Nothing of it had to be mended.
    fn is_whole(&self, range: &Range<usize>) -> bool {
        std::ptr::eq(self.all, self.text.as_bytes()) || self.all[range.clone()] == self.text.as_bytes()[range.clone()]
    }

    fn record(&mut self, mut record: Record<'a, P>, range: Range<usize>, depth: usize) {
        if !self.is_whole(&range)
            && let Err(error) = std::str::from_utf8(&self.all[range.clone()])
        {
            self.broken(range.start, format!("invalid UTF-8 at byte {} of the record", error.valid_up_to()));
            return;
        }
        if !record.event_id.0.is_empty() {
            self.event(record, range);
        } else if let Some(quoted) = record.lookup {
            self.quoted(quoted.get(), self.range_of(quoted.get()));
        } else if let Some(detail) = record.detail {
            let inside = self.range_of(detail.get());
            let kind = &record.detail_type.0;
            match super::parsed(detail.get()) {
                Ok(inner) if !inner.event_id.0.is_empty() => self.event(inner, inside),
                Err(error) if kind.is_empty() || kind.ends_with("via CloudTrail") => {
                    self.broken(inside.start, within_record(&error));
                }
                _ => (self.each)(Item::Other { what: "an EventBridge event that is no API call" }),
            }
        } else if let Some(list) = record.records.take().or(record.events.take()) {
            let inside = self.range_of(list.get());
            if depth < DEEPEST && list.get().starts_with('[') {
                self.run(inside.start + 1..inside.end - 1, Mode::List, depth + 1);
            } else {
                self.broken(inside.start, "a list of records was expected here");
            }
        } else if !record.digest.0.is_empty() {
            (self.each)(Item::Other { what: DIGEST });
        } else if !record.event_time.0.is_empty() || !record.event_name.0.is_empty() {
            self.event(record, range);
        } else {
            (self.each)(Item::Other { what: "JSON that holds no CloudTrail record" });
        }
    }

    fn event(&mut self, record: Record<'a, P>, range: Range<usize>) {
        match Fields::of(record) {
            Ok(fields) => {
                let raw = &self.text.as_bytes()[range.clone()];
                (self.each)(Item::Event { fields: &fields, raw, range, quoted: false });
            }
            Err(why) => self.broken(range.start, why),
        }
    }

    /// A record inside a JSON string.
    fn quoted(&mut self, literal: &str, range: Range<usize>) {
        let text = match serde_json::from_str::<Cow<'_, str>>(literal) {
            Ok(text) => text,
            Err(error) => return self.broken(range.start, format!("CloudTrailEvent is no JSON string: {error}")),
        };
        match super::of_text(&text) {
            Ok(fields) => (self.each)(Item::Event { fields: &fields, raw: text.as_bytes(), range, quoted: true }),
            Err(why) => self.broken(range.start, why),
        }
    }

    /// Where a part of the input stands in it.
    fn range_of(&self, part: &str) -> Range<usize> {
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        start..start + part.len()
    }
}

/// The message of a parse error without its position, which counts lines of a record.
fn within_record(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => format!("{} (byte {} of the record's line {})", &text[..at], error.column(), error.line()),
        None => text,
    }
}

/// How many of the bytes a parse had read when it failed.
fn reached(bytes: &[u8], error: &serde_json::Error) -> usize {
    let line = match error.line().saturating_sub(2) {
        0 if error.line() < 2 => 0,
        above => memchr::memchr_iter(b'\n', bytes).nth(above).map_or(bytes.len(), |end| end + 1),
    };
    (line + error.column()).min(bytes.len())
}
