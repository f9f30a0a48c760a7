//! A form: a few fields under each other, one of which has the focus.

use super::action::Action;
use super::field::Field;

/// What a form is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Why the open plan is carried out; then what the user was about to do.
    Why(Option<Action>),
    /// What a step of the open plan leaves to choose, by the step's id.
    Choices(String),
}

/// One field with its name.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What may be given.
    pub may: String,
    /// What is typed.
    pub field: Field,
}

impl Entry {
    /// A field that holds a text.
    pub fn new(name: &str, may: &str, text: &str) -> Self {
        Self { name: name.to_owned(), may: may.to_owned(), field: Field::new(text) }
    }
}

/// A form.
#[derive(Debug, Clone)]
pub struct Form {
    /// What it is for.
    pub subject: Subject,
    /// What is filled in: the plan's target, the step's title.
    pub title: String,
    /// Its fields.
    pub entries: Vec<Entry>,
    /// The one that has the focus.
    pub at: usize,
    /// Why what was typed does not do.
    pub wrong: Option<String>,
}

impl Form {
    /// A form with the focus on its first field.
    pub fn new(subject: Subject, title: &str, entries: Vec<Entry>) -> Self {
        Self { subject, title: title.to_owned(), entries, at: 0, wrong: None }
    }

    /// The field that has the focus.
    pub fn field(&mut self) -> Option<&mut Field> {
        self.entries.get_mut(self.at).map(|entry| &mut entry.field)
    }

    /// The focus is on the last field.
    pub fn is_at_end(&self) -> bool {
        self.at + 1 >= self.entries.len()
    }

    /// Moves the focus down or up, around the ends.
    pub fn turn(&mut self, down: bool) {
        let count = self.entries.len().max(1);
        self.at = (self.at + if down { 1 } else { count - 1 }) % count;
    }

    /// What is typed in a field, without the space around it.
    pub fn text(&self, at: usize) -> String {
        self.entries.get(at).map(|entry| entry.field.text().trim().to_owned()).unwrap_or_default()
    }
}
