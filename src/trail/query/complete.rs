//! What can be typed next: keys, and values with the number of events that have them.

use super::parse::{COMPARED, KEYS, Token, tokens};
use super::term::Word;
use crate::domain::finding::Severity;
use crate::trail::columns::Field;
use crate::trail::timeline::Timeline;

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
    let part = |text: &str| -> String {
        match token.key.to_ascii_lowercase().as_str() {
            "user" => text.split_once('/').map_or(text, |(_, session)| session).to_owned(),
            "role" => text.split_once('/').map_or("", |(role, _)| role).to_owned(),
            _ => text.to_owned(),
        }
    };
    let mut counted: Vec<(String, usize)> = Vec::new();
    for (symbol, count) in timeline.counts(field) {
        let text = part(timeline.table(field).text(symbol));
        if !text.is_empty() && text.to_lowercase().contains(&typed) {
            counted.push((text, count));
        }
    }
    if matches!(field, Field::Actor) {
        counted.sort_unstable();
        counted.dedup_by(|next, first| {
            next.0 == first.0 && {
                first.1 += next.1;
                true
            }
        });
    }
    ranked(from, &typed, counted)
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
