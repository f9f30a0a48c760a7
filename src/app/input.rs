//! What the terminal sends: chords, pasted text, sizes, the mouse. A terminal
//! input is never called an event here: an event is a CloudTrail record.

use std::fmt;
use std::str::FromStr;

use crossterm::event as terminal;

/// A key without its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each key is named by what is printed on it")]
pub enum Key {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

/// A key with its modifiers. Shift is told only by the character itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// Control was held.
    pub ctrl: bool,
    /// Alt was held.
    pub alt: bool,
}

impl Chord {
    /// A key alone.
    pub const fn plain(key: Key) -> Self {
        Self { key, ctrl: false, alt: false }
    }

    /// A character alone.
    pub const fn char(c: char) -> Self {
        Self::plain(Key::Char(c))
    }

    /// A character with control.
    pub const fn ctrl(c: char) -> Self {
        Self { key: Key::Char(c), ctrl: true, alt: false }
    }

    /// The chord writes a character into a text field.
    pub fn typed(self) -> Option<char> {
        match self {
            Self { key: Key::Char(c), ctrl: false, alt: false } => Some(c),
            _ => None,
        }
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("ctrl-")?;
        }
        if self.alt {
            f.write_str("alt-")?;
        }
        match self.key {
            Key::Char(' ') => f.write_str("space"),
            Key::Char(c) => write!(f, "{c}"),
            Key::Enter => f.write_str("enter"),
            Key::Esc => f.write_str("esc"),
            Key::Tab => f.write_str("tab"),
            Key::BackTab => f.write_str("shift-tab"),
            Key::Backspace => f.write_str("backspace"),
            Key::Delete => f.write_str("delete"),
            Key::Up => f.write_str("up"),
            Key::Down => f.write_str("down"),
            Key::Left => f.write_str("left"),
            Key::Right => f.write_str("right"),
            Key::Home => f.write_str("home"),
            Key::End => f.write_str("end"),
            Key::PageUp => f.write_str("pgup"),
            Key::PageDown => f.write_str("pgdn"),
            Key::F(n) => write!(f, "f{n}"),
        }
    }
}

impl FromStr for Chord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (mut rest, mut ctrl, mut alt) = (text, false, false);
        loop {
            if let Some(tail) = rest.strip_prefix("ctrl-").filter(|tail| !tail.is_empty()) {
                (rest, ctrl) = (tail, true);
            } else if let Some(tail) = rest.strip_prefix("alt-").filter(|tail| !tail.is_empty()) {
                (rest, alt) = (tail, true);
            } else {
                break;
            }
        }
        let mut chars = rest.chars();
        let key = match (rest, chars.next(), chars.next()) {
            ("space", ..) => Key::Char(' '),
            ("enter", ..) => Key::Enter,
            ("esc", ..) => Key::Esc,
            ("tab", ..) => Key::Tab,
            ("shift-tab", ..) => Key::BackTab,
            ("backspace", ..) => Key::Backspace,
            ("delete", ..) => Key::Delete,
            ("up", ..) => Key::Up,
            ("down", ..) => Key::Down,
            ("left", ..) => Key::Left,
            ("right", ..) => Key::Right,
            ("home", ..) => Key::Home,
            ("end", ..) => Key::End,
            ("pgup", ..) => Key::PageUp,
            ("pgdn", ..) => Key::PageDown,
            (_, Some(c), None) => Key::Char(c),
            (_, Some('f'), Some(_)) => match rest[1..].parse() {
                Ok(n @ 1..=24) => Key::F(n),
                _ => return Err(wrong(text)),
            },
            _ => return Err(wrong(text)),
        };
        Ok(Self { key, ctrl, alt })
    }
}

fn wrong(text: &str) -> String {
    format!("'{text}' is no key: write a character, or a name such as enter, esc, tab, space, pgup, f5, ctrl-f, alt-x")
}

/// One input of the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A chord was pressed.
    Key(Chord),
    /// Text was pasted: it goes into a text field or nowhere.
    Paste(String),
    /// The terminal has this size now, in cells.
    Resize {
        /// Columns.
        columns: u16,
        /// Rows.
        rows: u16,
    },
    /// The mouse wheel was turned over a cell.
    Wheel {
        /// Column, from 0.
        column: u16,
        /// Row, from 0.
        row: u16,
        /// Towards the user: the list moves on.
        down: bool,
    },
    /// A cell was clicked.
    Click {
        /// Column, from 0.
        column: u16,
        /// Row, from 0.
        row: u16,
    },
}

impl Input {
    /// The input that a terminal event stands for; none for what the console
    /// does not use (key releases, focus, mouse moves).
    pub fn from_terminal(event: terminal::Event) -> Option<Self> {
        use terminal::{Event, KeyEventKind, MouseButton, MouseEventKind};
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => chord(key).map(Self::Key),
            Event::Paste(text) => Some(Self::Paste(text)),
            Event::Resize(columns, rows) => Some(Self::Resize { columns, rows }),
            Event::Mouse(mouse) => {
                let (column, row) = (mouse.column, mouse.row);
                match mouse.kind {
                    MouseEventKind::ScrollDown => Some(Self::Wheel { column, row, down: true }),
                    MouseEventKind::ScrollUp => Some(Self::Wheel { column, row, down: false }),
                    MouseEventKind::Down(MouseButton::Left) => Some(Self::Click { column, row }),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

fn chord(key: terminal::KeyEvent) -> Option<Chord> {
    use terminal::{KeyCode, KeyModifiers};
    let name = match key.code {
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => Key::BackTab,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::F(n) => Key::F(n),
        _ => return None,
    };
    Some(Chord {
        key: name,
        ctrl: key.modifiers.contains(KeyModifiers::CONTROL),
        alt: key.modifiers.contains(KeyModifiers::ALT),
    })
}

#[cfg(test)]
mod tests {
    use super::{Chord, Key};

    #[test]
    fn a_chord_is_read_as_it_is_written() {
        for text in ["j", "G", "ctrl-d", "alt-x", "space", "enter", "shift-tab", "pgdn", "f5", "/", "-", "ctrl-space"] {
            assert_eq!(text.parse::<Chord>().unwrap().to_string(), text);
        }
        assert_eq!("ctrl-c".parse(), Ok(Chord::ctrl('c')));
        assert!("bananas".parse::<Chord>().unwrap_err().contains("bananas"));
        assert!("".parse::<Chord>().is_err());
    }

    #[test]
    fn only_a_bare_character_is_typed_into_a_field() {
        assert_eq!(Chord::char('x').typed(), Some('x'));
        assert_eq!(Chord::ctrl('x').typed(), None);
        assert_eq!(Chord::plain(Key::Enter).typed(), None);
    }
}
