//! Reads a record that the quick reading refuses, though it is JSON: half a
//! surrogate pair in a text, a number beyond all bounds, a key that comes twice,
//! or an object that is none. What makes no sense in it is empty; the rest is read.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::payload::Ids;
use super::wire::{Record, Text};

/// The longest record that is read so: a tree of it is built. CloudTrail's own end at 1 MB.
pub(super) const LONGEST: usize = 4 << 20;

/// An envelope, whatever stands in it beside the records.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Envelope<'a> {
    /// Only records have it.
    #[serde(borrow, rename = "eventID")]
    id: Text<'a>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    #[serde(borrow, rename = "detail-type")]
    detail_type: Text<'a>,
    #[serde(borrow, rename = "CloudTrailEvent")]
    lookup: Option<&'a RawValue>,
    #[serde(borrow, rename = "Records")]
    records: Option<&'a RawValue>,
    #[serde(borrow, rename = "Events")]
    events: Option<&'a RawValue>,
}

/// The keys by which a [`Record`] is an envelope.
const ENVELOPE: [&str; 4] = ["detail", "CloudTrailEvent", "Records", "Events"];

/// The objects of a record, by their path: any other value in their place is empty.
const OBJECTS: [&[&str]; 6] = [
    &["userIdentity"],
    &["userIdentity", "sessionContext"],
    &["userIdentity", "sessionContext", "sessionIssuer"],
    &["userIdentity", "sessionContext", "attributes"],
    &["userIdentity", "onBehalfOf"],
    &["insightDetails"],
];

/// What can be read of one record or envelope; none where it is no JSON object.
pub(super) fn record<'a, P: Ids<'a>>(text: &'a str) -> Option<Record<'a, P>> {
    if let Ok(Envelope { id, detail, detail_type, lookup, records, events }) = serde_json::from_str(text)
        && id.0.is_empty()
        && [detail, lookup, records, events].iter().any(Option::is_some)
    {
        return Some(Record { detail, detail_type, lookup, records, events, ..Record::default() });
    }
    if text.len() > LONGEST {
        return None;
    }
    let mut fields: Map<String, Value> = serde_json::from_str(&tidied(text)).ok()?;
    for key in ENVELOPE {
        if let Some(value) = fields.get_mut(key) {
            *value = Value::Null;
        }
    }
    fit(&mut fields);
    Record::deserialize(Value::Object(fields)).ok()
}

/// Empties what is not of its kind.
fn fit(record: &mut Map<String, Value>) {
    for path in OBJECTS {
        let Some((last, above)) = path.split_last() else { continue };
        let place = above.iter().try_fold(&mut *record, |place, key| place.get_mut(*key)?.as_object_mut());
        if let Some(value) = place.and_then(|place| place.get_mut(*last))
            && !value.is_object()
        {
            *value = Value::Null;
        }
    }
    if let Some(value) = record.get_mut("resources") {
        *value = match value.take() {
            list @ Value::Array(_) => list,
            one @ (Value::Object(_) | Value::String(_)) => Value::Array(vec![one]),
            _ => Value::Null,
        };
    }
}

/// The text with U+FFFD for each escape that stands for no character, and `null`
/// for each number that is too large to be one.
fn tidied(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let (mut done, mut at, mut quoted) = (0, 0, false);
    while at < bytes.len() {
        let (len, instead) = match bytes[at] {
            b'"' => {
                quoted = !quoted;
                (1, None)
            }
            b'\\' if quoted => escape(&bytes[at..]),
            b'-' | b'0'..=b'9' if !quoted => {
                let signs = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
                let len = bytes[at..].iter().take_while(signs).count();
                (len, text[at..at + len].parse::<f64>().is_ok_and(f64::is_infinite).then_some("null"))
            }
            _ => (1, None),
        };
        if let Some(instead) = instead {
            out.push_str(&text[done..at]);
            out.push_str(instead);
            done = at + len;
        }
        at += len;
    }
    out.push_str(&text[done..]);
    out
}

/// How long the escape is that begins here, and what takes its place where it is none.
fn escape(bytes: &[u8]) -> (usize, Option<&'static str>) {
    const INSTEAD: Option<&str> = Some("\u{fffd}");
    match bytes.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => (2, None),
        Some(b'u') => match unit(bytes) {
            Some(0xd800..=0xdbff) if matches!(bytes.get(6..).and_then(unit), Some(0xdc00..=0xdfff)) => (12, None),
            Some(0xd800..=0xdfff) => (6, INSTEAD),
            Some(_) => (6, None),
            None => (2, INSTEAD),
        },
        _ => (1, INSTEAD),
    }
}

/// The code unit of an escape such as `\u00e4` at the front.
fn unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |sum, digit| Some(sum * 16 + char::from(*digit).to_digit(16)?))
}
