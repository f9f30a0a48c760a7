//! The filter language: its terms, and the parser of it.
//!
//! Terms joined by space are AND; `a|b` inside a value is OR; `-term` negates;
//! values may be quoted; `*` is a wildcard. Case never matters. A key's value
//! is matched whole (`event:Stop*` needs its star); a bare word is searched in
//! every shown column.

use std::fmt;
use std::net::IpAddr;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::finding::Severity;

/// A column of text that a key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named by its key")]
pub enum Field {
    Event,
    Source,
    Actor,
    User,
    Role,
    Key,
    Agent,
    Region,
    Account,
    Resource,
    Error,
    Rule,
}

/// What `is:` asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named by its word")]
pub enum Flag {
    Read,
    Write,
    Error,
    Finding,
    Mine,
    DryRun,
    Root,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named by its sign")]
pub enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    Greater,
}

impl Comparison {
    /// `a` compares so with `b`.
    pub fn holds<T: Ord>(self, a: &T, b: &T) -> bool {
        match self {
            Self::Less => a < b,
            Self::AtMost => a <= b,
            Self::Equal => a == b,
            Self::AtLeast => a >= b,
            Self::Greater => a > b,
        }
    }
}

/// A value with wildcards, in lower case, cut at its stars: `stop*` is
/// `["stop", ""]`. One piece matches the whole text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern(Vec<String>);

impl Pattern {
    /// A pattern from a value; `\*` is a star itself.
    pub fn new(value: &str) -> Self {
        let mut pieces = vec![String::new()];
        let mut rest = value.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '\\' if rest.peek() == Some(&'*') => {
                    rest.next();
                    push(&mut pieces, '*');
                }
                '*' => pieces.push(String::new()),
                c => push(&mut pieces, c),
            }
        }
        Self(pieces.into_iter().map(|piece| piece.to_lowercase()).collect())
    }

    /// A pattern that finds a text anywhere: for a bare word.
    pub fn anywhere(value: &str) -> Self {
        let mut inner = Self::new(value);
        inner.0.insert(0, String::new());
        inner.0.push(String::new());
        inner
    }

    /// The pieces between the stars, in lower case.
    pub fn pieces(&self) -> &[String] {
        &self.0
    }

    /// The text matches as a whole, whatever its case.
    pub fn matches(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let [first, rest @ ..] = self.0.as_slice() else { return false };
        let Some((last, middle)) = rest.split_last() else { return text == *first };
        let Some(mut text) = text.strip_prefix(first.as_str()) else { return false };
        for piece in middle {
            match text.find(piece.as_str()) {
                Some(at) => text = &text[at + piece.len()..],
                None => return false,
            }
        }
        text.ends_with(last.as_str())
    }
}

fn push(pieces: &mut [String], c: char) {
    if let Some(last) = pieces.last_mut() {
        last.push(c);
    }
}

/// What `ip:` asks: an address, a block of them, or the text as it stands
/// (service names stand where addresses should).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IpTest {
    /// All addresses of a block; one address is a block of one.
    Block(ipnet::IpNet),
    /// The text as written.
    Text(Pattern),
}

impl IpTest {
    fn new(value: &str) -> Self {
        if let Ok(block) = value.parse::<ipnet::IpNet>() {
            return Self::Block(block.trunc());
        }
        match value.parse::<IpAddr>() {
            Ok(address) => Self::Block(address.into()),
            Err(_) => Self::Text(Pattern::new(value)),
        }
    }

    /// An event's source address, as written, passes.
    pub fn matches(&self, ip: &str) -> bool {
        match self {
            Self::Block(block) => ip.parse::<IpAddr>().is_ok_and(|address| block.contains(&address)),
            Self::Text(pattern) => pattern.matches(ip),
        }
    }
}

/// What one term asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A column's text matches one of the patterns.
    Text(Field, Vec<Pattern>),
    /// Any shown column holds one of the words.
    Any(Vec<Pattern>),
    /// The source address passes one of the tests.
    Ip(Vec<IpTest>),
    /// The worst finding on the event compares so.
    Severity(Comparison, Severity),
    /// One of the flags holds.
    Is(Vec<Flag>),
    /// The event's age compares so.
    Age(Comparison, SignedDuration),
    /// The event is at this time or later.
    After(Timestamp),
    /// The event is before this time.
    Before(Timestamp),
    /// The raw record holds one of the texts, in lower case.
    Raw(Vec<String>),
}

/// One term of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// It must not hold.
    pub negated: bool,
    /// What it asks.
    pub ask: Ask,
}

/// A wrong filter: where, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// Where it begins, in bytes.
    pub at: usize,
    /// How long it is, in bytes; at least 1.
    pub len: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}: {}", self.at + 1, self.message)
    }
}

/// The keys of the language, with what each asks, for completion and help.
pub const KEYS: [(&str, &str); 18] = [
    ("event", "name of the call"),
    ("source", "service: ec2, iam.amazonaws.com"),
    ("actor", "who did it"),
    ("user", "IAM user or session name"),
    ("role", "role behind the session"),
    ("key", "access key id"),
    ("ip", "source address or block"),
    ("agent", "user agent"),
    ("region", "Region"),
    ("account", "account id"),
    ("resource", "an id that it touches"),
    ("error", "error code"),
    ("rule", "title or id of a rule that matched"),
    ("sev", "severity: sev>=high"),
    ("is", "read, write, error, finding, mine, dry-run, root"),
    ("age", "age<2h"),
    ("after", "after:14:02 or after:2026-11-24T10:00Z"),
    ("before", "before:14:02"),
];

/// The words that `is:` takes.
pub const FLAGS: [(&str, Flag); 7] = [
    ("read", Flag::Read),
    ("write", Flag::Write),
    ("error", Flag::Error),
    ("finding", Flag::Finding),
    ("mine", Flag::Mine),
    ("dry-run", Flag::DryRun),
    ("root", Flag::Root),
];

/// Reads a filter. A time of day is the last such time before `now`, in UTC.
///
/// # Errors
/// Where the filter is wrong and why.
pub fn parse(text: &str, now: Timestamp) -> Result<Vec<Term>, QueryError> {
    words(text)?.into_iter().map(|word| term(&word, now)).collect()
}

/// A word of the filter: its characters with their places, and whether each was quoted.
#[derive(Debug)]
struct Word {
    at: usize,
    end: usize,
    chars: Vec<(usize, char, bool)>,
}

impl Word {
    fn error(&self, message: impl Into<String>) -> QueryError {
        QueryError { at: self.at, len: (self.end - self.at).max(1), message: message.into() }
    }

    /// From the n-th character on.
    fn from(&self, n: usize) -> Self {
        let at = self.chars.get(n).map_or(self.end, |(at, _, _)| *at);
        Self { at, end: self.end, chars: self.chars.get(n..).unwrap_or_default().to_vec() }
    }

    fn text(&self) -> String {
        self.chars.iter().map(|(_, c, _)| c).collect()
    }

    /// The alternatives, cut at each `|` that is not quoted; a quoted star is escaped.
    fn alternatives(&self) -> Result<Vec<(usize, String)>, QueryError> {
        let mut parts = vec![(self.at, String::new())];
        let mut cut = true;
        for (at, c, quoted) in &self.chars {
            if *c == '|' && !quoted {
                parts.push((at + 1, String::new()));
                cut = true;
                continue;
            }
            if let Some((_, part)) = parts.last_mut() {
                if *quoted && *c == '*' {
                    part.push('\\');
                }
                part.push(*c);
                cut = false;
            }
        }
        if cut || parts.iter().any(|(_, part)| part.is_empty()) {
            let (at, _) = parts.iter().find(|(_, part)| part.is_empty()).unwrap_or(&parts[0]);
            return Err(QueryError { at: *at, len: 1, message: "a value is missing here".into() });
        }
        Ok(parts)
    }

    fn values(&self) -> Result<Vec<String>, QueryError> {
        Ok(self.alternatives()?.into_iter().map(|(_, value)| value).collect())
    }

    fn patterns(&self) -> Result<Vec<Pattern>, QueryError> {
        Ok(self.values()?.iter().map(|value| Pattern::new(value)).collect())
    }
}

/// Cuts the text into words at spaces that are not quoted.
fn words(text: &str) -> Result<Vec<Word>, QueryError> {
    let mut words: Vec<Word> = vec![];
    let mut open: Option<usize> = None;
    let mut inside = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if open.is_none() && c.is_whitespace() {
            inside = false;
            continue;
        }
        if !inside {
            words.push(Word { at, end: at, chars: vec![] });
            inside = true;
        }
        let Some(word) = words.last_mut() else { continue };
        word.end = at + c.len_utf8();
        if open.is_some() && !escaped && c == '\\' {
            escaped = true;
        } else if c == '"' && !escaped {
            open = if open.is_some() { None } else { Some(at) };
        } else {
            word.chars.push((at, c, open.is_some()));
            escaped = false;
        }
    }
    match open {
        Some(at) => Err(QueryError { at, len: 1, message: "this quote is never closed".into() }),
        None => Ok(words),
    }
}

fn term(word: &Word, now: Timestamp) -> Result<Term, QueryError> {
    let minus = matches!(word.chars.as_slice(), [(_, '-', false), _, ..]);
    let body = if minus { word.from(1) } else { word.from(0) };
    let sign = body.chars.iter().position(|(_, c, quoted)| !quoted && matches!(c, ':' | '<' | '>' | '='));
    let key: String = body.chars[..sign.unwrap_or(0)].iter().map(|(_, c, _)| c.to_ascii_lowercase()).collect();
    let keyed = sign.is_some() && !key.is_empty() && key.chars().all(|c| c.is_ascii_alphabetic());
    let ask = match (keyed, sign) {
        (true, Some(sign)) => keyed_term(&key, sign, &body, now)?,
        _ => Ask::Any(body.values()?.iter().map(|value| Pattern::anywhere(value)).collect()),
    };
    Ok(Term { negated: minus, ask })
}

fn keyed_term(key: &str, sign: usize, word: &Word, now: Timestamp) -> Result<Ask, QueryError> {
    let (comparison, value) = comparison(word, sign);
    let field = match key {
        "event" => Some(Field::Event),
        "source" => Some(Field::Source),
        "actor" => Some(Field::Actor),
        "user" => Some(Field::User),
        "role" => Some(Field::Role),
        "key" => Some(Field::Key),
        "agent" => Some(Field::Agent),
        "region" => Some(Field::Region),
        "account" => Some(Field::Account),
        "resource" => Some(Field::Resource),
        "error" => Some(Field::Error),
        "rule" => Some(Field::Rule),
        _ => None,
    };
    let compares = matches!(key, "sev" | "severity" | "age");
    if comparison != Comparison::Equal && !compares {
        return Err(word.error(format!("'{key}' takes ':', not a comparison")));
    }
    if let Some(field) = field {
        return Ok(Ask::Text(field, value.patterns()?));
    }
    let plain = value.text();
    Ok(match key {
        "ip" => Ask::Ip(value.values()?.iter().map(|value| IpTest::new(value)).collect()),
        "sev" | "severity" => Ask::Severity(comparison, plain.parse().map_err(|why: String| value.error(why))?),
        "is" => Ask::Is(
            value
                .alternatives()?
                .into_iter()
                .map(|(at, name)| flag(&name).ok_or_else(|| unknown_flag(at, &name)))
                .collect::<Result<_, _>>()?,
        ),
        "age" => Ask::Age(comparison, duration(&plain).ok_or_else(|| value.error("an age is 15m, 2h, 3d or 1w"))?),
        "after" => Ask::After(time(&plain, now).ok_or_else(|| value.error(TIME))?),
        "before" => Ask::Before(time(&plain, now).ok_or_else(|| value.error(TIME))?),
        "raw" => Ask::Raw(value.values()?.iter().map(|text| text.replace("\\*", "*").to_lowercase()).collect()),
        other => return Err(unknown_key(word, other)),
    })
}

const TIME: &str = "a time is 14:02, 2026-11-24 or 2026-11-24T10:00Z";

fn comparison(word: &Word, sign: usize) -> (Comparison, Word) {
    let at = |n: usize| word.chars.get(n).map(|(_, c, _)| *c);
    // `sev:>=high` is taken like `sev>=high`.
    let start = if at(sign) == Some(':') && matches!(at(sign + 1), Some('<' | '>' | '=')) { sign + 1 } else { sign };
    let (comparison, length) = match (at(start), at(start + 1)) {
        (Some('<'), Some('=')) => (Comparison::AtMost, 2),
        (Some('<'), _) => (Comparison::Less, 1),
        (Some('>'), Some('=')) => (Comparison::AtLeast, 2),
        (Some('>'), _) => (Comparison::Greater, 1),
        _ => (Comparison::Equal, 1),
    };
    (comparison, word.from(start + length))
}

fn flag(name: &str) -> Option<Flag> {
    let name = name.to_ascii_lowercase();
    FLAGS.iter().find(|(word, _)| *word == name || word.replace('-', "") == name).map(|(_, flag)| *flag)
}

fn unknown_flag(at: usize, name: &str) -> QueryError {
    let known: Vec<&str> = FLAGS.iter().map(|(word, _)| *word).collect();
    QueryError { at, len: name.len().max(1), message: format!("'is:' takes {}", known.join(", ")) }
}

fn unknown_key(word: &Word, key: &str) -> QueryError {
    let near = KEYS.iter().map(|(name, _)| *name).filter(|name| name.starts_with(&key[..1])).collect::<Vec<_>>();
    let hint = if near.is_empty() { "put a text with a colon into quotes".into() } else { near.join(", ") };
    QueryError { at: word.at, len: key.len(), message: format!("there is no key '{key}': {hint}?") }
}

fn duration(text: &str) -> Option<SignedDuration> {
    let unit = text.chars().last()?;
    let number: i64 = text[..text.len() - unit.len_utf8()].parse().ok()?;
    let seconds = match unit.to_ascii_lowercase() {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    (number >= 0).then_some(SignedDuration::from_secs(number.checked_mul(seconds)?))
}

fn time(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    if let Some(short) = text.strip_suffix(['Z', 'z']) {
        return time(short, now);
    }
    if let Ok(day) = text.parse::<jiff::civil::DateTime>() {
        return TimeZone::UTC.to_timestamp(day).ok();
    }
    let clock: Time = if text.len() <= 5 { format!("{text:0>5}:00").parse().ok()? } else { text.parse().ok()? };
    let today = TimeZone::UTC.to_timestamp(TimeZone::UTC.to_datetime(now).date().to_datetime(clock)).ok()?;
    if today <= now { Some(today) } else { today.checked_sub(SignedDuration::from_hours(24)).ok() }
}

#[cfg(test)]
mod tests;
