//! The next places at which a record may begin, for reading on behind bytes
//! that make no sense.

use memchr::{memchr, memmem};

use super::brackets::skip_space;

/// What begins a record in every log that CloudTrail writes.
pub(super) const RECORD_START: &[u8] = b"{\"eventVersion\"";

/// The first key of a record, or of an event of LookupEvents, in the order in
/// which CloudTrail or one that sorts keys writes it.
const FIRST_KEYS: [&[u8]; 7] = [
    b"eventVersion\"",
    b"awsRegion\"",
    b"additionalEventData\"",
    b"apiVersion\"",
    b"addendum\"",
    b"EventId\"",
    b"CloudTrailEvent\"",
];

/// The longest first key that is looked for.
const LONGEST_KEY: usize = 64;

/// The next places of one text, each once looked for: a text of nothing but
/// damage is still searched in linear time.
#[derive(Debug, Default)]
pub(super) struct Starts {
    record: Option<usize>,
    line: Option<usize>,
    object: Option<usize>,
    /// The first object: what wrote it begins all others with the same key.
    first: Option<usize>,
}

impl Starts {
    /// An object stands here.
    pub fn saw(&mut self, at: usize) {
        self.first.get_or_insert(at);
    }

    /// The first object stands here.
    pub fn is_first(&self, at: usize) -> bool {
        self.first == Some(at)
    }

    /// The next place from `at` on, which is not 0; beyond the text where there is none.
    pub fn next(&mut self, text: &[u8], at: usize, list: bool) -> usize {
        let record =
            known(&mut self.record, at, || memmem::find(text.get(at..)?, RECORD_START).map(|found| at + found));
        let line = if list { usize::MAX } else { self.line(text, at) };
        let near = record.min(line);
        let first = self.first;
        near.min(known(&mut self.object, at, || next_object(text, at, first)))
    }

    /// The next line from `at` on that begins with an object.
    pub fn line(&mut self, text: &[u8], at: usize) -> usize {
        known(&mut self.line, at, || memmem::find(text.get(at - 1..)?, b"\n{").map(|found| at + found))
    }
}

fn known(known: &mut Option<usize>, at: usize, find: impl FnOnce() -> Option<usize>) -> usize {
    match *known {
        Some(known) if known >= at => known,
        _ => *known.insert(find().unwrap_or(usize::MAX)),
    }
}

/// The next object whose first key is one that records begin with, in the place
/// of an element of a list or of a line.
fn next_object(text: &[u8], at: usize, first: Option<usize>) -> Option<usize> {
    let own = first.and_then(|first| first_key(text, first));
    let mut at = at;
    loop {
        at += memchr(b'{', text.get(at..)?)?;
        let key = skip_space(text, at + 1);
        if text.get(key) == Some(&b'"')
            && let Some(rest) = text.get(key + 1..)
            && (own.is_some_and(|own| rest.starts_with(own)) || FIRST_KEYS.iter().any(|key| rest.starts_with(key)))
            && is_apart(&text[..at])
        {
            return Some(at);
        }
        at += 1;
    }
}

/// The first key of the object at `at`, with its closing quote.
fn first_key(text: &[u8], at: usize) -> Option<&[u8]> {
    let rest = text.get(skip_space(text, at + 1)..)?.strip_prefix(b"\"")?;
    let end = memchr(b'"', &rest[..rest.len().min(LONGEST_KEY)])?;
    let key = &rest[..=end];
    (end > 0 && !key.iter().any(|byte| matches!(byte, b'\\' | b'\n'))).then_some(key)
}

/// What follows these bytes is an element of a list, or begins a line.
fn is_apart(before: &[u8]) -> bool {
    let space = before.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    let (head, space) = before.split_at(before.len() - space);
    space.contains(&b'\n') || matches!(head.last(), None | Some(b',' | b'[' | b'}'))
}
