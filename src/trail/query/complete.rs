//! What can be typed next: keys, and values with the number of events that have them.

use rustc_hash::FxHashMap;

use super::parse::{COMPARED, KEYS, Token, tokens};
use super::term::{Word, role_part, user_part};
use crate::domain::actor::ActorKind;
use crate::domain::finding::Severity;
use crate::trail::columns::Field;
use crate::trail::timeline::{Slot, Timeline};

/// One thing that can be typed next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The byte from which the text up to the cursor is replaced.
    pub from: usize,
    /// What takes its place.
    pub insert: String,
    /// How many events have the value; none for keys and fixed words.
    pub count: Option<usize>,
    /// What it is, in a few words; empty for values.
    pub what: &'static str,
}

/// The values of one key with their counts, kept while more of one is typed:
/// counting looks at every event.
#[derive(Debug, Clone)]
pub struct Counted {
    key: String,
    events: usize,
    /// Text, the same in lower case, count; the most frequent first.
    values: Vec<(String, String, usize)>,
}

/// How many values are offered at most.
const MOST: usize = 50;

/// What can stand at the cursor (a byte of `text`): keys, or values of the key
/// before it, the most frequent first.
pub fn complete(text: &str, cursor: usize, timeline: &Timeline) -> Vec<Completion> {
    complete_with(text, cursor, timeline, &mut None)
}

/// As [`complete`], with the counts of the last time where they are still good.
pub fn complete_with(text: &str, cursor: usize, timeline: &Timeline, counted: &mut Option<Counted>) -> Vec<Completion> {
    let cursor = (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let head = &text[..cursor];
    let fresh = head.is_empty() || head.ends_with(char::is_whitespace);
    let token = match tokens(head).pop() {
        Some(token) if !fresh || token.open => token,
        _ => Token { at: cursor, negated: false, key: "", mark: "", value: "", value_at: cursor, open: false },
    };
    if token.key.is_empty() { keys(&token) } else { values(&token, timeline, counted) }
}

fn keys(token: &Token<'_>) -> Vec<Completion> {
    let typed = token.value.to_ascii_lowercase();
    KEYS.iter()
        .chain(&COMPARED)
        .filter(|(key, _)| key.starts_with(&typed))
        .map(|(key, what)| Completion { from: token.value_at, insert: (*key).to_owned(), count: None, what })
        .collect()
}

fn values(token: &Token<'_>, timeline: &Timeline, counted: &mut Option<Counted>) -> Vec<Completion> {
    // The alternative behind the last bar is the one being typed.
    let at = if token.open { 0 } else { token.value.rfind('|').map_or(0, |at| at + 1) };
    let from = token.value_at + at;
    let typed = token.value[at..].trim_matches('"').to_lowercase();
    let fixed = |words: Vec<&'static str>| {
        let fitting = words.into_iter().filter(|word| word.starts_with(&typed));
        fitting.map(|word| Completion { from, insert: word.to_owned(), count: None, what: "" }).collect()
    };
    let field = match token.key.to_ascii_lowercase().as_str() {
        "is" => return fixed(Word::ALL.iter().map(|(word, _)| *word).collect()),
        "sev" => return fixed(Severity::ALL.iter().map(|level| level.word()).collect()),
        "age" => return fixed(vec!["15m", "1h", "2h", "6h", "1d"]),
        "event" => Some(Field::Name),
        "source" => Some(Field::Source),
        "actor" | "user" | "role" => Some(Field::Actor),
        "key" => Some(Field::Key),
        "ip" => Some(Field::Ip),
        "agent" => Some(Field::Agent),
        "region" => Some(Field::Region),
        "account" => Some(Field::Account),
        "resource" => Some(Field::Resource),
        "error" => Some(Field::Error),
        "rule" => None,
        _ => return Vec::new(),
    };
    let key = token.key.to_ascii_lowercase();
    if counted.as_ref().is_none_or(|known| known.key != key || known.events != timeline.len()) {
        let values = match (key.as_str(), field) {
            ("user", _) => actors(timeline, user_part),
            ("role", _) => actors(timeline, role_part),
            (_, None) => rules(timeline),
            (_, Some(field)) => {
                let table = timeline.table(field);
                let counts = timeline.counts(field).into_iter();
                counts.map(|(symbol, count)| (table.text(symbol).to_owned(), count)).collect()
            }
        };
        *counted = Some(Counted::of(key, timeline.len(), values));
    }
    counted.as_ref().map(|known| known.fitting(from, &typed)).unwrap_or_default()
}

impl Counted {
    fn of(key: String, events: usize, values: Vec<(String, usize)>) -> Self {
        let lower = |(text, count): (String, usize)| (text.to_lowercase(), text, count);
        let mut values: Vec<_> = values.into_iter().filter(|(text, _)| !text.is_empty()).map(lower).collect();
        values.sort_unstable_by(|(_, a, a_count), (_, b, b_count)| b_count.cmp(a_count).then_with(|| a.cmp(b)));
        let values = values.into_iter().map(|(lower, text, count)| (text, lower, count)).collect();
        Self { key, events, values }
    }

    /// Values that begin with what is typed come first, then those that hold it;
    /// the more frequent before the others.
    fn fitting(&self, from: usize, typed: &str) -> Vec<Completion> {
        let (mut first, mut later) = (Vec::new(), Vec::new());
        for (text, lower, count) in &self.values {
            let place = match lower.find(typed) {
                Some(0) => &mut first,
                Some(_) if later.len() < MOST => &mut later,
                _ => continue,
            };
            place.push(Completion { from, insert: quoted(text), count: Some(*count), what: "" });
            if first.len() == MOST {
                break;
            }
        }
        first.extend(later);
        first.truncate(MOST);
        first
    }
}

/// A part of the actors' names, with the number of events.
fn actors(timeline: &Timeline, part: fn(ActorKind, &str) -> Option<&str>) -> Vec<(String, usize)> {
    let names = timeline.table(Field::Actor);
    let mut by_symbol: Vec<(usize, ActorKind)> = vec![(0, ActorKind::Unknown); names.len()];
    for (first, columns) in timeline.segments() {
        for (row, (symbol, flags)) in columns.symbols[Field::Actor as usize].iter().zip(&columns.flags).enumerate() {
            // What a name stands for is the same in nearly all events that have it.
            if timeline.dropped() == 0 || !timeline.is_gone(Slot(first + columns.number_of(row) as u32)) {
                let (count, kind) = &mut by_symbol[*symbol as usize];
                *count += 1;
                *kind = flags.actor_kind();
            }
        }
    }
    let mut counted: FxHashMap<&str, usize> = FxHashMap::default();
    for ((count, kind), symbol) in by_symbol.into_iter().zip(0..) {
        if count > 0
            && let Some(name) = part(kind, names.text(symbol))
        {
            *counted.entry(name).or_default() += count;
        }
    }
    counted.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
}

fn rules(timeline: &Timeline) -> Vec<(String, usize)> {
    let marks = timeline.marks();
    let count = |symbol| marks.found_by(|other| other == symbol).count();
    marks.rules().iter().map(|(symbol, rule)| (rule.to_owned(), count(symbol))).collect()
}

/// A value in the form in which the filter takes it as it is.
pub fn quoted(text: &str) -> String {
    if !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '|' | '*' | '\\')) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
