//! A text over the panes that is read and searched: a card, help, the case,
//! console output.

use super::find::Find;
use super::prose::{Line, wrapped};

/// What the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    /// The card of an event.
    Card,
    /// Help for what has the focus.
    Help,
    /// The case.
    Case,
    /// Everything that fails, and what to do.
    Faults,
    /// An actor or a resource, or the story of one.
    Dossier,
}

/// A text over the panes.
#[derive(Debug, Clone)]
pub struct Page {
    /// What it is.
    pub kind: PageKind,
    /// Its title.
    pub title: String,
    /// Its lines as they were made.
    source: Vec<Line>,
    /// Its lines broken to the width.
    pub lines: Vec<Line>,
    /// The first line on the screen.
    pub offset: usize,
    /// The search through it.
    pub find: Find,
    /// It is still being made: the generation of what was asked for.
    pub asked: Option<u64>,
}

impl Page {
    /// A text, broken to a width.
    pub fn new(kind: PageKind, title: impl Into<String>, source: Vec<Line>, width: u16) -> Self {
        let lines = wrapped(source.clone(), width);
        Self { kind, title: title.into(), source, lines, offset: 0, find: Find::default(), asked: None }
    }

    /// Takes the lines that it was waiting for.
    pub fn fill(&mut self, source: Vec<Line>, width: u16) {
        self.source = source;
        self.asked = None;
        self.rewrap(width);
    }

    /// Breaks it to another width.
    pub fn rewrap(&mut self, width: u16) {
        self.lines = wrapped(self.source.clone(), width);
        self.search(0);
    }

    /// Takes other lines in its place, and stays where it was.
    pub fn renew(&mut self, source: Vec<Line>, width: u16) {
        self.source = source;
        self.rewrap(width);
    }

    /// Scrolls by lines, as far as there are some.
    pub fn scroll(&mut self, lines: isize, height: usize) {
        let last = self.lines.len().saturating_sub(height);
        self.offset = self.offset.min(last).saturating_add_signed(lines).min(last);
    }

    /// Looks for what is typed and goes to the first place from a line on.
    pub fn search(&mut self, height: usize) {
        let texts: Vec<String> = self.lines.iter().map(Line::text).collect();
        if let Some(line) = self.find.search(texts.iter().map(String::as_str), self.offset) {
            self.show(line, height);
        }
    }

    /// Goes to the next match, or to the one before.
    pub fn next_match(&mut self, forward: bool, height: usize) {
        if let Some(line) = self.find.next(forward) {
            self.show(line, height);
        }
    }

    fn show(&mut self, line: usize, height: usize) {
        if line < self.offset || line >= self.offset + height {
            self.offset = line.saturating_sub(height / 3);
        }
        self.scroll(0, height);
    }

    /// The whole as plain text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for line in &self.source {
            out.push_str(line.text().trim_end());
            out.push('\n');
        }
        out
    }
}
