//! What the event list is narrowed to: the text of the filter bar, writes only,
//! one actor, one resource; and the bar itself while it is open.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::field::Field;
use crate::trail::query::{Completion, Counted, Query, QueryError, complete_saved, complete_with, expand};
use crate::trail::timeline::{Slot, Timeline};

/// How many former filters are kept.
const HISTORY: usize = 100;

/// The filter in force, and its bar.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The user's own text that is in force.
    pub text: String,
    /// Only calls that write.
    pub writes_only: bool,
    /// Only one actor: as it is shown, and in the filter language.
    pub actor: Option<(String, String)>,
    /// Only one resource, by id.
    pub resource: Option<String>,
    /// The parsed whole of the above: the last good one.
    pub query: Query,
    /// The bar, while it is open.
    pub bar: Option<Bar>,
    /// Former filters, oldest first.
    pub history: Vec<String>,
    /// Saved filters by name: `@name` stands for one.
    saved: BTreeMap<String, String>,
}

/// The filter bar while it is open.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What is typed.
    pub field: Field,
    /// Where what is typed is wrong, and why.
    pub error: Option<QueryError>,
    /// What could stand at the cursor.
    pub completions: Vec<Completion>,
    /// Which completion tab took last.
    pub chosen: Option<usize>,
    /// What there was when the bar was opened: esc brings it back.
    before: Before,
    /// Values of the key that is being typed, counted.
    counted: Option<Counted>,
    /// Which former filter the field shows, counted from the latest.
    recalled: Option<usize>,
}

/// What there was before the bar was opened.
#[derive(Debug, Clone)]
pub struct Before {
    text: String,
    /// The event that was selected.
    pub selected: Option<Slot>,
    /// The newest was selected, whichever it was.
    pub follow: bool,
}

impl Filter {
    /// A text, with the saved filters that it may name.
    pub fn new(text: &str, writes_only: bool, saved: BTreeMap<String, String>, now: Timestamp) -> Self {
        let mut filter = Self {
            text: String::new(),
            writes_only,
            actor: None,
            resource: None,
            query: Query::default(),
            bar: None,
            history: saved.values().cloned().collect(),
            saved,
        };
        filter.compose(text, now).ok();
        filter.recompose(now);
        filter
    }

    /// The whole filter in words, as the title shows it.
    pub fn shown(&self) -> String {
        join([
            if self.writes_only { "is:write" } else { "" },
            self.actor.as_ref().map_or("", |(_, terms)| terms),
            &self.resource.as_ref().map(|id| format!("resource:{}", quoted(id))).unwrap_or_default(),
            &self.text,
        ])
    }

    /// The filter with another text, parsed; it is taken where it is good.
    fn compose(&mut self, text: &str, now: Timestamp) -> Result<(), QueryError> {
        Query::parse(text, now, None)?;
        expand(text, &self.saved)?;
        let before = std::mem::replace(&mut self.text, text.trim().to_owned());
        match self.parsed(now) {
            Ok(query) => {
                self.query = query;
                Ok(())
            }
            Err(error) => {
                self.text = before;
                Err(error)
            }
        }
    }

    /// Parses the whole again after a switch was thrown.
    pub fn recompose(&mut self, now: Timestamp) {
        if let Ok(query) = self.parsed(now) {
            self.query = query;
        }
    }

    /// The whole filter with saved ones in place of their names, understood.
    fn parsed(&self, now: Timestamp) -> Result<Query, QueryError> {
        Query::parse(&expand(&self.shown(), &self.saved)?, now, None)
    }

    /// What passes depends on findings: it must be filtered again when some come.
    pub fn needs_findings(&self) -> bool {
        ["sev", "rule:", "is:finding"].iter().any(|word| self.query.text().contains(word))
    }

    /// Opens the bar on the text in force.
    pub fn open(&mut self, timeline: &Timeline, selected: Option<Slot>, follow: bool) {
        let mut bar = Bar {
            field: Field::new(&self.text),
            error: None,
            completions: Vec::new(),
            chosen: None,
            before: Before { text: self.text.clone(), selected, follow },
            counted: None,
            recalled: None,
        };
        bar.suggest(timeline, &self.saved);
        self.bar = Some(bar);
    }

    /// What is typed has changed: it comes into force where it is good. True
    /// where the list must be filtered anew.
    pub fn typed(&mut self, timeline: &Timeline, now: Timestamp) -> bool {
        let Some(mut bar) = self.bar.take() else { return false };
        bar.chosen = None;
        bar.suggest(timeline, &self.saved);
        let text = settled(bar.field.text(), &self.saved).to_owned();
        let changed = text.trim() != self.text;
        let outcome = self.compose(&text, now);
        bar.error = outcome.err();
        let good = bar.error.is_none();
        self.bar = Some(bar);
        good && changed
    }

    /// Closes the bar and keeps what is typed, if it is good; else the error
    /// stays and the bar stays open. True where it closed.
    pub fn keep(&mut self, now: Timestamp) -> bool {
        let Some(typed) = self.bar.as_ref().map(|bar| bar.field.text().to_owned()) else { return true };
        if let Err(error) = self.compose(&typed, now) {
            if let Some(bar) = &mut self.bar {
                bar.error = Some(error);
            }
            return false;
        }
        self.bar = None;
        if !self.text.is_empty() {
            self.history.retain(|former| *former != self.text);
            self.history.push(self.text.clone());
            if self.history.len() > HISTORY {
                self.history.remove(0);
            }
        }
        true
    }

    /// Closes the bar and brings back what was in force before it was opened;
    /// answers what was selected then.
    pub fn cancel(&mut self, now: Timestamp) -> Option<Before> {
        let bar = self.bar.take()?;
        self.compose(&bar.before.text, now).ok();
        Some(bar.before)
    }

    /// Shows a former filter in the bar: older with `true`.
    pub fn recall(&mut self, older: bool) -> bool {
        let Some(bar) = &mut self.bar else { return false };
        let next = match (bar.recalled, older) {
            (None, true) => Some(0),
            (Some(at), true) => Some((at + 1).min(self.history.len().saturating_sub(1))),
            (Some(0) | None, false) => None,
            (Some(at), false) => Some(at - 1),
        };
        let text = match next {
            Some(at) if at < self.history.len() => self.history[self.history.len() - 1 - at].clone(),
            Some(_) => return false,
            None => bar.before.text.clone(),
        };
        bar.recalled = next;
        bar.field.set(&text);
        true
    }

    /// Takes the next completion into the field.
    pub fn take_completion(&mut self) -> bool {
        let Some(bar) = &mut self.bar else { return false };
        let Some(first) = bar.completions.first().cloned() else { return false };
        bar.field.complete(first.from, &first.insert);
        true
    }

    /// Nothing narrows the list.
    pub fn clear(&mut self, now: Timestamp) {
        self.text.clear();
        self.writes_only = false;
        self.actor = None;
        self.resource = None;
        self.recompose(now);
    }
}

impl Bar {
    fn suggest(&mut self, timeline: &Timeline, saved: &BTreeMap<String, String>) {
        self.completions = complete_saved(self.field.text(), self.field.cursor(), saved);
        if !self.completions.is_empty() {
            return;
        }
        self.completions = complete_with(self.field.text(), self.field.cursor(), timeline, &mut self.counted);
        self.completions.truncate(8);
    }
}

/// What is typed without a last word that may yet become a key (`act`, `sev`):
/// the list does not jump to what contains those letters.
fn settled<'t>(text: &'t str, saved: &BTreeMap<String, String>) -> &'t str {
    const KEYS: [&str; 20] = [
        "event", "source", "actor", "user", "role", "key", "ip", "agent", "region", "account", "resource", "error",
        "rule", "sev", "is", "age", "after", "before", "raw", "-",
    ];
    let start = text.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    if let Some(name) = text[start..].strip_prefix('@') {
        let begun = !saved.contains_key(name) && saved.keys().any(|known| known.starts_with(name));
        return if begun { &text[..start] } else { text };
    }
    let last = text[start..].trim_start_matches('-').to_ascii_lowercase();
    if KEYS.iter().any(|key| key.starts_with(last.as_str())) { &text[..start] } else { text }
}

fn join<const N: usize>(terms: [&str; N]) -> String {
    terms.into_iter().filter(|term| !term.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A value as the filter language takes it: quoted where it holds more than an id does.
pub fn quoted(value: &str) -> String {
    let plain = !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:".contains(c));
    if plain { value.to_owned() } else { format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")) }
}

#[cfg(test)]
mod tests {
    use super::{quoted, settled};

    #[test]
    fn a_word_that_may_become_a_key_waits() {
        let saved = [("night".to_owned(), "after:22:00".to_owned())].into();
        for (typed, meant) in [
            ("is:write @ni", "is:write "),
            ("@night", "@night"),
            ("@nobody", "@nobody"),
            ("act", ""),
            ("event:StopLogging sev", "event:StopLogging "),
            ("event:StopLogging -is", "event:StopLogging "),
            ("alice", "alice"),
            ("event:Stop", "event:Stop"),
            ("", ""),
        ] {
            assert_eq!(settled(typed, &saved), meant, "{typed}");
        }
    }

    #[test]
    fn values_are_quoted_where_they_must_be() {
        assert_eq!(quoted("i-0abc"), "i-0abc");
        assert_eq!(quoted("a b\"c"), "\"a b\\\"c\"");
    }
}
