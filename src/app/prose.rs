//! Lines of text with a tone each, as the panes that read like a page are made
//! of. A tone says what a piece is, never what colour it has.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::finding::Severity;
use crate::domain::text::visible;

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Ordinary text.
    Plain,
    /// Of less weight.
    Dim,
    /// Of more weight.
    Strong,
    /// The name of what follows.
    Label,
    /// A heading.
    Heading,
    /// As it should be.
    Good,
    /// Worth a look.
    Warn,
    /// As it should not be.
    Bad,
    /// A key to press.
    Key,
    /// A finding's severity.
    Level(Severity),
    /// The key of a field in a record.
    FieldKey,
    /// A string in a record.
    FieldText,
    /// A number, a truth value or nothing in a record.
    FieldValue,
    /// A match of a search.
    Match,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub tone: Tone,
    /// Its text, already made visible.
    pub text: String,
}

/// A line: pieces, and how far it hangs when it is broken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// The pieces, left to right.
    pub pieces: Vec<Piece>,
    /// Columns that continued lines are indented by.
    pub hang: u16,
}

impl Line {
    /// An empty line.
    pub fn new() -> Self {
        Self::default()
    }

    /// A line of one plain piece.
    pub fn of(text: &str) -> Self {
        Self::new().put(Tone::Plain, text)
    }

    /// A line that begins with a label in a column of its own, nine wide.
    pub fn labelled(label: &str) -> Self {
        let mut line = Self::new().put(Tone::Label, &format!("{label:<9} "));
        line.hang = 10;
        line
    }

    /// A heading.
    pub fn heading(text: &str) -> Self {
        Self::new().put(Tone::Heading, text)
    }

    /// The line with a piece more. The text may be hostile: it is made visible here.
    pub fn put(mut self, tone: Tone, text: &str) -> Self {
        self.push(tone, text);
        self
    }

    /// Adds a piece. The text may be hostile: it is made visible here.
    pub fn push(&mut self, tone: Tone, text: &str) {
        if !text.is_empty() {
            self.pieces.push(Piece { tone, text: visible(text).into_owned() });
        }
    }

    /// The line with the pieces of another behind it.
    pub fn join(mut self, other: Self) -> Self {
        self.pieces.extend(other.pieces);
        self
    }

    /// The line that hangs by so many columns where it is broken.
    pub fn hanging(mut self, columns: u16) -> Self {
        self.hang = columns;
        self
    }

    /// The text without tones.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// Columns that it takes unbroken.
    pub fn width(&self) -> usize {
        self.pieces.iter().map(|piece| piece.text.width()).sum()
    }

    /// The line broken at spaces (within a word where one is too long) to a width.
    pub fn wrap(self, width: u16) -> Vec<Self> {
        let limit = usize::from(width.max(12));
        if self.width() <= limit {
            return vec![self];
        }
        let hang = usize::from(self.hang).min(limit / 2);
        let mut out = Vec::new();
        let mut line = Self { pieces: Vec::new(), hang: self.hang };
        let mut used = 0;
        for piece in self.pieces {
            for word in words(&piece.text) {
                let bare = word.trim_end().width();
                if used + bare > limit && used > hang {
                    line = broken(line, &mut out, self.hang, hang);
                    used = hang;
                }
                let word = if used == hang && !out.is_empty() { word.trim_start() } else { word };
                let (wide, bare) = (word.width(), word.trim_end().width());
                if used + bare <= limit {
                    append(&mut line, piece.tone, word);
                    used += wide;
                    continue;
                }
                for grapheme in word.graphemes(true) {
                    let columns = grapheme.width();
                    if used + columns > limit {
                        line = broken(line, &mut out, self.hang, hang);
                        used = hang;
                    }
                    append(&mut line, piece.tone, grapheme);
                    used += columns;
                }
            }
        }
        if !line.text().trim().is_empty() {
            broken(line, &mut out, self.hang, hang);
        }
        out
    }
}

/// Puts a line away without the spaces at its end; answers the one that goes on.
fn broken(mut line: Line, out: &mut Vec<Line>, hang: u16, spaces: usize) -> Line {
    while let Some(last) = line.pieces.last_mut() {
        last.text.truncate(last.text.trim_end().len());
        if !last.text.is_empty() {
            break;
        }
        line.pieces.pop();
    }
    out.push(line);
    let mut next = Line { pieces: Vec::new(), hang };
    next.push(Tone::Plain, &" ".repeat(spaces));
    next
}

fn append(line: &mut Line, tone: Tone, text: &str) {
    match line.pieces.last_mut() {
        Some(last) if last.tone == tone => last.text.push_str(text),
        _ => line.pieces.push(Piece { tone, text: text.to_owned() }),
    }
}

/// Words with the spaces behind them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let lead = rest.len() - rest.trim_start_matches(' ').len();
        let end = rest[lead..].find(' ').map_or(rest.len(), |at| {
            let tail = &rest[lead + at..];
            lead + at + (tail.len() - tail.trim_start_matches(' ').len())
        });
        let (word, tail) = rest.split_at(end.max(lead));
        rest = tail;
        Some(word)
    })
}

/// All lines broken to a width.
pub fn wrapped(lines: Vec<Line>, width: u16) -> Vec<Line> {
    lines.into_iter().flat_map(|line| line.wrap(width)).collect()
}

/// The text cut to so many columns, with an ellipsis where something was cut.
/// Widths are those of a terminal: a wide character takes two columns.
pub fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = grapheme.width();
        if used + wide + 1 > columns {
            break;
        }
        out.push_str(grapheme);
        used += wide;
    }
    if columns > 0 {
        out.push('…');
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::{Line, Tone, cut};

    #[test]
    fn a_line_is_broken_at_spaces_and_hangs() {
        let line = Line::labelled("Who").put(Tone::Strong, "ci-deploy").put(Tone::Plain, ", IAM user, no MFA");
        let broken: Vec<String> = line.wrap(26).iter().map(Line::text).collect();
        assert_eq!(broken, ["Who       ci-deploy, IAM", "          user, no MFA"]);
    }

    #[test]
    fn a_word_that_is_too_long_is_broken_within() {
        let broken: Vec<String> = Line::of(&"x".repeat(30)).wrap(12).iter().map(Line::text).collect();
        assert_eq!(broken, ["x".repeat(12), "x".repeat(12), "x".repeat(6)]);
    }

    #[test]
    fn hostile_text_is_made_visible_on_the_way_in() {
        assert_eq!(Line::of("a\u{1b}[31m\u{202e}b").text(), "a␛[31m\\u{202e}b");
    }

    #[test]
    fn cutting_counts_columns_not_bytes() {
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("web-7", 5), "web-7");
        assert_eq!(cut("web-77", 5), "web-…");
    }
}
