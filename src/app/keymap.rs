//! Which chord means which action where: the table of actions with the user's changes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::action::{ACTIONS, Action, Context};
use super::input::Chord;

/// Chords of every action, as the table or the configuration says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    chords: BTreeMap<Action, Vec<Chord>>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self { chords: ACTIONS.iter().map(|entry| (entry.action, entry.chords.to_vec())).collect() }
    }
}

impl Keymap {
    /// The table with the user's changes: action name to its chords, with spaces
    /// between them. An empty text takes the action's chords away; the palette
    /// still reaches it.
    ///
    /// Errors: an unknown action, a chord that cannot be read, or one chord with
    /// two meanings in one context, each in a sentence.
    pub fn with_changes(changes: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut map = Self::default();
        for (name, keys) in changes {
            let action = Action::of_name(name).ok_or_else(|| {
                format!("keys.{name}: there is no such action; `?` in the console and `:` list all by name")
            })?;
            let chords: Result<Vec<Chord>, String> = keys.split_whitespace().map(str::parse).collect();
            map.chords.insert(action, chords.map_err(|why| format!("keys.{name}: {why}"))?);
        }
        match map.conflicts().into_iter().next() {
            Some((chord, context, one, other)) => Err(format!(
                "keys: {chord} means both {} and {} in {}; give one of them another key",
                one.entry().name,
                other.entry().name,
                context.word()
            )),
            None => Ok(map),
        }
    }

    /// The action of a chord, looked up in the contexts in turn.
    pub fn action(&self, chord: Chord, contexts: &[Context]) -> Option<Action> {
        contexts.iter().find_map(|context| self.in_context(chord, *context))
    }

    fn in_context(&self, chord: Chord, context: Context) -> Option<Action> {
        ACTIONS
            .iter()
            .find(|entry| entry.contexts.contains(&context) && self.chords(entry.action).contains(&chord))
            .map(|entry| entry.action)
    }

    /// The chords of an action, the first one is the one to show.
    pub fn chords(&self, action: Action) -> &[Chord] {
        self.chords.get(&action).map_or(&[], Vec::as_slice)
    }

    /// The first chord of an action in words, empty for none.
    pub fn shown(&self, action: Action) -> String {
        self.chords(action).first().map(Chord::to_string).unwrap_or_default()
    }

    /// Chords with two meanings in one context.
    pub fn conflicts(&self) -> Vec<(Chord, Context, Action, Action)> {
        let mut seen: BTreeMap<(Context, Chord), Action> = BTreeMap::new();
        let mut found = Vec::new();
        for entry in ACTIONS {
            for context in entry.contexts {
                for chord in self.chords(entry.action) {
                    if let Some(first) = seen.insert((*context, *chord), entry.action) {
                        found.push((*chord, *context, first, entry.action));
                    }
                }
            }
        }
        found
    }

    /// The table as a configuration file would write it, every default in place.
    pub fn sample() -> String {
        let mut out = String::from(
            "# The keys of the console, as they are unless the configuration says otherwise.\n\
             # Copy a line under [keys] of your configuration and change it; an empty text takes\n\
             # the keys away, and the palette (:) still reaches the action.\n\n[keys]\n",
        );
        for entry in ACTIONS {
            let chords: Vec<String> = entry.chords.iter().map(Chord::to_string).collect();
            let places: Vec<&str> = entry.contexts.iter().map(|context| context.word()).collect();
            let _ = writeln!(out, "# {} ({})", entry.help, places.join(", "));
            let _ = writeln!(out, "{} = \"{}\"", entry.name, chords.join(" "));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::action::{ACTIONS, Action, Context};
    use super::super::input::{Chord, Key};
    use super::Keymap;

    fn change(name: &str, keys: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(name.to_owned(), keys.to_owned())])
    }

    #[test]
    fn no_chord_has_two_meanings_in_one_context() {
        assert_eq!(Keymap::default().conflicts(), []);
    }

    #[test]
    fn every_action_has_a_chord_that_reaches_it_in_each_of_its_contexts() {
        let map = Keymap::default();
        for entry in ACTIONS {
            assert!(!map.chords(entry.action).is_empty(), "{} has no chord", entry.name);
            for context in entry.contexts {
                let chord = map.chords(entry.action)[0];
                let reached = map.action(chord, &[*context, Context::Global]);
                assert_eq!(reached, Some(entry.action), "{chord} in {}", context.word());
            }
        }
    }

    #[test]
    fn the_inner_context_wins_over_the_global_one() {
        let map = Keymap::default();
        let enter = Chord::plain(Key::Enter);
        assert_eq!(map.action(enter, &[Context::Plan, Context::Global]), Some(Action::RunPlan));
        assert_eq!(map.action(enter, &[Context::Events, Context::Global]), Some(Action::Open));
        assert_eq!(map.action(Chord::ctrl('d'), &[Context::Plan, Context::Global]), Some(Action::HalfDown));
    }

    #[test]
    fn the_configuration_moves_a_key_and_a_conflict_is_named() {
        let map = Keymap::with_changes(&change("filter", "ctrl-f")).unwrap();
        assert_eq!(map.action(Chord::ctrl('f'), &[Context::Events]), Some(Action::Filter));
        assert_eq!(map.action(Chord::char('/'), &[Context::Events]), None);
        let clash = Keymap::with_changes(&change("filter", "x")).unwrap_err();
        assert!(clash.contains("filter") && clash.contains("explain"), "{clash}");
        assert!(Keymap::with_changes(&change("fly", "x")).unwrap_err().contains("keys.fly"));
        assert!(Keymap::with_changes(&change("filter", "hyper-x")).unwrap_err().contains("hyper-x"));
    }

    #[test]
    fn the_sample_file_is_the_table() {
        let file = include_str!("../../assets/keymap.toml");
        assert_eq!(file, Keymap::sample(), "write Keymap::sample() to assets/keymap.toml");
    }
}
