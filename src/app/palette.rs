//! The palette: every action and page by name, fuzzy.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::action::{ACTIONS, Action};
use super::field::Field;

/// The palette while it is open.
#[derive(Debug, Clone)]
pub struct Palette {
    /// What is typed.
    pub field: Field,
    /// The actions that fit, best first.
    pub found: Vec<Action>,
    /// The selected one.
    pub cursor: usize,
}

impl Default for Palette {
    fn default() -> Self {
        let mut palette = Self { field: Field::default(), found: Vec::new(), cursor: 0 };
        palette.search();
        palette
    }
}

impl Palette {
    /// Looks for what is typed, in names and help lines.
    pub fn search(&mut self) {
        self.cursor = 0;
        let typed = self.field.text().trim();
        if typed.is_empty() {
            self.found = ACTIONS.iter().map(|entry| entry.action).collect();
            return;
        }
        let mut matcher = Matcher::new(Config::DEFAULT);
        let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, usize)> = ACTIONS
            .iter()
            .enumerate()
            .filter_map(|(at, entry)| {
                let name = pattern.score(Utf32Str::new(entry.name, &mut buffer), &mut matcher).map(|score| score * 2);
                let help = pattern.score(Utf32Str::new(entry.help, &mut buffer), &mut matcher);
                name.max(help).map(|score| (score, at))
            })
            .collect();
        scored.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
        self.found = scored.into_iter().map(|(_, at)| ACTIONS[at].action).collect();
    }

    /// Moves the selection.
    pub fn step(&mut self, rows: isize) {
        self.cursor = self.cursor.saturating_add_signed(rows).min(self.found.len().saturating_sub(1));
    }

    /// The selected action.
    pub fn selected(&self) -> Option<Action> {
        self.found.get(self.cursor).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::super::action::{ACTIONS, Action};
    use super::super::field::Field;
    use super::Palette;

    #[test]
    fn every_action_is_found_by_its_own_name() {
        for entry in ACTIONS {
            let mut palette = Palette { field: Field::new(entry.name), ..Palette::default() };
            palette.search();
            assert_eq!(palette.selected(), Some(entry.action), "{}", entry.name);
        }
    }

    #[test]
    fn a_few_letters_find_it_too() {
        let mut palette = Palette { field: Field::new("wrts"), ..Palette::default() };
        palette.search();
        assert_eq!(palette.selected(), Some(Action::WritesOnly));
        palette.field = Field::new("zzzz");
        palette.search();
        assert_eq!(palette.selected(), None);
    }
}
