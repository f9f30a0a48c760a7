//! A text field of one line. While one has the focus, no single key acts.

use tui_input::{Input as Text, InputRequest as Request};

use super::input::{Chord, Key};

/// A text field of one line.
#[derive(Debug, Clone, Default)]
pub struct Field(Text);

impl Field {
    /// A field that holds a text, the cursor behind it.
    pub fn new(text: &str) -> Self {
        Self(Text::new(text.to_owned()))
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.0.value()
    }

    /// The cursor's place in the text, in bytes.
    pub fn cursor(&self) -> usize {
        self.text().char_indices().nth(self.0.cursor()).map_or(self.text().len(), |(at, _)| at)
    }

    /// The cursor's column.
    pub fn column(&self) -> usize {
        self.0.visual_cursor()
    }

    /// Columns to leave out at the left so that the cursor shows in so many.
    pub fn scroll(&self, columns: usize) -> usize {
        self.0.visual_scroll(columns)
    }

    /// Replaces the text; the cursor goes behind it.
    pub fn set(&mut self, text: &str) {
        self.0 = Text::new(text.to_owned());
    }

    /// Replaces what stands between a byte and the cursor; the cursor goes behind it.
    pub fn complete(&mut self, from: usize, insert: &str) {
        let cursor = self.cursor();
        let text = self.text();
        if let (Some(head), Some(tail)) = (text.get(..from.min(cursor)), text.get(cursor..)) {
            let head = format!("{head}{insert}");
            let at = head.chars().count();
            self.0 = Text::new(format!("{head}{tail}")).with_cursor(at);
        }
    }

    /// Writes text at the cursor; line ends and tabs become spaces.
    pub fn paste(&mut self, text: &str) {
        for c in text.trim_end_matches(['\r', '\n']).chars() {
            let c = if c.is_control() { ' ' } else { c };
            self.0.handle(Request::InsertChar(c));
        }
    }

    /// Takes a chord; true where it changed the text or the cursor.
    pub fn take(&mut self, chord: Chord) -> bool {
        let request = match (chord.key, chord.ctrl, chord.alt) {
            (Key::Char(c), false, false) => Request::InsertChar(c),
            (Key::Backspace, false, false) | (Key::Char('h'), true, false) => Request::DeletePrevChar,
            (Key::Delete, false, false) | (Key::Char('d'), true, false) => Request::DeleteNextChar,
            (Key::Left, false, false) | (Key::Char('b'), true, false) => Request::GoToPrevChar,
            (Key::Right, false, false) | (Key::Char('f'), true, false) => Request::GoToNextChar,
            (Key::Left, true, _) | (Key::Char('b'), false, true) => Request::GoToPrevWord,
            (Key::Right, true, _) | (Key::Char('f'), false, true) => Request::GoToNextWord,
            (Key::Home, ..) | (Key::Char('a'), true, false) => Request::GoToStart,
            (Key::End, ..) | (Key::Char('e'), true, false) => Request::GoToEnd,
            (Key::Char('w'), true, false) | (Key::Backspace, _, true) => Request::DeletePrevWord,
            (Key::Char('u'), true, false) => Request::DeleteFromStart,
            (Key::Char('k'), true, false) => Request::DeleteTillEnd,
            (Key::Char('y'), true, false) => Request::Yank,
            _ => return false,
        };
        self.0.handle(request).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::super::input::Chord;
    use super::Field;

    #[test]
    fn letters_are_written_and_control_moves() {
        let mut field = Field::default();
        for c in "is:write".chars() {
            assert!(field.take(Chord::char(c)));
        }
        field.take(Chord::ctrl('a'));
        assert_eq!((field.text(), field.cursor()), ("is:write", 0));
        assert!(!field.take(Chord::ctrl('z')));
    }

    #[test]
    fn a_completion_replaces_the_word_before_the_cursor() {
        let mut field = Field::new("is:write eve");
        field.complete(9, "event:");
        assert_eq!(field.text(), "is:write event:");
    }

    #[test]
    fn pasted_line_ends_become_spaces() {
        let mut field = Field::default();
        field.paste("i-0abc\u{1b}[31m\nx\n");
        assert_eq!(field.text(), "i-0abc [31m x");
    }
}
