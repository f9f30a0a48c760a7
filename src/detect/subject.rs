//! A record under judgement: its source and name at hand, the rest found in
//! its JSON text when a rule asks for it, and each field at most once.

mod path;
mod walk;

use std::cell::RefCell;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::json::{self, Value, key_is};
use crate::trail::decode::{Fields, UNNAMED_ERROR};
use path::Head;
pub(super) use path::Path;
use walk::Walk;

/// One CloudTrail record as the rules see it. The JSON text is read only as far
/// as some rule needs.
#[derive(Debug)]
pub struct Subject<'a> {
    reading: RefCell<Reading<'a>>,
}

impl<'a> Subject<'a> {
    /// The record with its `eventSource` and `eventName`, already decoded, and
    /// its own JSON text.
    pub fn new(source: &'a str, name: &'a str, raw: &'a [u8]) -> Self {
        Self {
            reading: RefCell::new(Reading {
                source,
                name,
                raw,
                known: Known::default(),
                top: Vec::new(),
                may_have_error: None,
                rules: 0,
                found: Vec::new(),
            }),
        }
    }

    /// A record that has been decoded: what its fields tell is not read again.
    pub fn of(fields: &'a Fields<'_>, raw: &'a [u8]) -> Self {
        let told = |text: &'a str| (!text.is_empty()).then_some(text);
        let identity = &fields.identity;
        let known = Known {
            id: told(&fields.id),
            agent: told(&fields.agent),
            ip: told(&fields.ip),
            region: told(&fields.region),
            arn: told(&identity.arn),
            identity: told(&identity.written),
            // The decoder's own word for a failure without a code is not the record's,
            // and an empty code is not always none.
            error: told(&fields.error).filter(|code| *code != UNNAMED_ERROR),
        };
        Self::new(&fields.source, &fields.name, raw).knowing(known)
    }

    /// The same record with fields that the caller has decoded already, so that
    /// rules which look at every event need not read its text. They must be what
    /// the record says.
    pub fn knowing(self, known: Known<'a>) -> Self {
        self.reading.borrow_mut().known = known;
        self
    }

    /// Reads with the fields that a rule set (told by `rules`) numbered.
    pub(super) fn read<T>(&self, rules: usize, with: impl FnOnce(&mut Reading<'a>) -> T) -> T {
        let mut reading = self.reading.borrow_mut();
        if reading.rules != rules {
            reading.rules = rules;
            reading.found.clear();
        }
        with(&mut reading)
    }
}

/// Fields of a record that its decoder knows. What is none is read from the text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// `eventID`.
    pub id: Option<&'a str>,
    /// `userAgent`.
    pub agent: Option<&'a str>,
    /// `sourceIPAddress`.
    pub ip: Option<&'a str>,
    /// `awsRegion`.
    pub region: Option<&'a str>,
    /// `userIdentity.arn`.
    pub arn: Option<&'a str>,
    /// `userIdentity.type`.
    pub identity: Option<&'a str>,
    /// `errorCode`; empty where the record has none.
    pub error: Option<&'a str>,
}

impl<'a> Known<'a> {
    fn of(&self, path: &str) -> Option<&'a str> {
        match path {
            "eventID" => self.id,
            "userAgent" => self.agent,
            "sourceIPAddress" => self.ip,
            "awsRegion" => self.region,
            "userIdentity.arn" => self.arn,
            "userIdentity.type" => self.identity,
            "errorCode" => self.error.filter(|code| !code.is_empty()),
            _ => None,
        }
    }
}

/// The values that a field has in a record.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found<'a> {
    /// The record has no such field.
    Absent,
    /// It has one value.
    One(Value<'a>),
    /// A list is on the way or at the end: its elements, which may be none.
    Many(Vec<Value<'a>>),
}

impl<'a> Found<'a> {
    /// The values.
    pub(super) fn values(&self) -> &[Value<'a>] {
        match self {
            Self::Absent => &[],
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// What has been read of a record so far.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    source: &'a str,
    name: &'a str,
    raw: &'a [u8],
    known: Known<'a>,
    /// The members of the record that were met: key, and where the value starts.
    top: Vec<(&'a [u8], usize)>,
    may_have_error: Option<bool>,
    /// Whose numbers `found` is by.
    rules: usize,
    found: Vec<(usize, Found<'a>)>,
}

impl<'a> Reading<'a> {
    /// `eventSource`.
    pub(super) fn source(&self) -> &'a str {
        self.source
    }

    /// `eventName`.
    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    /// The record's JSON text.
    pub(super) fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The text of a field that needs no reading.
    pub(super) fn at_hand(&self, path: &Path) -> Option<&'a str> {
        let text = match path.head {
            Head::Source => self.source,
            Head::Name => self.name,
            Head::Other => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// The values of a field.
    pub(super) fn find(&mut self, path: &Path) -> &Found<'a> {
        let place = if let Some(place) = self.found.iter().position(|(number, _)| *number == path.number) {
            place
        } else {
            let found = match self.at_hand(path).or_else(|| self.known.of(&path.text)) {
                Some(known) => Found::One(Value::Text(known.into())),
                None => self.look_up(&path.segments),
            };
            self.found.push((path.number, found));
            self.found.len() - 1
        };
        &self.found[place].1
    }

    /// The text of a field at the top of the record, by its name.
    pub(super) fn text_of(&mut self, key: &str) -> Option<std::borrow::Cow<'a, str>> {
        if let Some(known) = self.known.of(key) {
            return Some(known.into());
        }
        let start = self.member(key)?;
        match Value::read(self.raw.get(start..json::value_end(self.raw, start)?)?)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn look_up(&mut self, segments: &[Box<str>]) -> Found<'a> {
        let (first, rest) = match segments {
            [] => return Found::Absent,
            [first, rest @ ..] => (first, rest),
        };
        if matches!(&**first, "errorCode" | "errorMessage") && !self.may_have_error() {
            return Found::Absent;
        }
        let mut walk = Walk { present: false, several: false, values: Vec::new() };
        match self.member(first) {
            Some(start) => match rest {
                // The end of an object is not needed to look into it.
                [_, ..] if self.raw.get(start) == Some(&b'{') => walk.below(&self.raw[start..], rest, 0),
                _ => {
                    if let Some(end) = json::value_end(self.raw, start) {
                        walk.descend(&self.raw[start..end], rest, 0);
                    }
                }
            },
            // A key with dots in it.
            None if !rest.is_empty() => walk.below(&self.raw[json::skip_space(self.raw, 0)..], segments, 0),
            None => {}
        }
        match (walk.present, walk.several) {
            (false, _) => Found::Absent,
            (true, true) => Found::Many(walk.values),
            (true, false) => walk.values.pop().map_or(Found::Absent, Found::One),
        }
    }

    /// Most records have no error, and one search tells so without reading the
    /// members up to the last.
    fn may_have_error(&mut self) -> bool {
        static KEY: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("\"error"));
        let (raw, known) = (self.raw, self.known.error);
        *self.may_have_error.get_or_insert_with(|| known != Some("") && KEY.find(raw).is_some())
    }

    /// Where the value of a member of the record starts; read on to where it stands.
    fn member(&mut self, key: &str) -> Option<usize> {
        if let Some((_, start)) = self.top.iter().find(|(known, _)| key_is(known, key)) {
            return Some(*start);
        }
        let mut at = if let Some((_, start)) = self.top.last() {
            json::value_end(self.raw, *start)?
        } else {
            self.top.reserve(24);
            0
        };
        loop {
            let (known, start) = json::member_at(self.raw, at)?;
            self.top.push((known, start));
            if key_is(known, key) {
                return Some(start);
            }
            at = json::value_end(self.raw, start)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#" {"eventVersion":"1.08","userIdentity":{"type":"IAMUser","sessionContext":{"attributes":{"mfaAuthenticated":"false"}}},
        "eventSource":"ec2.amazonaws.com","eventName":"AuthorizeSecurityGroupIngress",
        "requestParameters":{"groupId":"sg-1","ipPermissions":{"items":[
            {"fromPort":22,"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8"},{"cidrIp":"0.0.0.0\/0"}]}},
            {"fromPort":443,"ipRanges":{}}]},"tags":[],"aws.dotted.key":{"x":"y"}},
        "responseElements":null,"eventID":"e-1"}"#;

    fn found(path: &str) -> Vec<String> {
        let subject = Subject::new("ec2.amazonaws.com", "AuthorizeSecurityGroupIngress", RECORD.as_bytes());
        subject.read(1, |reading| match reading.find(&Path::new(3, path)) {
            Found::Absent => vec!["(absent)".into()],
            found => found
                .values()
                .iter()
                .map(|value| value.text().map_or("(null)".into(), std::borrow::Cow::into_owned))
                .collect(),
        })
    }

    #[test]
    fn a_path_leads_through_objects_and_every_element_of_lists() {
        assert_eq!(found("userIdentity.type"), ["IAMUser"]);
        assert_eq!(found("userIdentity.sessionContext.attributes.mfaAuthenticated"), ["false"]);
        assert_eq!(found("requestParameters.ipPermissions.items.fromPort"), ["22", "443"]);
        assert_eq!(found("requestParameters.ipPermissions.items.ipRanges.items.cidrIp"), ["10.0.0.0/8", "0.0.0.0/0"]);
        assert_eq!(found("requestParameters.ipPermissions.items.1.fromPort"), ["443"]);
        assert_eq!(found("requestParameters.aws.dotted.key.x"), ["y"]);
        assert_eq!(found("eventName"), ["AuthorizeSecurityGroupIngress"]);
        assert_eq!(found("eventID"), ["e-1"]);
        assert_eq!(found("requestParameters.tags"), Vec::<String>::new());
        assert_eq!(found("responseElements"), ["(null)"]);
        for absent in ["errorCode", "requestParameters.nothing", "userIdentity.type.x", "nothing.at.all", ""] {
            assert_eq!(found(absent), ["(absent)"], "{absent}");
        }
    }

    #[test]
    fn the_same_field_may_be_asked_by_two_rule_sets_that_number_it_differently() {
        let subject = Subject::new("", "", RECORD.as_bytes());
        let text = |rules, path: Path| {
            subject.read(rules, |reading| {
                reading.find(&path).values().first().and_then(|v| v.text().map(std::borrow::Cow::into_owned))
            })
        };
        assert_eq!(text(1, Path::new(0, "eventID")), Some("e-1".into()));
        assert_eq!(text(2, Path::new(0, "userIdentity.type")), Some("IAMUser".into()));
        assert_eq!(text(2, Path::new(1, "eventName")), Some("AuthorizeSecurityGroupIngress".into()));
    }
}
