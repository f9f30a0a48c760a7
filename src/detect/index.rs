//! Which rules an event can match at all, by its name and source.

use rustc_hash::FxHashMap;

use super::expression::Expression;
use super::pattern::fold;

/// Rules by what they require of a record.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    by_name: FxHashMap<Box<str>, Vec<u32>>,
    by_source: FxHashMap<Box<str>, Vec<u32>>,
    rest: Vec<u32>,
}

impl Index {
    /// Takes in a rule.
    pub(super) fn add(&mut self, rule: u32, logic: &Expression) {
        let (place, words) = match (logic.required("eventName"), logic.required("eventSource")) {
            (Some(names), _) => (&mut self.by_name, names),
            (None, Some(sources)) => (&mut self.by_source, sources),
            (None, None) => return self.rest.push(rule),
        };
        for word in words {
            place.entry(word.into()).or_default().push(rule);
        }
    }

    /// The rules that a record with such a source and name can match.
    pub(super) fn candidates(&self, source: &str, name: &str) -> impl Iterator<Item = u32> {
        folded(name, |name| self.by_name.get(name))
            .into_iter()
            .flatten()
            .chain(folded(source, |source| self.by_source.get(source)).into_iter().flatten())
            .chain(&self.rest)
            .copied()
    }
}

/// Calls with the folded word, without an allocation for short ASCII ones.
fn folded<T>(word: &str, with: impl FnOnce(&str) -> T) -> T {
    let mut room = [0_u8; 64];
    if let Some(room) = room.get_mut(..word.len())
        && word.is_ascii()
    {
        room.copy_from_slice(word.as_bytes());
        room.make_ascii_lowercase();
        if let Ok(word) = std::str::from_utf8(room) {
            return with(word);
        }
    }
    with(&fold(word))
}
