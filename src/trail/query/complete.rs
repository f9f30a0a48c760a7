//! What can be typed next: keys, and values with the number of events that have them.

use rustc_hash::FxHashMap;

use super::parse::{COMPARED, KEYS, Token, tokens};
use super::term::{Word, role_part, user_part};
use crate::domain::actor::ActorKind;
use crate::domain::finding::Severity;
use crate::trail::columns::Field;
use crate::trail::symbols::Symbol;
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

/// How many values are offered at most.
const MOST: usize = 50;

/// What can stand at the cursor (a byte of `text`): keys, or values of the key
/// before it, the most frequent first.
pub fn complete(text: &str, cursor: usize, timeline: &Timeline) -> Vec<Completion> {
    let cursor = (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let head = &text[..cursor];
    let fresh = head.is_empty() || head.ends_with(char::is_whitespace);
    let token = match tokens(head).pop() {
        Some(token) if !fresh || token.open => token,
        _ => Token { at: cursor, negated: false, key: "", mark: "", value: "", value_at: cursor, open: false },
    };
    if token.key.is_empty() { keys(&token) } else { values(&token, timeline) }
}

fn keys(token: &Token<'_>) -> Vec<Completion> {
    let typed = token.value.to_ascii_lowercase();
    KEYS.iter()
        .chain(&COMPARED)
        .filter(|(key, _)| key.starts_with(&typed))
        .map(|(key, what)| Completion { from: token.value_at, insert: (*key).to_owned(), count: None, what })
        .collect()
}

fn values(token: &Token<'_>, timeline: &Timeline) -> Vec<Completion> {
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
        "event" => Field::Name,
        "source" => Field::Source,
        "actor" | "user" | "role" => Field::Actor,
        "key" => Field::Key,
        "ip" => Field::Ip,
        "agent" => Field::Agent,
        "region" => Field::Region,
        "account" => Field::Account,
        "resource" => Field::Resource,
        "error" => Field::Error,
        "rule" => return rules(from, &typed, timeline),
        _ => return Vec::new(),
    };
    let counted = match token.key.to_ascii_lowercase().as_str() {
        "user" => actors(timeline, user_part),
        "role" => actors(timeline, role_part),
        _ => {
            let table = timeline.table(field);
            timeline.counts(field).into_iter().map(|(symbol, count)| (table.text(symbol).to_owned(), count)).collect()
        }
    };
    let fitting = |(text, _): &(String, usize)| !text.is_empty() && text.to_lowercase().contains(&typed);
    ranked(from, &typed, counted.into_iter().filter(fitting).collect())
}

/// A part of the actors' names, with the number of events.
fn actors(timeline: &Timeline, part: fn(ActorKind, &str) -> Option<&str>) -> Vec<(String, usize)> {
    let mut by_symbol: FxHashMap<(ActorKind, Symbol), usize> = FxHashMap::default();
    for (first, columns) in timeline.segments() {
        for (row, (symbol, flags)) in columns.symbols[Field::Actor as usize].iter().zip(&columns.flags).enumerate() {
            if !timeline.is_gone(Slot(first + columns.number_of(row) as u32)) {
                *by_symbol.entry((flags.actor_kind(), *symbol)).or_default() += 1;
            }
        }
    }
    let mut counted: FxHashMap<&str, usize> = FxHashMap::default();
    for ((kind, symbol), count) in by_symbol {
        if let Some(name) = part(kind, timeline.table(Field::Actor).text(symbol)) {
            *counted.entry(name).or_default() += count;
        }
    }
    counted.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
}

fn rules(from: usize, typed: &str, timeline: &Timeline) -> Vec<Completion> {
    let counted = timeline
        .marks()
        .rules()
        .iter()
        .map(|(symbol, rule)| (rule.to_owned(), timeline.marks().found_by(|other| other == symbol).count()));
    ranked(from, typed, counted.filter(|(rule, _)| rule.to_lowercase().contains(typed)).collect())
}

/// Values that begin with what is typed come first, then the more frequent.
fn ranked(from: usize, typed: &str, mut counted: Vec<(String, usize)>) -> Vec<Completion> {
    counted.sort_unstable_by(|(a, a_count), (b, b_count)| {
        let later = |text: &str| !text.to_lowercase().starts_with(typed);
        (later(a), b_count, a).cmp(&(later(b), a_count, b))
    });
    counted.truncate(MOST);
    let value =
        |(text, count): (String, usize)| Completion { from, insert: quoted(&text), count: Some(count), what: "" };
    counted.into_iter().map(value).collect()
}

/// A value in the form in which the filter takes it as it is.
pub fn quoted(text: &str) -> String {
    if !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '|' | '*' | '\\')) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
